package skein_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/skein-go/skein"
)

func TestDaemonsAreStoppedLast(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var trail []string
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			begun := newDoor()
			g.Daemon("daemon", func(ctx context.Context) error {
				begun.Close()
				err := waiter(ctx)
				if context.Cause(ctx) != skein.ErrEnded {
					t.Errorf("cause = %v", context.Cause(ctx))
				}
				trail = append(trail, "daemon")
				return err
			})
			g.Go("task", func(ctx context.Context) error {
				wait(ctx, begun)
				trail = append(trail, "task")
				return nil
			})
			return nil
		}, nil)
		if err != nil || !slices.Equal(trail, []string{"task", "daemon"}) {
			t.Errorf("err = %v, trail = %q", err, trail)
		}
	})
}

func TestDaemonOverdueIsNamed(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		start := skein.Now(ctx)
		release := newDoor()
		var daemon *skein.Task[struct{}]
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			g.Daemon("quick", waiter)
			begun := newDoor()
			daemon = g.Daemon("deaf", func(ctx context.Context) error {
				begun.Close()
				return wait(context.WithoutCancel(ctx), release)
			})
			return wait(ctx, begun)
		}, &skein.RunOptions{Grace: 3 * time.Second})
		var overdue *skein.OverdueError
		if !errors.As(err, &overdue) || !slices.Equal(overdue.Tasks, []string{"deaf"}) {
			t.Errorf("Run returned %v", err)
		}
		if d := skein.Now(ctx).Sub(start); d < 3*time.Second || d > 3*time.Second+100*time.Millisecond { // the report asks where they wait
			t.Errorf("Run waited %v", d)
		}
		if f := found("overdue"); len(f) != 1 {
			t.Errorf("findings: %v", skein.Findings())
		} else {
			contains(t, f[0].Sentence, "deaf")
			contains(t, f[0].Evidence, "deaf", "get from")
		}
		release.Close()
		daemon.Wait(ctx)
	})
}

func TestTaskOverdueIsNamedAndAwaited(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		start := skein.Now(ctx)
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			g.Go("slow", func(ctx context.Context) error {
				return skein.Sleep(context.WithoutCancel(ctx), time.Hour)
			})
			skein.Sleep(ctx, time.Second)
			g.Stop(errEnough)
			return nil
		}, nil)
		if d := skein.Now(ctx).Sub(start); d != time.Hour || err != errEnough {
			t.Errorf("Run returned %v after %v", err, d)
		}
		if f := found("overdue"); len(f) != 1 {
			t.Errorf("findings: %v", skein.Findings())
		}
	})
}

// The grace counts when the Run is itself inside a task that was stopped.
func TestDaemonGraceInAStoppedTask(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		cleaned := false
		skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			task := g.Go("outer", func(ctx context.Context) error {
				return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
					g.Daemon("cleaner", func(ctx context.Context) error {
						err := waiter(ctx)
						skein.Sleep(context.WithoutCancel(ctx), time.Second)
						cleaned = true
						return err
					})
					return waiter(ctx)
				}, nil)
			})
			skein.Sleep(ctx, time.Second)
			task.Stop(errEnough)
			if err := task.Wait(ctx); !errors.Is(err, errEnough) {
				t.Errorf("the task ended with %v", err)
			}
			if !cleaned {
				t.Error("the Run returned before its daemon had cleaned up")
			}
			return nil
		}, nil)
		if f := found("overdue"); len(f) != 0 {
			t.Errorf("findings: %v", f)
		}
	})
}

func TestDaemonFailureStopsSiblings(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			g.Go("task", waiter)
			g.Daemon("daemon", func(context.Context) error { return errEnough })
			return nil
		}, nil)
		if !errors.Is(err, errEnough) {
			t.Errorf("Run returned %v", err)
		}
	})
}

// Run has returned by then; the failure is not lost all the same.
func TestDaemonOverdueFailureIsRecorded(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var daemon *skein.Task[struct{}]
		release := newDoor()
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			begun := newDoor()
			daemon = g.Daemon("deaf", func(ctx context.Context) error {
				begun.Close()
				wait(context.WithoutCancel(ctx), release)
				return errEnough
			})
			wait(ctx, begun)
		})
		release.Close()
		daemon.Wait(ctx)
		if f := found("failed task"); len(f) != 1 {
			t.Errorf("findings: %v", skein.Findings())
		}
	})
}
