package skein_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/skein-go/skein"
)

func TestSleep(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		start := skein.Now(ctx)
		if err := skein.Sleep(ctx, time.Hour); err != nil || skein.Now(ctx).Sub(start) != time.Hour {
			t.Errorf("%v after %v", err, skein.Now(ctx).Sub(start))
		}
	})
}

// time.Sleep in its place would be noticed an hour later; a polling loop, one interval later.
func TestStopCutsASleep(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			start := skein.Now(ctx)
			cleaned := false
			task := g.Go("sleeper", func(ctx context.Context) error {
				defer func() { cleaned = true }()
				return skein.Sleep(ctx, time.Hour)
			})
			skein.Sleep(ctx, time.Minute)
			task.Stop(errEnough)
			task.Wait(ctx)
			if d := skein.Now(ctx).Sub(start); d != time.Minute || !cleaned || task.State() != skein.Stopped {
				t.Errorf("%v after %v, cleaned = %v", task.State(), d, cleaned)
			}
		})
	})
}

func TestSleepUnderACancelledContext(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		cut, cancel := context.WithCancelCause(ctx)
		cancel(errEnough)
		if err := skein.Sleep(cut, time.Hour); err != errEnough {
			t.Errorf("an hour: %v", err)
		}
		if err := skein.Sleep(cut, 0); err != errEnough {
			t.Errorf("no time: %v", err)
		}
		if err := skein.Sleep(ctx, -1); err != nil {
			t.Errorf("less than no time: %v", err)
		}
	})
}

func TestWithTimeout(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		start := skein.Now(ctx)
		limited, cancel := skein.WithTimeout(ctx, time.Minute)
		defer cancel()
		if at, ok := limited.Deadline(); !ok || !at.Equal(start.Add(time.Minute)) {
			t.Errorf("Deadline: %v, %v", at, ok)
		}
		err := waiter(limited)
		if d := skein.Now(ctx).Sub(start); d != time.Minute || !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			t.Errorf("%v after %v; the parent: %v", err, d, ctx.Err())
		}
	})
}

func TestWithDeadlineInThePast(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		limited, cancel := skein.WithDeadline(ctx, skein.Now(ctx).Add(-time.Second))
		defer cancel()
		if limited.Err() != context.DeadlineExceeded {
			t.Errorf("Err = %v", limited.Err())
		}
	})
}

// A shield from stopping may have a deadline of its own, which still counts.
func TestTimeoutUnderAShield(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			start := skein.Now(ctx)
			task := g.Go("cleaner", func(ctx context.Context) error {
				waiter(ctx)
				limited, cancel := skein.WithTimeout(context.WithoutCancel(ctx), time.Minute)
				defer cancel()
				return waiter(limited)
			})
			skein.Sleep(ctx, time.Second)
			task.Stop(errEnough)
			task.Wait(ctx)
			if d := skein.Now(ctx).Sub(start); d != time.Minute+time.Second {
				t.Errorf("ended after %v", d)
			}
		})
	})
}

func TestOnStop(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			begun, called := newDoor(), newDoor()
			var taken bool
			task := g.Go("task", func(ctx context.Context) error {
				taken = skein.OnStop(ctx, func() { t.Error("called though it was taken back") })()
				skein.OnStop(ctx, called.Close)
				begun.Close()
				return waiter(ctx)
			})
			wait(ctx, begun)
			task.Stop(errEnough)
			if err := wait(ctx, called); err != nil || !taken {
				t.Errorf("%v; taken back: %v", err, taken)
			}
		})
	})
}
