package bench

import (
	"context"

	"github.com/skein-go/skein/queue"
)

// skeinLine is a queue used under a context that somebody may cancel.
func skeinLine(cap int) line {
	ctx, cancel := context.WithCancel(context.Background())
	q := queue.New(&queue.Options[int]{Cap: cap})
	return line{
		pair: func(n int) (sum int) {
			for range n {
				q.Put(ctx, 1)
				v, _ := q.Get(ctx)
				sum += v
			}
			return sum
		},
		put: func(n int) {
			for range n {
				q.Put(ctx, 1)
			}
		},
		get: func(n int) (sum int) {
			for range n {
				v, _ := q.Get(ctx)
				sum += v
			}
			return sum
		},
		done: cancel,
	}
}
