package gate_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/gate"
)

func bounded(n int64) *gate.Semaphore { return gate.NewSemaphore(n, &gate.SemaphoreOptions{Max: n}) }

// acquires starts somebody who waits for n permits.
func acquires(g *skein.Group, s *gate.Semaphore, n int64) *skein.Task[struct{}] {
	return waits(g, func(ctx context.Context) error { return s.Acquire(ctx, n) })
}

func TestSemaphoreHasNoCeiling(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := gate.NewSemaphore(0, nil)
		if s.TryAcquire(1) {
			t.Error("there is a permit")
		}
		s.Release(1000)
		if err := s.Acquire(ctx, 999); err != nil || s.Available() != 1 {
			t.Errorf("%v, %d available", err, s.Available())
		}
	})
}

func TestSemaphoreWakesOneAtATime(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := gate.NewSemaphore(0, nil)
		var tasks []*skein.Task[struct{}]
		for range 10 {
			tasks = append(tasks, acquires(g, s, 1))
		}
		for i, task := range tasks {
			if s.Waiting() != 10-i {
				t.Errorf("%d wait", s.Waiting())
			}
			s.Release(1)
			if err := task.Wait(ctx); err != nil {
				t.Error(err)
			}
			for range 5 {
				pass()
			}
			if i < 9 && tasks[i+1].State().Ended() {
				t.Errorf("release %d let two through", i)
			}
		}
	})
}

// A big one at the head is not starved by small ones that would fit.
func TestSemaphoreIsFair(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := gate.NewSemaphore(3, nil)
		big := acquires(g, s, 5)
		small := acquires(g, s, 1)
		if s.TryAcquire(1) || s.Available() != 3 {
			t.Error("TryAcquire overtakes")
		}
		s.Release(1)
		if big.State().Ended() || small.State().Ended() {
			t.Error("with four permits somebody got through")
		}
		s.Release(1)
		if err := big.Wait(ctx); err != nil || small.State().Ended() {
			t.Errorf("the big one: %v, the small one: %v", err, small.State())
		}
		s.Release(5)
		if err := small.Wait(ctx); err != nil || s.Available() != 4 {
			t.Errorf("the small one: %v, %d are left", err, s.Available())
		}
	})
}

// golang/go#37852: those behind who gives up may be able to go on.
func TestSemaphoreGivingUpAtTheHead(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		for _, give := range []func(ctx context.Context, big *skein.Task[struct{}]){
			func(ctx context.Context, big *skein.Task[struct{}]) { big.Stop(errEnough) },
			kill[struct{}],
		} {
			s := gate.NewSemaphore(3, nil)
			big := acquires(g, s, 5)
			a, b, c := acquires(g, s, 1), acquires(g, s, 2), acquires(g, s, 1)
			give(ctx, big)
			if err := big.Wait(ctx); !errors.Is(err, errEnough) {
				t.Errorf("the big one: %v", err)
			}
			if err := errors.Join(a.Wait(ctx), b.Wait(ctx)); err != nil || c.State().Ended() {
				t.Errorf("those behind: %v, and %v", err, c.State())
			}
			s.Release(1)
			if err := c.Wait(ctx); err != nil || s.Available() != 0 {
				t.Errorf("%v, %d are left", err, s.Available())
			}
		}
	})
}

func TestSemaphoreGivingUpInTheMiddle(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := gate.NewSemaphore(0, nil)
		a, b, c := acquires(g, s, 1), acquires(g, s, 2), acquires(g, s, 3)
		b.Stop(errEnough)
		b.Wait(ctx)
		if s.Waiting() != 2 {
			t.Errorf("%d wait", s.Waiting())
		}
		s.Release(4)
		if err := errors.Join(a.Wait(ctx), c.Wait(ctx)); err != nil || s.Available() != 0 {
			t.Errorf("%v, %d are left", err, s.Available())
		}
	})
}

