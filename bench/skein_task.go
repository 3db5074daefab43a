package bench

import (
	"context"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/queue"
)

// skeinStart starts tasks with a result.
func skeinStart(n int) (right int) {
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		for i := range n {
			t := skein.Start(g, "one", func(context.Context) (int, error) { return i, nil })
			if v, err := t.Join(ctx); err == nil && v == i {
				right++
			}
		}
		return nil
	}, nil)
	return right
}

// skeinGo starts tasks without a result.
func skeinGo(n int) (right int) {
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		for i := range n {
			v := -1
			t := g.Go("one", func(context.Context) error {
				v = i
				return nil
			})
			if t.Wait(ctx) == nil && v == i {
				right++
			}
		}
		return nil
	}, nil)
	return right
}

// skeinHold has tasks wait as [goHold] has goroutines: on a channel.
func skeinHold(n int) (release func() int, err error) {
	gate := make(chan struct{})
	return holdInRun(n, func(context.Context) { <-gate }, func() { close(gate) })
}

// skeinHoldInQueue has tasks wait in a queue, where they can be stopped and seen.
func skeinHoldInQueue(n int) (release func() int, err error) {
	q := queue.New[int](nil)
	return holdInRun(n, func(ctx context.Context) { q.Get(ctx) }, q.Close)
}

func holdInRun(n int, wait func(context.Context), open func()) (release func() int, err error) {
	var c count
	ended := make(chan error)
	go func() {
		ended <- skein.Run(context.Background(), func(_ context.Context, g *skein.Group) error {
			for range n {
				g.Go("waiting", func(ctx context.Context) error {
					c.waiting.Add(1)
					wait(ctx)
					c.ended.Add(1)
					return nil
				})
			}
			return nil
		}, nil)
	}()
	c.settle(n)
	return func() int {
		open()
		if <-ended != nil {
			return -1
		}
		return int(c.ended.Load())
	}, nil
}
