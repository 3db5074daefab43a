package work_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/skeintest"
	"github.com/skein-go/skein/work"
)

// errgroup and conc hang until a place is free; pond says "pool stopped" and loses the cause.
func TestBlockedSubmitObeysItsContext(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 1, Queue: 1}, func(ctx context.Context, p *work.Pool) {
		g := occupy(ctx, p)
		waiting := square.Submit(ctx, p, 1) // fills the queue
		some, cancel := context.WithCancelCause(ctx)
		err := skein.Run(ctx, func(ctx context.Context, group *skein.Group) error {
			group.Go("go", func(context.Context) error {
				if err := p.Go(some, func(context.Context) error { return nil }); !errors.Is(err, errEnough) {
					t.Errorf("Go: %v", err)
				}
				return nil
			})
			group.Go("submit", func(context.Context) error {
				if err := square.Submit(some, p, 2).Wait(ctx); !errors.Is(err, errEnough) {
					t.Errorf("Submit: %v", err)
				}
				return nil
			})
			cancel(errEnough)
			return nil
		}, nil)
		g.release()
		if v, e := waiting.Join(ctx); v != 1 || e != nil || err != nil {
			t.Errorf("got %v, %v, %v", v, e, err)
		}
	})
}

// What waits is stopped without running, what runs is stopped and awaited, and both with the cause.
func TestKill(t *testing.T) {
	var got failures
	inPool(t, work.PoolOptions{Width: 1, OnFailure: got.add}, func(ctx context.Context, p *work.Pool) {
		g := newGate(ctx)
		held := work.Wrap("held", func(ctx context.Context, _ int) (int, error) { return 0, g.pass(ctx) })
		running := held.Submit(ctx, p, 0)
		g.reached(ctx)
		waiting := square.Submit(ctx, p, 1)
		p.Go(ctx, func(context.Context) error { t.Error("it runs"); return nil })
		p.Kill(errEnough)
		if waiting.State() != skein.Stopped {
			t.Errorf("what waited is %v", waiting.State())
		}
		if err := p.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
		for _, task := range []*skein.Task[int]{running, waiting} {
			if err := task.Wait(ctx); !errors.Is(err, errEnough) {
				t.Errorf("%v", err)
			}
		}
		if len(got.list) != 1 || !errors.Is(got.list[0], errEnough) {
			t.Errorf("OnFailure got %v", got.list)
		}
		if err := p.Go(ctx, nil2); !errors.Is(err, work.ErrClosed) {
			t.Errorf("Go after Kill: %v", err)
		}
		g.release()
	})
}

func nil2(context.Context) error { return nil }

// A job taken from the queue at the very moment of a kill is stopped too: nobody waits for ever.
func TestKillMissesNobody(t *testing.T) {
	for range 300 {
		inRun(t, func(ctx context.Context, g *skein.Group) error {
			p := work.NewPool(ctx, &work.PoolOptions{Width: 3})
			forever := work.Wrap("forever", func(ctx context.Context, _ int) (int, error) {
				stop := skein.NewPromise[int](ctx, "stop")
				return stop.Task().Join(ctx)
			})
			var tasks []*skein.Task[int]
			for range 6 {
				tasks = append(tasks, forever.Submit(ctx, p, 0))
			}
			p.Kill(errEnough)
			for _, task := range tasks {
				if err := task.Wait(ctx); !errors.Is(err, errEnough) {
					t.Errorf("%v", err)
				}
			}
			return p.Close(ctx)
		})
	}
}

// A kill ends what waits to run in another job's place, too.
func TestKillOfJobsWantedInAPlace(t *testing.T) {
	for range 100 {
		inPool(t, work.PoolOptions{Width: 1, Queue: 1, OnFailure: func(error) {}}, func(ctx context.Context, p *work.Pool) {
			parent := work.Wrap("parent", func(ctx context.Context, _ int) (int, error) {
				return 0, skein.Run(context.WithoutCancel(ctx), func(ctx context.Context, g *skein.Group) error {
					for range 8 {
						g.Go("submitter", func(ctx context.Context) error {
							square.Submit(ctx, p, 1).Wait(ctx)
							p.Go(ctx, nil2)
							return nil
						})
					}
					p.Kill(errEnough)
					return nil
				}, nil)
			})
			parent.Submit(ctx, p, 0).Wait(ctx)
		})
	}
}

