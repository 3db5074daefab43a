package skeintest

import (
	"context"
	"fmt"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

// inside tests jobs that wait for jobs of the same executor. A pool that does not know of that
// hangs as soon as every worker waits for what only a worker could run.
func (s *executorSuite) inside(t *testing.T) {
	if !s.SameProcess || s.Sized == nil {
		t.Skip("needs SameProcess and Sized")
	}
	one := func(name string, body func(t *trial, ctx context.Context) (int, error), want int) {
		s.sized(t, name, 1, 0, func(t *trial) {
			parent := work.Wrap("parent", func(ctx context.Context, _ int) (int, error) { return body(t, ctx) })
			check(t, parent.Submit(t.ctx, t.ex, 0), want)
			check(t, square.Submit(t.ctx, t.ex, 2), 4) // and its place is free again
		})
	}
	one("submit a child and join it", func(t *trial, ctx context.Context) (int, error) {
		return square.Submit(ctx, t.ex, 3).Join(ctx)
	}, 9)
	one("join through a nested Run", func(t *trial, ctx context.Context) (v int, err error) {
		err = skein.Run(ctx, func(ctx context.Context, g *skein.Group) (err error) {
			v, err = square.Submit(ctx, t.ex, 3).Join(ctx)
			return err
		}, nil)
		return v, err
	}, 9)
	one("join from tasks of a nested Run", func(t *trial, ctx context.Context) (int, error) {
		var sum [4]int
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			for i := range sum {
				g.Go("joiner", func(ctx context.Context) (err error) {
					sum[i], err = square.Submit(ctx, t.ex, i).Join(ctx)
					return err
				})
			}
			return nil
		}, nil)
		return sum[0] + sum[1] + sum[2] + sum[3], err
	}, 14)
	one("All", func(t *trial, ctx context.Context) (int, error) {
		vals, err := work.All(ctx, square.Submit(ctx, t.ex, 1), square.Submit(ctx, t.ex, 2), square.Submit(ctx, t.ex, 3))
		return vals[0] + vals[1] + vals[2], err
	}, 14)
	one("Any", func(t *trial, ctx context.Context) (int, error) {
		return work.Any(ctx, fail.Submit(ctx, t.ex, "a"), square.Submit(ctx, t.ex, 2))
	}, 4)
	one("AsCompleted", func(t *trial, ctx context.Context) (sum int, err error) {
		for task, err := range work.AsCompleted(ctx, square.Submit(ctx, t.ex, 1), square.Submit(ctx, t.ex, 2)) {
			if err != nil {
				return 0, err
			}
			v, _ := task.Join(ctx)
			sum += v
		}
		return sum, nil
	}, 5)
	one("Map", func(t *trial, ctx context.Context) (sum int, err error) {
		for v, err := range square.Map(ctx, t.ex, count(100)) {
			if err != nil {
				return 0, err
			}
			sum += v
		}
		return sum, nil
	}, 328350)
	one("MapUnordered", func(t *trial, ctx context.Context) (sum int, err error) {
		for v, err := range square.MapUnordered(ctx, t.ex, count(100)) {
			if err != nil {
				return 0, err
			}
			sum += v
		}
		return sum, nil
	}, 328350)
	one("MapSlice", func(t *trial, ctx context.Context) (int, error) {
		vals, err := square.MapSlice(ctx, t.ex, []int{1, 2, 3})
		return vals[2], err
	}, 9)
	one("a child that is tried again", func(t *trial, ctx context.Context) (int, error) {
		tries := 0
		flaky := work.Wrap("flaky", func(context.Context, int) (int, error) {
			if tries++; tries < 3 {
				return 0, errEnough
			}
			return tries, nil
		})
		return flaky.Submit(ctx, work.With(t.ex, &work.Options{Retry: 5, RetryDelay: 1}), 0).Join(ctx)
	}, 3)
	for _, queue := range []int{0, 1} {
		s.sized(t, fmt.Sprintf("a recursion 20 deep, room for %d", queue), 1, queue, func(t *trial) {
			check(t, s.descend(t).Submit(t.ctx, t.ex, 20), 20)
		})
		s.sized(t, fmt.Sprintf("a tree of joins, room for %d", queue), 2, queue, func(t *trial) {
			check(t, s.fib(t).Submit(t.ctx, t.ex, 12), 144)
		})
	}
	s.sized(t, "submits from inside into a full queue", 1, 1, func(t *trial) {
		parent := work.Wrap("parent", func(ctx context.Context, _ int) (sum int, err error) {
			var kids []*skein.Task[int]
			for i := range 10 {
				kids = append(kids, square.Submit(ctx, t.ex, i))
			}
			vals, err := work.All(ctx, kids...)
			for _, v := range vals {
				sum += v
			}
			return sum, err
		})
		check(t, parent.Submit(t.ctx, t.ex, 0), 285)
	})
	s.sized(t, "a join of what somebody else has submitted", 1, 0, func(t *trial) {
		var other *skein.Task[int]
		ready := skein.NewPromise[int](t.ctx, "ready")
		parent := work.Wrap("parent", func(ctx context.Context, _ int) (int, error) {
			ready.Task().Join(ctx)
			return other.Join(ctx)
		})
		task := parent.Submit(t.ctx, t.ex, 0)
		other = square.Submit(t.ctx, work.With(t.ex, &work.Options{Retry: 1}), 6)
		ready.Resolve(0, nil)
		check(t, task, 36)
	})
}

// descend returns how deep it got, each level by a job of its own.
func (s *executorSuite) descend(t *trial) (f *work.Func[int, int]) {
	f = work.Wrap("descend", func(ctx context.Context, n int) (int, error) {
		if n == 0 {
			return 0, nil
		}
		v, err := f.Submit(ctx, t.ex, n-1).Join(ctx)
		return v + 1, err
	})
	return f
}

func (s *executorSuite) fib(t *trial) (f *work.Func[int, int]) {
	f = work.Wrap("fib", func(ctx context.Context, n int) (int, error) {
		if n < 2 {
			return n, nil
		}
		a, b := f.Submit(ctx, t.ex, n-1), f.Submit(ctx, t.ex, n-2)
		vals, err := work.All(ctx, b, a)
		return vals[0] + vals[1], err
	})
	return f
}