// golang/go#63615: a context that has ended loses, whatever there is.
func TestSemaphoreUnderACancelledContext(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := gate.NewSemaphore(1, nil)
		for _, n := range []int64{0, 1, 2} {
			if err := s.Acquire(cancelled(ctx), n); err != errEnough || s.Available() != 1 {
				t.Errorf("Acquire of %d: %v, %d are left", n, err, s.Available())
			}
		}
		if err := s.With(cancelled(ctx), 1, func() error { t.Error("run"); return nil }); err != errEnough {
			t.Error(err)
		}
	})
}

func TestSemaphoreMax(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := bounded(3)
		if err := s.Acquire(ctx, 4); err != gate.ErrTooMany || s.TryAcquire(4) {
			t.Errorf("more than there are in all: %v", err)
		}
		if err := s.Acquire(ctx, 2); err != nil {
			t.Error(err)
		}
		if v := panics(func() { s.Release(3) }); v == nil || s.Available() != 1 {
			t.Errorf("a Release of too many: %v, %d available", v, s.Available())
		}
		waiter := acquires(g, s, 3)
		if err := s.Acquire(ctx, 4); err != gate.ErrTooMany {
			t.Errorf("more than there are in all, behind somebody who waits: %v", err)
		}
		if v := panics(func() { s.Release(3) }); v == nil || waiter.State().Ended() {
			t.Errorf("a Release of too many, while somebody waits: %v", v)
		}
		s.Release(2)
		if err := waiter.Wait(ctx); err != nil {
			t.Error(err)
		}
		s.Release(3)
		if v := panics(func() { s.Release(1) }); !strings.Contains(v.(string), "more than 3") {
			t.Errorf("a Release of one too many: %v", v)
		}
	})
}

func TestSemaphoreStrangeCounts(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		const most = 1<<62 - 1
		s := gate.NewSemaphore(0, nil)
		for name, f := range map[string]func(){ // golang/go#80183
			"Acquire(-1)":      func() { s.Acquire(ctx, -1) },
			"TryAcquire(-1)":   func() { s.TryAcquire(-1) },
			"Release(-1)":      func() { s.Release(-1) },
			"Resize(-1)":       func() { s.Resize(-1) },
			"Resize(huge)":     func() { s.Resize(most + 1) },
			"New(-1)":          func() { gate.NewSemaphore(-1, nil) },
			"New(huge)":        func() { gate.NewSemaphore(most+1, nil) },
			"New(2, Max 1)":    func() { gate.NewSemaphore(2, &gate.SemaphoreOptions{Max: 1}) },
			"New(0, Max -1)":   func() { gate.NewSemaphore(0, &gate.SemaphoreOptions{Max: -1}) },
			"New(0, Max huge)": func() { gate.NewSemaphore(0, &gate.SemaphoreOptions{Max: most + 1}) },
		} {
			if panics(f) == nil {
				t.Errorf("%s does not panic", name)
			}
		}
		if err := s.Acquire(ctx, 0); err != nil || !s.TryAcquire(0) {
			t.Errorf("no permit at all: %v", err)
		}
		waiter := acquires(g, s, most)
		if err := s.Acquire(ctx, 0); err != nil {
			t.Errorf("no permit at all, behind somebody who waits: %v", err)
		}
		if err := s.Acquire(ctx, math.MaxInt64); err != gate.ErrTooMany {
			t.Errorf("more than can be counted: %v", err)
		}
		s.Release(0)
		s.Release(most)
		if err := waiter.Wait(ctx); err != nil || s.Available() != 0 {
			t.Errorf("%v, %d are left", err, s.Available())
		}
		s.Release(most)
		for name, f := range map[string]func(){
			"Release(1)": func() { s.Release(1) }, "Release(most)": func() { s.Release(most) }, "Resize(1)": func() { s.Resize(1) },
		} {
			if panics(f) == nil || s.Available() != most {
				t.Errorf("%s beyond what can be counted: %d available", name, s.Available())
			}
		}
	})
}

