package gate_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/gate"
)

func TestEventSetAndClear(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var e gate.Event
		waiter := waits(g, e.Wait)
		if e.IsSet() || waiter.State().Ended() {
			t.Error("a new event is set")
		}
		e.Set()
		e.Set()
		if err := waiter.Wait(ctx); err != nil || !e.IsSet() {
			t.Error(err)
		}
		if err := e.Wait(cancelled(ctx)); err != nil {
			t.Errorf("set, under a cancelled context: %v", err)
		}
		e.Clear()
		e.Clear()
		if err := e.Wait(cancelled(ctx)); e.IsSet() || err != errEnough {
			t.Errorf("cleared, under a cancelled context: %v", err)
		}
	})
}

// A pulse frees all who waited, even those who get round to it after the Clear.
func TestEventPulse(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var e gate.Event
		for range 100 {
			var tasks []*skein.Task[struct{}]
			for range 5 {
				tasks = append(tasks, waits(g, e.Wait))
			}
			e.Set()
			e.Clear()
			for _, task := range tasks {
				if err := task.Wait(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestEventDone(t *testing.T) {
	closed := func(c <-chan struct{}) bool {
		select {
		case <-c:
			return true
		default:
			return false
		}
	}
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var e gate.Event
		first := e.Done()
		if closed(first) || e.Done() != first {
			t.Error("closed, or another one, before it is set")
		}
		e.Set()
		if !closed(first) || !closed(e.Done()) {
			t.Error("not closed once it is set")
		}
		e.Clear()
		second := e.Done()
		if !closed(first) || closed(second) {
			t.Error("after a Clear the old channel is closed and the new one is not")
		}
		e.Set()
		e.Clear()
		if !closed(second) {
			t.Error("a pulse has not closed the channel")
		}
		e.Set()
		if !closed(e.Done()) {
			t.Error("a channel first asked for when it is set is not closed")
		}
	})
}

func TestEventGivingUp(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var e gate.Event
		stays, stopped, killed := waits(g, e.Wait), waits(g, e.Wait), waits(g, e.Wait)
		stopped.Stop(errEnough)
		if err := stopped.Wait(ctx); !errors.Is(err, errEnough) {
			t.Errorf("stopped: %v", err)
		}
		kill(ctx, killed)
		e.Set()
		if err := stays.Wait(ctx); err != nil {
			t.Error(err)
		}
	})
}

func TestEventWakesTenThousand(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		const n = 10_000
		var e gate.Event
		var here, through atomic.Int64
		for range n {
			g.Go("waiter", func(ctx context.Context) error {
				here.Add(1)
				err := e.Wait(ctx)
				through.Add(1)
				return err
			})
		}
		for here.Load() < n {
			pass()
		}
		if through.Load() != 0 {
			t.Error("somebody is through before it is set")
		}
		e.Set()
		for through.Load() < n {
			pass()
		}
	})
}

func TestEventDoesNotAllocate(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var e gate.Event
		allocs := testing.AllocsPerRun(1000, func() {
			e.Set()
			e.Wait(ctx)
			e.IsSet()
			e.Clear()
		})
		if allocs != 0 {
			t.Errorf("%v allocations", allocs)
		}
	})
}

func TestEventInADump(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		e := gate.Event{Name: "started"}
		waits(g, e.Wait)
		var dump strings.Builder
		skein.Dump(&dump)
		if want := `waits to pass event "started"`; !strings.Contains(dump.String(), want) {
			t.Errorf("the dump lacks %s:\n%s", want, dump.String())
		}
		e.Set()
	})
}
