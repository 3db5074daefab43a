package skein_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/skein-go/skein"
)

// restarts runs f under policy as a task and returns how it ended, and the waits before restarts.
func restarts(ctx context.Context, policy skein.RestartPolicy, f func(context.Context) error) (waits []time.Duration, err error) {
	policy.OnRestart = func(_ error, n int, wait time.Duration) {
		waits = append(waits, wait)
		if n != len(waits) {
			panic(fmt.Sprintf("restart %d is numbered %d", len(waits), n))
		}
	}
	skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		err = skein.Start(g, "restarting", func(ctx context.Context) (int, error) {
			return 0, skein.Restarting(policy, f)(ctx)
		}).Wait(ctx)
		return nil
	}, nil)
	return waits, err
}

func fail(context.Context) error { return errEnough }

func TestRestartingBacksOff(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		start := skein.Now(ctx)
		waits, err := restarts(ctx, skein.RestartPolicy{}, fail)
		var gaveUp *skein.RestartError
		if !errors.As(err, &gaveUp) || gaveUp.Restarts != 5 || gaveUp.Window != time.Minute || gaveUp.Last != errEnough {
			t.Errorf("ended with %v", err)
		}
		total := time.Duration(0)
		for i, d := range waits {
			total += d
			if most := 100 * time.Millisecond << i; d > most || d < most*3/4 {
				t.Errorf("wait %d is %v, not within a quarter below %v", i, d, most)
			}
		}
		if len(waits) != 5 || skein.Now(ctx).Sub(start) != total {
			t.Errorf("%d waits; %v in all, of %v", len(waits), skein.Now(ctx).Sub(start), total)
		}
	})
}

func TestRestartingLongestWait(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		policy := skein.RestartPolicy{Delay: time.Second, Max: 3 * time.Second, Budget: 10, Window: time.Hour}
		waits, _ := restarts(ctx, policy, fail)
		for i, d := range waits {
			if d > 3*time.Second || i >= 2 && d < 3*time.Second*3/4 {
				t.Errorf("wait %d is %v", i, d)
			}
		}
		if len(waits) != 10 {
			t.Errorf("%d restarts", len(waits))
		}
	})
}

func TestRestartingWindow(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		n := 0
		policy := skein.RestartPolicy{Budget: 2, Window: time.Minute}
		waits, err := restarts(ctx, policy, func(ctx context.Context) error {
			if n++; n == 20 {
				return nil
			}
			skein.Sleep(ctx, 45*time.Second) // never three failures within a minute
			return errEnough
		})
		if err != nil || len(waits) != 19 {
			t.Errorf("%v after %d restarts", err, len(waits))
		}
	})
}

func TestRestartingQuietWindowShortensWaits(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		n := 0
		waits, _ := restarts(ctx, skein.RestartPolicy{Budget: -1}, func(ctx context.Context) error {
			if n++; n == 5 {
				return nil
			} else if n == 4 {
				skein.Sleep(ctx, 2*time.Minute)
			}
			return errEnough
		})
		if len(waits) != 4 || waits[2] < 300*time.Millisecond || waits[3] > 100*time.Millisecond {
			t.Errorf("waits: %v", waits)
		}
	})
}

func TestRestartingNoLimit(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		n := 0
		waits, err := restarts(ctx, skein.RestartPolicy{Budget: -1}, func(ctx context.Context) error {
			if n++; n > 50 {
				return nil
			}
			return errEnough
		})
		if err != nil || len(waits) != 50 {
			t.Errorf("%v after %d restarts", err, len(waits))
		}
	})
}

func TestRestartingEndsWithSuccess(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		if waits, err := restarts(ctx, skein.RestartPolicy{}, nothing); err != nil || len(waits) != 0 {
			t.Errorf("%v after %d restarts", err, len(waits))
		}
	})
}

func TestRestartingAlways(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		waits, err := restarts(ctx, skein.RestartPolicy{Always: true, Budget: 3}, nothing)
		var gaveUp *skein.RestartError
		if !errors.As(err, &gaveUp) || gaveUp.Last != nil || len(waits) != 3 {
			t.Errorf("%v after %d restarts", err, len(waits))
		}
	})
}

func TestRestartingAfterPanic(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		n := 0
		waits, err := restarts(ctx, skein.RestartPolicy{}, func(context.Context) error {
			if n++; n < 3 {
				return explode()
			}
			return nil
		})
		if err != nil || len(waits) != 2 {
			t.Errorf("%v after %d restarts", err, len(waits))
		}
		if f := found("unread failure"); len(f) != 0 {
			t.Errorf("findings: %v", f)
		}
	})
}

func TestRestartingStopCutsTheWait(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			start := skein.Now(ctx)
			task := g.Go("restarting", skein.Restarting(skein.RestartPolicy{Delay: time.Hour, Max: time.Hour}, fail))
			skein.Sleep(ctx, time.Second)
			task.Stop(errEnough)
			err := task.Wait(ctx)
			if d := skein.Now(ctx).Sub(start); d != time.Second || task.State() != skein.Stopped || !errors.Is(err, errEnough) {
				t.Errorf("%v, %v after %v", task.State(), err, d)
			}
		})
	})
}

func TestRestartingStopEndsTheIncarnation(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			n, begun := 0, newDoor()
			task := g.Go("restarting", skein.Restarting(skein.RestartPolicy{}, func(ctx context.Context) error {
				n++
				begun.Close()
				return waiter(ctx)
			}))
			wait(ctx, begun)
			task.Stop(errEnough)
			if task.Wait(ctx); task.State() != skein.Stopped || n != 1 {
				t.Errorf("%v after %d incarnations", task.State(), n)
			}
		})
	})
}

func TestDetachedOutlivesItsRun(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		release := newDoor()
		var task *skein.Task[struct{}]
		var value any
		inRun(context.WithValue(ctx, key{}, "v"), func(ctx context.Context, g *skein.Group) {
			g.Go("starter", func(ctx context.Context) error {
				task = skein.Detached(ctx, "detached", func(ctx context.Context) error {
					value = ctx.Value(key{})
					return wait(ctx, release)
				})
				return nil
			}).Wait(ctx)
			g.Stop(errEnough)
		})
		for range 10 {
			pass()
		}
		if task.State().Ended() {
			t.Errorf("it has ended with its starter: %v", task.Err())
		}
		release.Close()
		if err := task.Wait(ctx); err != nil || value != "v" {
			t.Errorf("%v; value = %v", err, value)
		}
	})
}

func TestDetachedCanBeStopped(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		task := skein.Detached(ctx, "detached", waiter)
		task.Stop(errEnough)
		if err := task.Wait(ctx); !errors.Is(err, errEnough) || task.State() != skein.Stopped {
			t.Errorf("%v, %v", task.State(), err)
		}
	})
}

func TestDetachedFailureIsRecorded(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		skein.Detached(ctx, "detached", fail).Wait(ctx)
		if f := found("failed task"); len(f) != 1 {
			t.Errorf("findings: %v", skein.Findings())
		}
	})
}
