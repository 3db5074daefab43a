package poll_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/poll"
)

func TestDelays(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		begin := skein.Now(ctx)
		var got []string
		note := func(what string) func() {
			return func() { got = append(got, fmt.Sprint(what, " at ", skein.Now(ctx).Sub(begin))) }
		}
		poll.After(p, 2*time.Hour, note("late"))
		poll.After(p, time.Hour, note("early"))
		poll.After(p, 90*time.Minute, note("removed")).Remove()
		poll.After(p, -1, note("now"))
		waits(t, ctx, p, 3)
		if want := "now at 0s, early at 1h0m0s, late at 2h0m0s"; strings.Join(got, ", ") != want {
			t.Errorf("got %q", got)
		}
	})
}

func TestEveryKeepsItsBeat(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		begin := skein.Now(ctx)
		var got []time.Duration
		poll.Every(p, time.Minute, func() {
			got = append(got, skein.Now(ctx).Sub(begin))
			if len(got) == 2 { // too long for the next two
				skein.Sleep(ctx, 150*time.Second)
			}
		})
		waits(t, ctx, p, 4)
		skein.Sleep(ctx, 10*time.Minute) // nobody waits: no call, and then one
		waits(t, ctx, p, 2)
		// 4m30s: late. 5m: on time again.
		want := "[1m0s 2m0s 4m30s 5m0s 15m0s 16m0s]"
		if fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	})
}

func TestRemoveEvery(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		calls := 0
		var r *poll.Registration
		r = poll.Every(p, time.Minute, func() {
			if calls++; calls == 2 {
				r.Remove()
			}
		})
		poll.After(p, time.Hour, p.Close)
		if err := p.Run(ctx); err != nil || calls != 2 {
			t.Errorf("%d calls, %v", calls, err)
		}
	})
}

// A loop finds at once that nothing will happen, and not when a timer goes off that nobody needs.
func TestRemovedTimersAreStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
			p := poll.New(ctx, nil)
			defer p.Close()
			poll.After(p, time.Hour, func() {}).Remove()
			poll.Every(p, time.Hour, func() {}).Remove()
			return p.Wait(ctx)
		})
		var dead *loop.DeadlockError
		if took := time.Since(begin); !errors.As(err, &dead) || took >= time.Hour {
			t.Errorf("%v after %v", err, took)
		}
	})
}

func TestWaitUnderDeadline(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		poll.After(p, time.Hour, func() { t.Error("too early") })
		short, cancel := skein.WithTimeout(ctx, time.Minute)
		defer cancel()
		if err := p.Wait(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait gave %v", err)
		}
	})
}

func TestTask(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		var got []string
		note := func(v int, err error) { got = append(got, fmt.Sprint(v, " ", err)) }
		ended := skein.Start(g, "ended", func(context.Context) (int, error) { return 1, nil })
		ended.Wait(ctx)
		slow := skein.Start(g, "slow", func(ctx context.Context) (int, error) { return 2, skein.Sleep(ctx, time.Hour) })
		fails := skein.Start(g, "fails", func(ctx context.Context) (int, error) {
			skein.Sleep(ctx, time.Minute)
			return 0, errEnough
		})
		poll.Task(p, slow, note)
		poll.Task(p, fails, note).OnEnd(func(error) { t.Error("OnEnd was called") })
		poll.Task(p, ended, note)
		poll.Task(p, slow, note).Remove()
		waits(t, ctx, p, 3)
		if want := "1 <nil>, 0 enough, 2 <nil>"; strings.Join(got, ", ") != want || !idle(p) {
			t.Errorf("got %q", got)
		}
	})
}
