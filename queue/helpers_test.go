package queue_test

import (
	"context"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/runtimes"
	"github.com/skein-go/skein/queue"
)

var (
	both      = runtimes.Both
	cancelled = runtimes.Cancelled
	pass      = runtimes.Pass
	errEnough = runtimes.ErrEnough
)

// waiting starts f as a task and returns once it waits, or has ended.
func waiting[T any](g *skein.Group, f func(ctx context.Context) (T, error)) *skein.Task[T] {
	return runtimes.Waiting(g, "waiting", f)
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
