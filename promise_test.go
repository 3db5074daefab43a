package skein_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/skein-go/skein"
)

func TestPromiseFirstResolveWins(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			for range 100 {
				p := skein.NewPromise[int](ctx, "answer")
				var won, winner atomic.Int32
				var wg sync.WaitGroup
				for i := range 8 {
					wg.Go(func() {
						if p.Resolve(i, nil) {
							won.Add(1)
							winner.Store(int32(i))
						}
					})
				}
				v, err := p.Task().Join(ctx)
				wg.Wait()
				if won.Load() != 1 || int32(v) != winner.Load() || err != nil {
					t.Fatalf("%d have won, the last %d; joined %d, %v", won.Load(), winner.Load(), v, err)
				}
			}
		})
	})
}

func TestPromiseBeginsOnce(t *testing.T) {
	inRun(context.Background(), func(ctx context.Context, g *skein.Group) {
		for range 100 {
			p := skein.NewPromise[int](ctx, "work")
			var begun atomic.Int32
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if p.Begin() {
						begun.Add(1)
					}
				})
			}
			wg.Wait()
			if begun.Load() != 1 || p.Task().State() != skein.Running {
				t.Fatalf("%d have begun it; it is %v", begun.Load(), p.Task().State())
			}
			p.Resolve(0, nil)
			if p.Begin() {
				t.Fatal("begun after its end")
			}
		}
	})
}

func TestPromiseBeginOrStop(t *testing.T) {
	inRun(context.Background(), func(ctx context.Context, g *skein.Group) {
		for range 200 {
			p := skein.NewPromise[int](ctx, "work")
			var wg sync.WaitGroup
			wg.Go(func() { p.Task().Stop(errEnough) })
			if p.Begin() {
				p.Run(func(ctx context.Context) (int, error) { return 1, ctx.Err() })
			}
			wg.Wait()
			if _, err := p.Task().Join(ctx); err != nil && !errors.Is(err, errEnough) {
				t.Fatal(err)
			}
		}
	})
}

func TestPromiseRun(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			try := func(f func(context.Context) (int, error)) (int, error) {
				p := skein.NewPromise[int](ctx, "work")
				g.Go("worker", func(context.Context) error {
					if p.Begin() {
						p.Run(f)
					}
					return nil
				})
				return p.Task().Join(ctx)
			}
			if v, err := try(func(context.Context) (int, error) { return 3, nil }); v != 3 || err != nil {
				t.Errorf("%v, %v", v, err)
			}
			var p *skein.PanicError
			if _, err := try(func(context.Context) (int, error) { return 0, explode() }); !errors.As(err, &p) {
				t.Errorf("a panic: %v", err)
			}
		})
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			p := skein.NewPromise[int](ctx, "work")
			g.Go("worker", func(context.Context) error {
				p.Begin()
				p.Run(func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
				return nil
			})
			return p.Task().Wait(context.WithoutCancel(ctx))
		}, nil)
		if !errors.Is(err, skein.ErrGoexit) {
			t.Errorf("a Goexit: %v", err)
		}
	})
}

func TestPromiseStoppedBeforeItBegins(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			p := skein.NewPromise[int](ctx, "work")
			if p.Context().Err() != nil {
				t.Error("its context has ended already")
			}
			p.Task().Stop(errEnough)
			if p.Begin() || p.Resolve(1, nil) || p.Task().State() != skein.Stopped || p.Context().Err() == nil {
				t.Errorf("it goes on; it is %v", p.Task().State())
			}
		})
	})
}

func TestPromiseStoppedWhileRunning(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			p := skein.NewPromise[int](ctx, "work")
			p.Begin()
			p.Task().Stop(errEnough)
			if p.Task().State() != skein.Running || context.Cause(p.Context()) != errEnough {
				t.Errorf("%v, %v", p.Task().State(), context.Cause(p.Context()))
			}
			p.Resolve(0, context.Cause(p.Context()))
			if p.Task().State() != skein.Stopped {
				t.Errorf("it is %v", p.Task().State())
			}
		})
	})
}

func TestPromiseBeginUnderACancelledContext(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			outside, cancel := context.WithCancelCause(ctx)
			p := skein.NewPromise[int](outside, "work")
			cancel(errEnough)
			if p.Begin() {
				t.Error("it has begun")
			}
			if _, err := p.Task().Join(ctx); !errors.Is(err, errEnough) {
				t.Errorf("joined with %v", err)
			}
		})
	})
}

func TestPromiseUnderAnEndedRun(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var ended context.Context
		inRun(ctx, func(ctx context.Context, g *skein.Group) { ended = ctx })
		p := skein.NewPromise[int](ended, "late")
		if p.Begin() || p.Resolve(1, nil) {
			t.Error("it goes on")
		}
		if _, err := p.Task().Join(ctx); !errors.Is(err, skein.ErrEnded) {
			t.Errorf("joined with %v", err)
		}
	})
}

// Two in one allocation, as executors make them.
type job struct {
	skein.Promise[int]
	extra string
}

func TestPromiseInit(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		kind := skein.NewPromiseKind("job", nothing)
		var ended context.Context
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			ended = ctx
			j := &job{extra: "x"}
			if !j.Init(ctx, kind, j) || j.Task().Name() != "job" {
				t.Errorf("it may not begin, or is called %q", j.Task().Name())
			}
			j.Resolve(1, nil)
		})
		if new(job).Init(ended, kind, new(job)) {
			t.Error("it may begin under a Run that has ended")
		}
	})
}

func TestRunWaitsForPromises(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		resolved := false
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			p := skein.NewPromise[int](ctx, "answer")
			g.Go("resolver", func(context.Context) error {
				pass()
				resolved = p.Resolve(1, nil)
				return nil
			})
		})
		if !resolved {
			t.Error("the Run ended before its promise")
		}
	})
}

// A promise that nobody resolves ends with the context it was made with, so its Run can.
func TestPromiseEndsWithItsContext(t *testing.T) {
	enough := errors.New("enough")
	err := skein.Run(t.Context(), func(ctx context.Context, g *skein.Group) error {
		derived, cancel := context.WithCancelCause(ctx)
		p := skein.NewPromise[int](derived, "never")
		cancel(enough)
		if _, err := p.Task().Join(ctx); !errors.Is(err, enough) || p.Task().State() != skein.Stopped {
			t.Errorf("%v, %v", p.Task().State(), err)
		}
		if p.Resolve(1, nil) {
			t.Error("it could be resolved after its end")
		}
		return nil
	}, nil)
	if err != nil {
		t.Error(err)
	}
}