func TestSemaphoreResize(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := bounded(5)
		s.Acquire(ctx, 4)
		s.Resize(2)
		if s.Available() != -2 {
			t.Errorf("%d available", s.Available())
		}
		waiter := acquires(g, s, 1)
		s.Release(2)
		if waiter.State().Ended() {
			t.Error("went on when as many are held as there are")
		}
		s.Release(1)
		if err := waiter.Wait(ctx); err != nil || s.Available() != 0 {
			t.Errorf("%v, %d are left", err, s.Available())
		}
		many := acquires(g, s, 2)
		few := acquires(g, s, 1)
		s.Resize(1) // and nobody can have two any more
		if err := many.Wait(ctx); err != gate.ErrTooMany {
			t.Errorf("who waits for more than there are now: %v", err)
		}
		s.Resize(3)
		if err := few.Wait(ctx); err != nil || s.Available() != 0 {
			t.Errorf("%v, %d are left", err, s.Available())
		}

		open := gate.NewSemaphore(1, nil)
		open.Resize(3)
		open.Release(10)
		open.Resize(0)
		if open.Available() != 10 {
			t.Errorf("without a ceiling: %d available", open.Available())
		}
	})
}

func TestSemaphoreWith(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := bounded(1)
		free := func() {
			t.Helper()
			if s.Available() != 1 {
				t.Errorf("%d available afterwards", s.Available())
			}
		}
		err := s.With(ctx, 1, func() error {
			if s.Available() != 0 {
				t.Error("not held")
			}
			return errEnough
		})
		if err != errEnough {
			t.Error(err)
		}
		free()
		if v := panics(func() { s.With(ctx, 1, func() error { panic("boom") }) }); v != "boom" {
			t.Error(v)
		}
		free()
		goexit := skein.Start(g, "quitter", func(ctx context.Context) (int, error) {
			return 0, s.With(ctx, 1, func() error { runtime.Goexit(); return nil })
		})
		if err := goexit.Wait(ctx); err != skein.ErrGoexit {
			t.Error(err)
		}
		free()
		killed := waits(g, func(ctx context.Context) error {
			var never gate.Event
			return s.With(ctx, 1, func() error { return never.Wait(ctx) })
		})
		kill(ctx, killed)
		free()
	})
}

func TestSemaphoreDoesNotAllocate(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := bounded(3)
		allocs := testing.AllocsPerRun(1000, func() {
			s.Acquire(ctx, 2)
			s.TryAcquire(1)
			s.Release(3)
		})
		if allocs != 0 {
			t.Errorf("%v allocations", allocs)
		}
	})
}

func TestSemaphoreWaitingDoesNotAllocate(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		ping, pong := gate.NewSemaphore(0, nil), gate.NewSemaphore(0, nil)
		other := g.Go("other", func(ctx context.Context) error {
			for ping.Acquire(ctx, 1) == nil {
				pong.Release(1)
			}
			return context.Cause(ctx)
		})
		allocs := testing.AllocsPerRun(1000, func() {
			ping.Release(1)
			if err := pong.Acquire(ctx, 1); err != nil {
				t.Error(err)
			}
		})
		other.Stop(nil)
		if allocs != 0 {
			t.Errorf("%v allocations", allocs)
		}
	})
}

func TestSemaphoreInADump(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		open := gate.NewSemaphore(1, &gate.SemaphoreOptions{Name: "open"})
		limit := gate.NewSemaphore(0, &gate.SemaphoreOptions{Name: "limit", Max: 5})
		acquires(g, open, 2)
		acquires(g, limit, 1)
		var dump strings.Builder
		skein.Dump(&dump)
		for _, want := range []string{`waits to acquire from semaphore "open" (1 available)`, `waits to acquire from semaphore "limit" (0 of 5 available)`} {
			if !strings.Contains(dump.String(), want) {
				t.Errorf("the dump lacks %s:\n%s", want, dump.String())
			}
		}
		open.Release(1)
		limit.Release(1)
	})
}
