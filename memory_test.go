package skein_test

import (
	"runtime"
	"sync/atomic"
)

// addCleanup counts when p is garbage.
func addCleanup[T any](p *T, freed *atomic.Int32) {
	runtime.AddCleanup(p, func(*atomic.Int32) { freed.Add(1) }, freed)
}

// collect collects garbage until done; a test that fails here runs into its time-out.
func collect(done func() bool) {
	for !done() {
		runtime.GC()
	}
}
