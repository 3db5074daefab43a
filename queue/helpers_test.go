package queue_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/queue"
	"github.com/skein-go/skein/skeintest"
)

var errEnough = errors.New("enough")

// both runs body as the body of a Run on goroutines and of one on a loop.
func both(t *testing.T, body func(t *testing.T, ctx context.Context, g *skein.Group)) {
	t.Helper()
	run := func(ctx context.Context) error {
		return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			body(t, ctx, g)
			return nil
		}, nil)
	}
	t.Run("goroutines", func(t *testing.T) {
		skeintest.NoLeaks(t)
		if err := run(skeintest.NoDeadlockWithin(t, 10*time.Second)); err != nil {
			t.Error(err)
		}
	})
	t.Run("loop", func(t *testing.T) {
		skeintest.NoLeaks(t)
		if err := loop.Run(context.Background(), nil, run); err != nil {
			t.Error(err)
		}
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

// waiting starts f as a task and returns once it waits, or has ended.
func waiting[T any](g *skein.Group, f func(ctx context.Context) (T, error)) *skein.Task[T] {
	var self atomic.Pointer[rt.Task]
	task := skein.Start(g, "waiting", func(ctx context.Context) (T, error) {
		self.Store(rt.TaskOf(ctx))
		return f(ctx)
	})
	waits := func(s rt.Sign) bool { return s.Task == self.Load() && !s.Busy }
	for !task.State().Ended() && (self.Load() == nil || !slices.ContainsFunc(rt.Census(), waits)) {
		pass()
	}
	return task
}

func bounded(n int) *queue.Queue[int] { return queue.New(&queue.Options[int]{Cap: n}) }

func fill(t *testing.T, q *queue.Queue[int], items ...int) {
	t.Helper()
	for _, v := range items {
		if err := q.TryPut(v); err != nil {
			t.Fatal(err)
		}
	}
}

func drain(q *queue.Queue[int]) (items []int) {
	for {
		v, err := q.TryGet()
		if err != nil {
			return items
		}
		items = append(items, v)
	}
}
