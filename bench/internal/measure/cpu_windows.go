package measure

import (
	"syscall"
	"time"
)

// processCPU is the processor time that this process has used so far, in user and kernel mode.
func processCPU() time.Duration {
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		panic(err) // it has no reason to fail
	}
	var made, ended, kernel, user syscall.Filetime
	if err := syscall.GetProcessTimes(self, &made, &ended, &kernel, &user); err != nil {
		panic(err)
	}
	ticks := func(t syscall.Filetime) int64 { return int64(t.HighDateTime)<<32 + int64(t.LowDateTime) }
	return time.Duration(100 * (ticks(kernel) + ticks(user)))
}

// programCPU is processCPU: Windows does not add up what a process has started.
func programCPU() time.Duration { return processCPU() }
