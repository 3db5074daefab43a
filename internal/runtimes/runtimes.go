package runtimes

import (
	"context"
	"errors"
	"slices"
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

// patience is how long nothing may happen before a test has failed.
const patience = 20 * time.Second

// A Body is the body of a Run in a test.
type Body = func(t *testing.T, ctx context.Context, g *skein.Group)

func inRun(t *testing.T, body Body) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			body(t, ctx, g)
			return nil
		}, nil)
	}
}

// Both runs body as the body of a Run on goroutines and of one on a loop.
func Both(t *testing.T, body Body) {
	t.Helper()
	t.Run("goroutines", func(t *testing.T) {
		skeintest.NoLeaks(t)
		if err := inRun(t, body)(skeintest.NoDeadlockWithin(t, patience)); err != nil {
			t.Error(err)
		}
	})
	t.Run("loop", func(t *testing.T) {
		skeintest.NoLeaks(t)
		if err := loop.Run(context.Background(), &loop.Options{Patience: patience}, inRun(t, body)); err != nil {
			t.Error(err)
		}
	})
}

// Bubble is Both where time is fake. A loop waits for as long as it takes: synctest knows better than
// it when nothing can happen any more.
func Bubble(t *testing.T, body Body) {
	t.Helper()
	t.Run("goroutines", func(t *testing.T) {
		probe.Forget()
		synctest.Test(t, func(t *testing.T) {
			skeintest.NoLeaks(t)
			if err := inRun(t, body)(context.Background()); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("loop", func(t *testing.T) {
		probe.Forget()
		synctest.Test(t, func(t *testing.T) {
			skeintest.NoLeaks(t)
			if err := loop.Run(context.Background(), &loop.Options{Patience: -1}, inRun(t, body)); err != nil {
				t.Error(err)
			}
		})
	})
}

// ErrEnough is why contexts and tasks end in tests.
var ErrEnough = errors.New("enough")

// Cancelled is a context that has ended because of [ErrEnough].
func Cancelled(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	cancel(ErrEnough)
	return ctx
}

// Pass lets others go on, on either runtime.
func Pass() {
	rt.Pass()
	loop.Yield(context.Background())
}

// Waiting starts f as a task and returns once it waits, or has ended.
func Waiting[T any](g *skein.Group, name string, f func(ctx context.Context) (T, error)) *skein.Task[T] {
	var self atomic.Pointer[rt.Task]
	task := skein.Start(g, name, func(ctx context.Context) (T, error) {
		self.Store(rt.TaskOf(ctx))
		return f(ctx)
	})
	waits := func(s rt.Sign) bool { return s.Task == self.Load() && !s.Busy }
	for !task.State().Ended() && (self.Load() == nil || !slices.ContainsFunc(rt.Census(), waits)) {
		Pass()
	}
	return task
}
