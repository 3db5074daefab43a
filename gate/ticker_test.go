package gate_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/gate"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/skeintest"
)

func TestTickerTicksOnTime(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		begin := skein.Now(ctx)
		tick := gate.NewTicker(ctx, time.Minute, nil)
		var last uint64
		for i := range 1000 {
			n, err := tick.Wait(ctx, last)
			if err != nil || n != uint64(i+1) || skein.Now(ctx).Sub(begin) != time.Duration(i+1)*time.Minute {
				t.Fatalf("tick %d: %d, %v after %v", i+1, n, err, skein.Now(ctx).Sub(begin))
			}
			last = n
			skein.Sleep(ctx, time.Duration(i%50)*time.Second) // no drift, however long the work takes
		}
	})
}

// However slow somebody is, the number tells; and who has seen a tick does not see it again.
func TestTickerJumps(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		tick := gate.NewTicker(ctx, time.Second, nil)
		var seen []uint64
		var last uint64
		for _, late := range []time.Duration{0, 2500, 100, 0, 86_400_000} {
			skein.Sleep(ctx, late*time.Millisecond)
			wait := ctx
			if late > 1000 {
				wait = cancelled(ctx) // what has passed is there all the same
			}
			n, err := tick.Wait(wait, last)
			if err != nil {
				t.Fatal(err)
			}
			seen, last = append(seen, n), n
		}
		if want := []uint64{1, 3, 4, 5, 86405}; !slices.Equal(seen, want) {
			t.Errorf("saw %v, want %v", seen, want)
		}
		if n := tick.Count(); n != 86405 {
			t.Errorf("Count: %d", n)
		}
	})
}

func TestTickerForMany(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		const tasks, ticks = 50, 20
		tick := gate.NewTicker(ctx, time.Second, nil)
		var waiters []*skein.Task[[]uint64]
		for range tasks {
			waiters = append(waiters, skein.Start(g, "waiter", func(ctx context.Context) (seen []uint64, err error) {
				var n uint64
				for range ticks {
					if n, err = tick.Wait(ctx, n); err != nil {
						return nil, err
					}
					seen = append(seen, n)
				}
				return seen, nil
			}))
		}
		for _, w := range waiters {
			seen, err := w.Join(ctx)
			if err != nil || len(seen) != ticks || seen[0] != 1 || seen[ticks-1] != ticks {
				t.Errorf("%v, %v", seen, err)
			}
		}
	})
}

func TestTickerFromTheFuture(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		tick := gate.NewTicker(ctx, time.Second, nil)
		if n, err := tick.Wait(ctx, 5); n != 6 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	})
}

func TestTickerGivingUp(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		tick := gate.NewTicker(ctx, time.Second, nil)
		wait := func(ctx context.Context) (uint64, error) { return tick.Wait(ctx, 0) }
		stopped, killed, stays := waiting(g, wait), waiting(g, wait), waiting(g, wait)
		stopped.Stop(errEnough)
		if err := stopped.Wait(ctx); !errors.Is(err, errEnough) {
			t.Errorf("stopped: %v", err)
		}
		kill(ctx, killed)
		if n, err := stays.Join(ctx); n != 1 || err != nil {
			t.Errorf("who stays: %d, %v", n, err)
		}
		if n, err := tick.Wait(ctx, 1); n != 2 || err != nil {
			t.Errorf("the next: %d, %v", n, err)
		}
	})
}

// A timer that is set keeps a bubble's time going, so a wait that nothing else ends tells.
func TestTickerHasNoTimerWhileNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		tick := gate.NewTicker(ctx, time.Second, nil)
		defer tick.Close()
		if _, err := tick.Wait(cancelled(ctx), 0); err != errEnough {
			t.Error(err)
		}
		begin := time.Now()
		err := loop.Run(ctx, &loop.Options{Patience: time.Hour}, func(ctx context.Context) error {
			own := gate.NewTicker(ctx, time.Second, nil)
			defer own.Close()
			own.Wait(ctx, 0)
			own.Wait(cancelled(ctx), 1)
			var never gate.Event
			return never.Wait(ctx)
		})
		var dead *loop.DeadlockError
		if !errors.As(err, &dead) || time.Since(begin) != time.Hour+time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}

func TestTickerClose(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		tick := gate.NewTicker(ctx, time.Second, nil)
		waiter := waiting(g, func(ctx context.Context) (uint64, error) { return tick.Wait(ctx, 0) })
		tick.Close()
		tick.Close()
		if err := waiter.Wait(ctx); err != gate.ErrClosed {
			t.Errorf("who waited: %v", err)
		}
		skein.Sleep(ctx, time.Hour)
		if _, err := tick.Wait(ctx, 0); err != gate.ErrClosed {
			t.Errorf("who came later: %v", err)
		}
	})
}

// A ticker ends with what it was made for, whoever else waits for it.
func TestTickerEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		made := make(chan *gate.Ticker, 1)
		owner := g.Go("owner", func(ctx context.Context) error {
			made <- gate.NewTicker(ctx, time.Hour, nil)
			return skein.Sleep(ctx, time.Minute)
		})
		skein.Sleep(ctx, time.Second)
		tick := <-made
		begin := skein.Now(ctx)
		if _, err := tick.Wait(ctx, 0); err != gate.ErrClosed || skein.Now(ctx).Sub(begin) != 59*time.Second {
			t.Errorf("%v after %v", err, skein.Now(ctx).Sub(begin))
		}
		owner.Wait(ctx)
	})
}

// The ticker of a loop wakes goroutines, and one of goroutines wakes coroutines.
func TestTickerAcrossRuntimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		skeintest.NoLeaks(t)
		outer := gate.NewTicker(context.Background(), time.Second, nil)
		defer outer.Close()
		inner := make(chan *gate.Ticker, 1)
		over := make(chan error, 1)
		go func() {
			n, err := (<-inner).Wait(context.Background(), 0)
			if n != 1 || err != nil {
				t.Errorf("a goroutine: %d, %v", n, err)
			}
			over <- err
		}()
		err := loop.Run(context.Background(), &loop.Options{Patience: -1}, func(ctx context.Context) error {
			inner <- gate.NewTicker(ctx, time.Minute, nil)
			if n, err := outer.Wait(ctx, 0); n != 1 || err != nil {
				t.Errorf("a coroutine: %d, %v", n, err)
			}
			return skein.Sleep(ctx, 2*time.Minute)
		})
		if err := errors.Join(err, <-over); err != nil {
			t.Error(err)
		}
	})
}

func TestTickerNeedsAPeriod(t *testing.T) {
	if panics(func() { gate.NewTicker(context.Background(), 0, nil) }) == nil {
		t.Error("no panic")
	}
}

// Waiting for time is no deadlock, and a dump says what it is.
func TestTickerInADump(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		tick := gate.NewTicker(ctx, time.Second, &gate.TickerOptions{Name: "clock"})
		task := waiting(g, func(ctx context.Context) (uint64, error) { return tick.Wait(ctx, 0) })
		if !slices.ContainsFunc(rt.Census(), func(s rt.Sign) bool { return s.Task == task.Lending() && s.Timed }) {
			t.Error("is taken for a wait that time does not end")
		}
		var dump strings.Builder
		skein.Dump(&dump)
		if want := `waits to hear ticker "clock" (every 1s)`; !strings.Contains(dump.String(), want) {
			t.Errorf("the dump lacks %s:\n%s", want, dump.String())
		}
	})
}
