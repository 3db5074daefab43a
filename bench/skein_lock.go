package bench

import (
	"context"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/lock"
)

// skeinPad is used by tasks, whose locks are checked for their order.
func skeinPad() pad {
	a, b := lock.Mutex{Name: "outer"}, lock.Mutex{Name: "inner"}
	return pad{
		one: func(n int) int {
			return inTasks(1, func(ctx context.Context, _ int) (done int) {
				for range n {
					held, err := a.Lock(ctx)
					if err != nil {
						return done
					}
					done++
					held.Unlock()
				}
				return done
			})
		},
		nested: func(n int) int {
			return inTasks(1, func(ctx context.Context, _ int) (done int) {
				for range n {
					outer, err := a.Lock(ctx)
					if err != nil {
						return done
					}
					inner, err := b.Lock(ctx)
					if err == nil {
						done++
						inner.Unlock()
					}
					outer.Unlock()
				}
				return done
			})
		},
		shared: func(n, by int) (done int) {
			inTasks(by, func(ctx context.Context, i int) int {
				for range share(n, by, i) {
					held, err := a.Lock(ctx)
					if err != nil {
						return 0
					}
					done++
					held.Unlock()
				}
				return 0
			})
			return done
		},
	}
}

// inTasks has so many tasks run f, and adds up what they return.
func inTasks(n int, f func(ctx context.Context, i int) int) (sum int) {
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		var tasks []*skein.Task[int]
		for i := range n {
			tasks = append(tasks, skein.Start(g, "locker", func(ctx context.Context) (int, error) { return f(ctx, i), nil }))
		}
		for _, t := range tasks {
			v, err := t.Join(ctx)
			if err != nil {
				return err
			}
			sum += v
		}
		return nil
	}, nil)
	return sum
}
