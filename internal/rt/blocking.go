package rt

import (
	"context"

	"github.com/skein-go/skein/internal/probe"
)

// Blocking runs f, which may block where nothing of ours can end it, on a goroutine of its own on
// every runtime. returned is set once f has; f must not panic.
func Blocking(f func()) (returned *Latch) {
	returned = new(Latch)
	go func() {
		defer returned.Set()
		f()
	}()
	return returned
}

// Aside has a goroutine call f, which may block its thread, and waits for it, stopped or not. A
// coroutine does so, for its loop to go on. A panic of f goes on in the caller.
func Aside(ctx context.Context, verb string, on probe.Resource, f func()) {
	var panicked any
	returned := Blocking(func() {
		defer func() { panicked = recover() }()
		f()
	})
	if returned.Wait(shielded(ctx), verb, on) == nil && panicked != nil {
		panic(panicked)
	}
}

// Interrupt calls f once ctx ends, on a goroutine of its own on every runtime: what f breaks off
// may be blocking the thread of a loop. off takes f back. After off, f is not running any more and
// will not run.
func Interrupt(ctx context.Context, f func()) (off func()) {
	settled := new(Latch) // f has returned, or will not be called
	stop := context.AfterFunc(ctx, func() {
		defer settled.Set()
		f()
	})
	return func() {
		if stop() {
			settled.Set()
			return
		}
		settled.Wait(shielded(ctx), "take back an interrupt", nil)
	}
}
