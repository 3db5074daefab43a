package skein_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/skein-go/skein"
)

// The first failure stops the siblings, which see it as their cause, and Run returns it.
// sync.WaitGroup.Go has neither errors nor a way to stop; errgroup.Group alone stops nobody.
func TestRunFirstFailureStopsSiblings(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var cause error
		var sibling *skein.Task[struct{}]
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			waiting := newDoor()
			sibling = g.Go("sibling", func(ctx context.Context) error {
				waiting.Close()
				err := waiter(ctx)
				cause = context.Cause(ctx)
				return err
			})
			g.Go("failing", func(ctx context.Context) error {
				if err := wait(ctx, waiting); err != nil {
					return err
				}
				return errEnough
			})
			return nil
		}, nil)
		var failure *skein.TaskError
		if !errors.As(err, &failure) || failure.Task != "failing" || failure.Err != errEnough {
			t.Errorf("Run returned %v", err)
		}
		if cause != error(failure) {
			t.Errorf("the sibling's cause is %v", cause)
		}
		if sibling.State() != skein.Stopped || !errors.Is(sibling.Err(), errEnough) {
			t.Errorf("the sibling is %v: %v", sibling.State(), sibling.Err())
		}
	})
}

// errgroup returns the first error only.
func TestRunJoinsIndependentFailures(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		errOther := errors.New("could not clean up")
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			begun := newDoor()
			g.Go("stubborn", func(ctx context.Context) error {
				begun.Close()
				waiter(ctx)
				return errOther
			})
			g.Go("obedient", waiter)
			wait(ctx, begun)
			g.Go("failing", func(ctx context.Context) error { return errEnough })
			return nil
		}, nil)
		if !errors.Is(err, errEnough) || !errors.Is(err, errOther) {
			t.Errorf("Run returned %v", err)
		}
		joined, ok := err.(interface{ Unwrap() []error })
		if !ok || len(joined.Unwrap()) != 2 || !errors.Is(joined.Unwrap()[0], errEnough) {
			t.Errorf("not the two failures, the first one first: %v", err)
		}
	})
}

func TestRunBodyErrorStopsTasks(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var task *skein.Task[struct{}]
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			task = g.Go("task", waiter)
			return errEnough
		}, nil)
		if err != errEnough {
			t.Errorf("Run returned %v, want the body's very error", err)
		}
		if task.State() != skein.Stopped || !errors.Is(task.Err(), errEnough) {
			t.Errorf("the task is %v: %v", task.State(), task.Err())
		}
	})
}

func TestRunBodyErrorComesFirst(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		errOther := errors.New("could not clean up")
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			begun := newDoor()
			g.Go("stubborn", func(ctx context.Context) error {
				begun.Close()
				waiter(ctx)
				return errOther
			})
			wait(ctx, begun)
			return errEnough
		}, nil)
		joined, ok := err.(interface{ Unwrap() []error })
		if !ok || len(joined.Unwrap()) != 2 || joined.Unwrap()[0] != errEnough || !errors.Is(err, errOther) {
			t.Errorf("Run returned %v", err)
		}
	})
}

func TestRunBodyThatReturnsItsCause(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			g.Go("failing", fail)
			return waiter(ctx)
		}, nil)
		var failure *skein.TaskError
		if !errors.As(err, &failure) || err != error(failure) {
			t.Errorf("Run returned %v, want the failure once", err)
		}
	})
}

func TestRunWithoutTasks(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		if err := skein.Run(ctx, func(context.Context, *skein.Group) error { return nil }, nil); err != nil {
			t.Error(err)
		}
	})
}

func TestRunWaitsForTasksOfTasks(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var done atomic.Int32
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			g.Go("outer", func(context.Context) error {
				g.Go("inner", func(context.Context) error {
					pass()
					done.Add(1)
					return nil
				})
				return nil
			})
			return nil
		}, nil)
		if err != nil || done.Load() != 1 {
			t.Errorf("err = %v, %d done", err, done.Load())
		}
	})
}

