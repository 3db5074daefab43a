package gate_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/gate"
)

func TestBarrier(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		b := gate.NewBarrier(3)
		for range 5 { // it can be used again
			first, second := waiting(g, b.Wait), waiting(g, b.Wait)
			if first.State().Ended() || second.State().Ended() {
				t.Fatal("two of three went on")
			}
			third, err := b.Wait(ctx)
			if err != nil || third != 2 {
				t.Errorf("the last: %d, %v", third, err)
			}
			for want, task := range []*skein.Task[int]{first, second} {
				if i, err := task.Join(ctx); err != nil || i != want {
					t.Errorf("number %d: %d, %v", want, i, err)
				}
			}
		}
	})
}

func TestBarrierOfOne(t *testing.T) {
	b := gate.NewBarrier(1)
	for range 3 {
		if i, err := b.Wait(context.Background()); i != 0 || err != nil {
			t.Errorf("%d, %v", i, err)
		}
	}
}

// Rounds do not mix: nobody is in the next before all have been in this one.
func TestBarrierRounds(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		const parties, rounds = 6, 300
		b := gate.NewBarrier(parties)
		var mu sync.Mutex
		seen := make([][]int, rounds)
		var tasks []*skein.Task[struct{}]
		for range parties {
			tasks = append(tasks, g.Go("party", func(ctx context.Context) error {
				for round := range rounds {
					i, err := b.Wait(ctx)
					if err != nil {
						return err
					}
					mu.Lock()
					seen[round] = append(seen[round], i)
					if round > 1 && len(seen[round-2]) != parties {
						t.Errorf("in round %d only %d have left round %d", round, len(seen[round-2]), round-2)
					}
					mu.Unlock()
				}
				return nil
			}))
		}
		for _, task := range tasks {
			task.Wait(ctx)
		}
		for round, list := range seen {
			slices.Sort(list)
			if !slices.Equal(list, []int{0, 1, 2, 3, 4, 5}) {
				t.Fatalf("round %d: %v", round, list)
			}
		}
	})
}

func TestBarrierBreaks(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		for name, giveUp := range map[string]func(b *gate.Barrier){
			"stopped": func(b *gate.Barrier) {
				task := waiting(g, b.Wait)
				task.Stop(errEnough)
				if _, err := task.Join(ctx); !errors.Is(err, errEnough) {
					t.Errorf("the one who gave up: %v", err)
				}
			},
			"killed":    func(b *gate.Barrier) { kill(ctx, waiting(g, b.Wait)) },
			"abort":     func(b *gate.Barrier) { b.Abort() },
			"reset":     func(b *gate.Barrier) { b.Reset() },
			"cancelled": func(b *gate.Barrier) { b.Wait(cancelled(ctx)) },
		} {
			b := gate.NewBarrier(3)
			waiter := waiting(g, b.Wait)
			giveUp(b)
			if _, err := waiter.Join(ctx); err != gate.ErrBroken {
				t.Errorf("%s: who waited got %v", name, err)
			}
			if name != "reset" {
				if _, err := b.Wait(ctx); err != gate.ErrBroken {
					t.Errorf("%s: who came later got %v", name, err)
				}
				b.Reset()
			}
			x, y := waiting(g, b.Wait), waiting(g, b.Wait)
			if _, err := b.Wait(ctx); err != nil || x.Wait(ctx) != nil || y.Wait(ctx) != nil {
				t.Errorf("%s: after a Reset: %v", name, err)
			}
		}
	})
}

// Even if it would complete the round: as it returns an error, nobody may believe all had come.
func TestBarrierCancelledLast(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		b := gate.NewBarrier(2)
		waiter := waiting(g, b.Wait)
		if _, err := b.Wait(cancelled(ctx)); err != errEnough {
			t.Errorf("the last: %v", err)
		}
		if _, err := waiter.Join(ctx); err != gate.ErrBroken {
			t.Errorf("the first: %v", err)
		}
	})
}

func TestBarrierLeave(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		b := gate.NewBarrier(3)
		first, second := waiting(g, b.Wait), waiting(g, b.Wait)
		b.Leave()
		if err := errors.Join(first.Wait(ctx), second.Wait(ctx)); err != nil {
			t.Errorf("the others: %v", err)
		}
		first = waiting(g, b.Wait)
		if i, err := b.Wait(ctx); i != 1 || err != nil || first.Wait(ctx) != nil {
			t.Errorf("the next round of two: %d, %v", i, err)
		}
		b.Leave()
		b.Leave()
		if panics(b.Leave) == nil || panics(func() { b.Wait(ctx) }) == nil {
			t.Error("a barrier that all have left can be used")
		}
	})
}

func TestBarrierWithoutParties(t *testing.T) {
	if panics(func() { gate.NewBarrier(0) }) == nil {
		t.Error("no panic")
	}
}

func TestBarrierInADump(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		b := gate.NewBarrier(2)
		b.Name = "start"
		waiting(g, b.Wait)
		var dump strings.Builder
		skein.Dump(&dump)
		if want := `waits to pass barrier "start" (1 of 2 are there)`; !strings.Contains(dump.String(), want) {
			t.Errorf("the dump lacks %s:\n%s", want, dump.String())
		}
		b.Leave()
	})
}
