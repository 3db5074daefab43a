package bench

import (
	"context"
	"runtime"

	"github.com/skein-go/skein/gate"
)

// skeinSemaphore is used under a context that somebody may cancel.
func skeinSemaphore(permits int) (hold func(n int, pause bool), done func()) {
	ctx, cancel := context.WithCancel(context.Background())
	s := gate.NewSemaphore(int64(permits), nil)
	return func(n int, pause bool) {
		for range n {
			if s.Acquire(ctx, 1) != nil {
				return
			}
			if pause {
				runtime.Gosched()
			}
			s.Release(1)
		}
	}, cancel
}

// skeinCrowd takes two events in turn: one is cleared while nobody waits for it.
func skeinCrowd(ctx context.Context) (wait, open func(round int)) {
	var events [2]gate.Event
	return func(round int) { events[round%2].Wait(ctx) },
		func(round int) {
			events[(round+1)%2].Clear()
			events[round%2].Set()
		}
}
