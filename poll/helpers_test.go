package poll_test

import (
	"context"
	"log/slog"
	"os"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/runtimes"
	"github.com/skein-go/skein/poll"
	"github.com/skein-go/skein/queue"
)

var (
	both      = runtimes.Both
	bubble    = runtimes.Bubble
	cancelled = runtimes.Cancelled
	pass      = runtimes.Pass
	errEnough = runtimes.ErrEnough
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // failures and panics are what is tested
	os.Exit(m.Run())
}

// waiting starts f as a task and returns once it waits, or has ended.
func waiting(g *skein.Group, f func(ctx context.Context) error) *skein.Task[struct{}] {
	return runtimes.Waiting(g, "waiting", func(ctx context.Context) (struct{}, error) { return struct{}{}, f(ctx) })
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