func TestRunSupervised(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		survived := false
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			failed := g.Go("failing", func(ctx context.Context) error { return errEnough })
			crashed := g.Go("crashing", func(ctx context.Context) error { panic("oops") })
			g.Go("surviving", func(ctx context.Context) error {
				failed.Wait(ctx)
				crashed.Wait(ctx)
				survived = ctx.Err() == nil
				return nil
			})
			return nil
		}, &skein.RunOptions{Supervise: true})
		if err != nil || !survived {
			t.Errorf("err = %v, survived = %v", err, survived)
		}
		if f := found("failed task"); len(f) != 1 {
			t.Errorf("findings of failed tasks: %v", f)
		}
		if f := found("panic"); len(f) != 1 {
			t.Errorf("findings of panics: %v", f)
		}
	})
}

func TestRunSupervisedOnFailure(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var name string
		var got error
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			task := g.Go("failing", func(ctx context.Context) error { return errEnough })
			task.Wait(ctx)
			if name == "" {
				t.Error("a joiner was let through before OnFailure was called")
			}
			return nil
		}, &skein.RunOptions{Supervise: true, OnFailure: func(h skein.Handle, err error) {
			for range 100 {
				runtime.Gosched()
			}
			name, got = h.Name(), err
		}})
		if err != nil || name != "failing" || got != errEnough {
			t.Errorf("Run returned %v; OnFailure got %q, %v", err, name, got)
		}
		if f := found("failed task"); len(f) != 0 {
			t.Errorf("findings: %v", f)
		}
	})
}

func TestRunOnFailureMayGoexit(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			return g.Go("failing", func(ctx context.Context) error { return errEnough }).Wait(ctx)
		}, &skein.RunOptions{Supervise: true, OnFailure: func(skein.Handle, error) { runtime.Goexit() }})
		if !errors.Is(err, errEnough) { // the joiner was let through
			t.Errorf("Run returned %v", err)
		}
	})
}

func TestGoInEndedRun(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var group *skein.Group
		skein.Run(ctx, func(ctx context.Context, g *skein.Group) error { group = g; return nil }, nil)
		ran := false
		late := group.Go("late", func(context.Context) error { ran = true; return nil })
		value := skein.Start(group, "late", func(context.Context) (int, error) { ran = true; return 1, nil })
		for _, task := range []skein.Handle{late, value} {
			if !task.State().Ended() || !errors.Is(task.Wait(ctx), skein.ErrEnded) {
				t.Errorf("the late task is %v: %v", task.State(), task.Err())
			}
		}
		pass()
		if ran {
			t.Error("it has run")
		}
	})
}

func TestGoInStoppedRun(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		ran := false
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			g.Stop(errEnough)
			task := g.Go("late", func(context.Context) error { ran = true; return nil })
			if task.State() != skein.Stopped || !errors.Is(task.Err(), errEnough) {
				t.Errorf("the late task is %v: %v", task.State(), task.Err())
			}
			return nil
		}, nil)
		if ran || err != errEnough {
			t.Errorf("ran = %v, Run returned %v", ran, err)
		}
	})
}

func TestGoUnderACancelledContext(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		outside, cancel := context.WithCancelCause(ctx)
		cancel(errEnough)
		ran := false
		err := skein.Run(outside, func(ctx context.Context, g *skein.Group) error {
			g.Go("task", func(context.Context) error { ran = true; return nil })
			return nil
		}, nil)
		if ran || err != errEnough {
			t.Errorf("ran = %v, Run returned %v: what has not run is not lost silently", ran, err)
		}
	})
}

func TestGroupStopIsReturned(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		for _, cause := range []error{nil, errEnough} {
			err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
				g.Go("waiter", waiter)
				g.Stop(cause)
				return nil
			}, nil)
			if cause == nil {
				cause = skein.ErrStopped
			}
			if err != cause {
				t.Errorf("Run returned %v, want %v", err, cause)
			}
		}
	})
}

