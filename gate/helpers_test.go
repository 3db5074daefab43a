package gate_test

import (
	"context"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/runtimes"
)

var (
	both      = runtimes.Both
	bubble    = runtimes.Bubble
	cancelled = runtimes.Cancelled
	pass      = runtimes.Pass
	errEnough = runtimes.ErrEnough
)

// waiting starts f as a task and returns once it waits, or has ended.
func waiting[T any](g *skein.Group, f func(ctx context.Context) (T, error)) *skein.Task[T] {
	return runtimes.Waiting(g, "waiting", f)
}

// waits is waiting for functions without a result.
func waits(g *skein.Group, f func(ctx context.Context) error) *skein.Task[struct{}] {
	return waiting(g, func(ctx context.Context) (struct{}, error) { return struct{}{}, f(ctx) })
}

// panics runs f and returns what it panicked with.
func panics(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// kill unwinds a coroutine; a goroutine cannot be killed, so there it is a stop.
func kill[T any](ctx context.Context, task *skein.Task[T]) {
	task.Lending().Kill(errEnough)
	task.Wait(ctx)
}
