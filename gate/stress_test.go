package gate_test

import (
	"context"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/gate"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/skeintest"
)

// rounds is how often something races: a million times in a soak.
func rounds() int {
	switch {
	case os.Getenv("SKEIN_SOAK") != "":
		return 1_000_000
	case testing.Short():
		return 10_000
	}
	return 100_000
}

// fickle gives a context that ends soon, some time, or has ended.
func fickle(ctx context.Context, n int) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	switch n % 4 {
	case 0:
		go cancel()
	case 1:
		go func() { runtime.Gosched(); cancel() }()
	case 2:
		if n%8 == 2 {
			cancel()
		}
	}
	return ctx, cancel
}

// crowd has n tasks each do their share of all, on goroutines and on a loop at once, and waits.
func crowd(t *testing.T, n, all int, f func(ctx context.Context, i int) error) {
	t.Helper()
	skeintest.NoLeaks(t)
	half := func(ctx context.Context) error {
		return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			for range n / 2 {
				g.Go("one of many", func(ctx context.Context) error {
					for i := range all / n {
						if err := f(ctx, i); err != nil {
							return err
						}
					}
					return nil
				})
			}
			return nil
		}, nil)
	}
	var both sync.WaitGroup
	both.Go(func() {
		if err := half(context.Background()); err != nil {
			t.Error(err)
		}
	})
	both.Go(func() {
		if err := loop.Run(context.Background(), &loop.Options{Patience: -1}, half); err != nil {
			t.Error(err)
		}
	})
	both.Wait()
}

// Cancelling races with giving: in the end every permit is there once, and never were too many out.
func TestSoakSemaphoreCancelled(t *testing.T) {
	const permits = 4
	s := gate.NewSemaphore(permits, &gate.SemaphoreOptions{Max: permits})
	var out, took atomic.Int64
	crowd(t, 12, rounds(), func(ctx context.Context, i int) error {
		some, cancel := fickle(ctx, i)
		defer cancel()
		n := int64(i % (permits + 1))
		if s.Acquire(some, n) != nil {
			return context.Cause(ctx)
		}
		if now := out.Add(n); now > permits {
			t.Errorf("%d permits are out", now)
		}
		took.Add(1)
		if i%3 == 0 {
			runtime.Gosched()
			loop.Yield(ctx)
		}
		out.Add(-n)
		s.Release(n)
		return nil
	})
	if s.Available() != permits || s.Waiting() != 0 || took.Load() == 0 {
		t.Errorf("%d permits are there, %d wait, %d were let through", s.Available(), s.Waiting(), took.Load())
	}
}

// C13: a wait that is cut short swallows no signal. Each thing put is signalled once, and taken
// once; a lost signal would leave it there and somebody waiting for it.
func TestSoakCondCancelled(t *testing.T) {
	s := newStore()
	var put, taken atomic.Int64
	crowd(t, 12, rounds(), func(ctx context.Context, i int) error {
		if i%2 == 0 {
			put.Add(1)
			s.put(1)
			return nil
		}
		for try := i; ; try++ {
			some, cancel := fickle(ctx, try)
			err := s.take(some)
			cancel()
			if err == nil {
				taken.Add(1)
				return nil
			}
			if ctx.Err() != nil {
				return err
			}
		}
	})
	if s.n != int(put.Load()-taken.Load()) || s.n < 0 {
		t.Errorf("%d put, %d taken, %d left", put.Load(), taken.Load(), s.n)
	}
}

// An event set and cleared all the time lets everybody through in the end who keeps asking.
func TestSoakEventPulsed(t *testing.T) {
	var e gate.Event
	over := make(chan struct{})
	var pulsing sync.WaitGroup
	pulsing.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
				e.Set()
				e.Clear()
				runtime.Gosched()
			}
		}
	})
	crowd(t, 12, rounds(), func(ctx context.Context, i int) error {
		some, cancel := fickle(ctx, i)
		defer cancel()
		e.Wait(some)
		return context.Cause(ctx)
	})
	close(over)
	pulsing.Wait()
}

// Parties that come, give up and reset: nobody waits for ever, and who passes a round was counted.
func TestSoakBarrierCancelled(t *testing.T) {
	b := gate.NewBarrier(3)
	var last, passed atomic.Int64
	crowd(t, 12, rounds()/4, func(ctx context.Context, i int) error {
		some, cancel := fickle(ctx, i%3) // always one that ends by itself
		defer cancel()
		switch n, err := b.Wait(some); {
		case err != nil:
			b.Reset()
		case n == 2:
			last.Add(1)
			passed.Add(1)
		default:
			passed.Add(1)
		}
		return context.Cause(ctx)
	})
	if passed.Load() != 3*last.Load() {
		t.Errorf("%d passed in %d rounds of three", passed.Load(), last.Load())
	}
}
