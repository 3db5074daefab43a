package poll_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/gate"
	"github.com/skein-go/skein/poll"
)

func TestEvent(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		defer p.Close()
		var ev gate.Event
		calls := 0
		r := poll.On(p, &ev, func() {
			if calls++; calls == 3 {
				ev.Clear()
			}
		})
		if !idle(p) {
			t.Error("an event that is not set is ready")
		}
		waiter := waiting(g, func(ctx context.Context) error { return p.Wait(ctx) })
		ev.Set()
		if err := waiter.Wait(ctx); err != nil {
			t.Error(err)
		}
		waits(t, ctx, p, 2)
		if calls != 3 || !idle(p) {
			t.Errorf("%d calls; idle: %v", calls, idle(p))
		}
		r.Remove()
		ev.Set()
		if !idle(p) || calls != 3 {
			t.Errorf("%d calls after Remove", calls)
		}
	})
}

func TestTicker(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		defer p.Close()
		tick := gate.NewTicker(ctx, time.Minute, nil)
		defer tick.Close()
		begin := skein.Now(ctx)
		var numbers []uint64
		r := poll.Ticks(p, tick, func(n uint64) { numbers = append(numbers, n) })
		waits(t, ctx, p, 2)
		skein.Sleep(ctx, 150*time.Second) // misses one, and knows
		waits(t, ctx, p, 2)
		if want := []uint64{1, 2, 4, 5}; !slices.Equal(numbers, want) {
			t.Errorf("ticks %v, want %v", numbers, want)
		}
		if took := skein.Now(ctx).Sub(begin); took != 5*time.Minute {
			t.Errorf("took %v", took)
		}
		r.Remove()
		if n, err := tick.Wait(ctx, 5); n != 6 || err != nil { // it ticks on for others
			t.Errorf("tick %d, %v", n, err)
		}
	})
}
