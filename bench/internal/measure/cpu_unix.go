//go:build unix

package measure

import (
	"syscall"
	"time"
)

// processCPU is the processor time that this process has used so far, in user and system mode.
func processCPU() time.Duration { return usage(syscall.RUSAGE_SELF) }

// programCPU is that of this process and of all it has started and awaited.
func programCPU() time.Duration { return processCPU() + usage(syscall.RUSAGE_CHILDREN) }

func usage(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		panic(err) // it has no reason to fail
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
