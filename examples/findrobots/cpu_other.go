//go:build !unix

package main

import "time"

// cpuTime is the processor time that this process has used, or 0 where that
// cannot be known, as here.
func cpuTime() time.Duration { return 0 }