// tomb and ants leak their workers when nobody releases them.
func TestRunEndsWithItsPoolOpen(t *testing.T) {
	skeintest.NoLeaks(t)
	var p *work.Pool
	var task *skein.Task[int]
	err := skein.Run(skeintest.NoDeadlock(t), func(ctx context.Context, g *skein.Group) error {
		p = work.NewPool(ctx, nil)
		task = square.Submit(ctx, p, 3)
		return nil
	}, nil)
	if v, e := task.Join(t.Context()); v != 9 || e != nil || err != nil {
		t.Errorf("got %v, %v; Run: %v", v, e, err)
	}
	if err := p.Go(t.Context(), nil2); !errors.Is(err, work.ErrClosed) {
		t.Errorf("Go: %v", err)
	}
	if err := p.Close(t.Context()); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// Jobs of one Run that wait in a pool of another end when that does.
func TestJobsWaitInAPoolWhoseRunIsStopped(t *testing.T) {
	inRun(t, func(ctx context.Context, g *skein.Group) error {
		var tasks []*skein.Task[int]
		forever := work.Wrap("forever", func(ctx context.Context, _ int) (int, error) {
			return skein.NewPromise[int](ctx, "stop").Task().Join(ctx)
		})
		err := skein.Run(ctx, func(inner context.Context, g *skein.Group) error {
			p := work.NewPool(inner, &work.PoolOptions{Width: 1})
			for range 3 {
				tasks = append(tasks, forever.Submit(ctx, p, 0))
			}
			return errEnough
		}, nil)
		if !errors.Is(err, errEnough) {
			t.Errorf("Run: %v", err)
		}
		for _, task := range tasks {
			if err := task.Wait(ctx); !errors.Is(err, errEnough) && !errors.Is(err, work.ErrClosed) {
				t.Errorf("%v", err)
			}
		}
		return nil
	})
}

func TestPoolOfAStoppedRunIsClosed(t *testing.T) {
	skeintest.NoLeaks(t)
	err := skein.Run(t.Context(), func(ctx context.Context, g *skein.Group) error {
		g.Go("fail", func(context.Context) error { return errEnough }).Wait(context.WithoutCancel(ctx))
		p := work.NewPool(ctx, nil)
		if err := p.Go(t.Context(), nil2); !errors.Is(err, work.ErrClosed) {
			t.Errorf("Go: %v", err)
		}
		p.Kill(nil)
		return p.Close(t.Context())
	}, nil)
	if !errors.Is(err, errEnough) {
		t.Errorf("Run: %v", err)
	}
}

func TestPoolWithoutARun(t *testing.T) {
	skeintest.NoLeaks(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	p := work.NewPool(ctx, &work.PoolOptions{Width: 1})
	if v, err := square.Submit(t.Context(), p, 4).Join(t.Context()); v != 16 || err != nil {
		t.Errorf("got %v, %v", v, err)
	}
	g := occupy(t.Context(), p)
	waiting := square.Submit(t.Context(), p, 1)
	cancel(errEnough)
	// The pool learns of it on a goroutine of its own, and may have begun the next job by then.
	if v, err := waiting.Join(t.Context()); v != 1 && !errors.Is(err, errEnough) {
		t.Errorf("what waits when its context ends: %v, %v", v, err)
	}
	g.release()
	if err := p.Close(t.Context()); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// A derived context of which the tree of tasks knows nothing ends what waits under it at once.
func TestPendingJobOfACancelledContext(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 1}, func(ctx context.Context, p *work.Pool) {
		g := occupy(ctx, p)
		some, cancel := context.WithCancelCause(ctx)
		waiting := square.Submit(some, p, 1)
		cancel(errEnough)
		if err := waiting.Wait(ctx); !errors.Is(err, errEnough) {
			t.Errorf("%v", err)
		}
		g.release()
	})
}

// conc panics with "send on closed channel", so does workerpool; errgroup accepts.
func TestSubmitWhileClosing(t *testing.T) {
	for range 200 {
		inRun(t, func(ctx context.Context, g *skein.Group) error {
			p := work.NewPool(ctx, &work.PoolOptions{Width: 2, Queue: 2})
			var accepted, ran atomic.Int32
			for range 4 {
				g.Go("submitter", func(ctx context.Context) error {
					for range 10 {
						err := p.Go(ctx, func(context.Context) error { ran.Add(1); return nil })
						if err == nil {
							accepted.Add(1)
						} else if !errors.Is(err, work.ErrClosed) {
							return err
						}
					}
					return nil
				})
			}
			err := p.Close(ctx)
			if a, r := accepted.Load(), ran.Load(); a < r-4 { // not counted yet, if at all
				t.Errorf("%d accepted, %d ran", a, r)
			}
			return err
		})
	}
}
