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

func skeinPriority(first []ranked) func(ranked) ranked {
	ctx := context.Background()
	q := queue.New(&queue.Options[ranked]{ByPriority: func(r ranked) int { return r.rank }})
	for _, r := range first {
		q.Put(ctx, r)
	}
	return func(r ranked) ranked {
		q.Put(ctx, r)
		r, _ = q.Get(ctx)
		return r
	}
}