func TestStoppedTaskIsNoFailure(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			g.Go("waiter", waiter).Stop(errEnough)
			return nil
		}, nil)
		if err != nil {
			t.Errorf("Run returned %v though one of its own stopped that task", err)
		}
	})
}

func TestRunCancelledFromOutside(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		outside, cancel := context.WithCancelCause(ctx)
		waiting := newDoor()
		var inner error
		err := skein.Run(outside, func(ctx context.Context, g *skein.Group) error {
			g.Go("outer", func(ctx context.Context) error {
				inner = skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
					g.Go("inner", func(ctx context.Context) error {
						waiting.Close()
						return waiter(ctx)
					})
					return nil
				}, nil)
				return inner
			})
			wait(ctx, waiting)
			cancel(errEnough)
			return nil
		}, nil)
		if err != errEnough || inner != errEnough {
			t.Errorf("Run returned %v, the nested one %v, want the cause", err, inner)
		}
	})
}

func TestRunDeadline(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		limited, cancel := skein.WithTimeout(ctx, time.Minute)
		defer cancel()
		var own, derived error
		err := skein.Run(limited, func(ctx context.Context, g *skein.Group) error {
			g.Go("lazy", func(ctx context.Context) error {
				defer func() { own = ctx.Err() }()
				return waiter(ctx)
			})
			g.Go("derived", func(ctx context.Context) error {
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				defer func() { derived = ctx.Err() }()
				return waiter(ctx)
			})
			return nil
		}, nil)
		if own != context.DeadlineExceeded || derived != context.DeadlineExceeded || err != context.DeadlineExceeded {
			t.Errorf("own: %v, derived: %v, Run: %v", own, derived, err)
		}
	})
}

func TestRunBodyPanicGoesOn(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		ended := false
		defer func() {
			if v := recover(); v != "oops" {
				t.Errorf("recovered %v", v)
			}
			if !ended {
				t.Error("the panic went on before the task had ended")
			}
		}()
		skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			waiting := newDoor()
			g.Go("task", func(ctx context.Context) error {
				waiting.Close()
				err := waiter(ctx)
				pass()
				ended = true
				return err
			})
			wait(ctx, waiting)
			panic("oops")
		}, nil)
	})
}

// The stack of a panic in a body is that of the panic, not of a second one.
func TestRunBodyPanicKeepsItsStack(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			return skein.Start(g, "outer", func(ctx context.Context) (int, error) {
				return 0, skein.Run(ctx, func(context.Context, *skein.Group) error { return explode() }, nil)
			}).Wait(ctx)
		}, nil)
		var p *skein.PanicError
		if !errors.As(err, &p) {
			t.Fatalf("Run returned %v", err)
		}
		contains(t, p.Stack, "skein_test.explode")
	})
}

//go:noinline
func explode() error { panic("bang") }

func TestRunBodyGoexit(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var inner *skein.Task[struct{}]
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			return skein.Start(g, "outer", func(ctx context.Context) (int, error) {
				return 0, skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
					inner = g.Go("inner", waiter)
					runtime.Goexit()
					return nil
				}, nil)
			}).Wait(ctx)
		}, nil)
		if !errors.Is(err, skein.ErrGoexit) || !inner.State().Ended() {
			t.Errorf("Run returned %v, the inner task is %v", err, inner.State())
		}
	})
}

func TestRunManyTasks(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		n := 100_000
		if testing.Short() {
			n = 10_000
		}
		var done atomic.Int64
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			for range n {
				g.Go("task", func(context.Context) error { done.Add(1); return nil })
			}
			return nil
		}, nil)
		if err != nil || done.Load() != int64(n) {
			t.Errorf("err = %v, %d of %d have run", err, done.Load(), n)
		}
	})
}
