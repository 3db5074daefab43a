package poll_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/poll"
	"github.com/skein-go/skein/queue"
	"github.com/skein-go/skein/skeintest"
)

var errEnough = errors.New("enough")

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // failures and panics are what is tested
	os.Exit(m.Run())
}

type body = func(t *testing.T, ctx context.Context, g *skein.Group)

func inRun(t *testing.T, body body) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			body(t, ctx, g)
			return nil
		}, nil)
	}
}

// both runs body as the body of a Run on goroutines and of one on a loop.
func both(t *testing.T, body body) {
	t.Helper()
	t.Run("goroutines", func(t *testing.T) {
		skeintest.NoLeaks(t)
		if err := inRun(t, body)(skeintest.NoDeadlockWithin(t, 10*time.Second)); err != nil {
			t.Error(err)
		}
	})
	t.Run("loop", func(t *testing.T) {
		skeintest.NoLeaks(t)
		if err := loop.Run(context.Background(), nil, inRun(t, body)); err != nil {
			t.Error(err)
		}
	})
}

// bubble is both in bubbles of synctest, where time is fake.
func bubble(t *testing.T, body body) {
	t.Helper()
	t.Run("goroutines", func(t *testing.T) {
		skeintest.NoLeaks(t)
		synctest.Test(t, func(t *testing.T) {
			if err := inRun(t, body)(context.Background()); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("loop", func(t *testing.T) {
		skeintest.NoLeaks(t)
		synctest.Test(t, func(t *testing.T) {
			if err := loop.Run(context.Background(), nil, inRun(t, body)); err != nil {
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

// waiting starts f as a task and returns once it waits, or has ended.
func waiting(g *skein.Group, f func(ctx context.Context) error) *skein.Task[struct{}] {
	var self atomic.Pointer[rt.Task]
	task := skein.Start(g, "waiting", func(ctx context.Context) (struct{}, error) {
		self.Store(rt.TaskOf(ctx))
		return struct{}{}, f(ctx)
	})
	waits := func(s rt.Sign) bool { return s.Task == self.Load() && !s.Busy }
	for !task.State().Ended() && (self.Load() == nil || !slices.ContainsFunc(rt.Census(), waits)) {
		pass()
	}
	return task
}

func fill[T any](q *queue.Queue[T], items ...T) {
	for _, v := range items {
		if err := q.TryPut(v); err != nil {
			panic(err)
		}
	}
}

// waits calls Wait n times.
func waits(t *testing.T, ctx context.Context, p *poll.Poller, n int) {
	t.Helper()
	for range n {
		if err := p.Wait(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// idle reports whether nothing is ready: Wait would wait.
func idle(p *poll.Poller) bool {
	called := false
	last := queue.New[struct{}](nil)
	r := poll.Queue(p, last, func(struct{}) { called = true })
	defer r.Remove()
	fill(last, struct{}{}) // behind all that are ready
	return p.Wait(context.Background()) == nil && called
}
