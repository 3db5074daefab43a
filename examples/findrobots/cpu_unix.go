//go:build unix

package main

import (
	"syscall"
	"time"
)

// cpuTime is the processor time that this process and the finished ones that it
// started have used, or 0 where that cannot be known.
func cpuTime() time.Duration {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var used syscall.Rusage
		if syscall.Getrusage(who, &used) == nil {
			sum += time.Duration(used.Utime.Nano() + used.Stime.Nano())
		}
	}
	return sum
}
