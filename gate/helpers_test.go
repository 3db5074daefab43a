package gate_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/skeintest"
)

var errEnough = errors.New("enough")

type body func(t *testing.T, ctx context.Context, g *skein.Group)

// in makes body that of a Run.
func (b body) in(t *testing.T) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			b(t, ctx, g)
			return nil
		}, nil)
	}
}

// both runs b as the body of a Run on goroutines and of one on a loop.
func both(t *testing.T, b body) {
	t.Helper()
	t.Run("goroutines", func(t *testing.T) {
		skeintest.NoLeaks(t)
		if err := b.in(t)(skeintest.NoDeadlockWithin(t, 20*time.Second)); err != nil {
			t.Error(err)
		}
	})
	t.Run("loop", func(t *testing.T) {
		skeintest.NoLeaks(t)
		if err := loop.Run(context.Background(), &loop.Options{Patience: 20 * time.Second}, b.in(t)); err != nil {
			t.Error(err)
		}
	})
}

// bubble is both where time is fake. A loop waits for as long as it takes: synctest knows better
// than it when nothing can happen any more.
func bubble(t *testing.T, b body) {
	t.Helper()
	t.Run("goroutines", func(t *testing.T) {
		probe.Forget()
		synctest.Test(t, func(t *testing.T) {
			skeintest.NoLeaks(t)
			if err := b.in(t)(context.Background()); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("loop", func(t *testing.T) {
		probe.Forget()
		synctest.Test(t, func(t *testing.T) {
			skeintest.NoLeaks(t)
			if err := loop.Run(context.Background(), &loop.Options{Patience: -1}, b.in(t)); err != nil {
				t.Error(err)
			}
		})
	})
}

// cancelled is a context that has ended because of errEnough.
func cancelled(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	cancel(errEnough)
	return ctx
}

func pass() {
	runtime.Gosched()
	loop.Yield(context.Background())
}

// waiting starts f as a task and returns when it waits or has ended.
func waiting[T any](g *skein.Group, f func(ctx context.Context) (T, error)) *skein.Task[T] {
	var begun atomic.Bool
	task := skein.Start(g, "waiting", func(ctx context.Context) (T, error) {
		begun.Store(true)
		return f(ctx)
	})
	for !begun.Load() || busy(task.Lending()) {
		pass()
	}
	return task
}

func busy(t *rt.Task) bool {
	if t.Ended() {
		return false
	}
	for _, s := range rt.Census() {
		if s.Task == t {
			return s.Busy
		}
	}
	return false
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
