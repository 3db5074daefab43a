package skein_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/skein-go/skein"
)

// conns is a Local whose values are numbered, and a record of what is done with them.
type conns struct {
	*skein.Local[int]
	opened int
	closed []int
}

func newConns() *conns {
	c := new(conns)
	c.Local = skein.NewLocal(
		func(context.Context) (int, error) { c.opened++; return c.opened, nil },
		func(n int) error { c.closed = append(c.closed, n); return nil })
	return c
}

func TestLocalPerTask(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		c := newConns()
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			c.Get(ctx)
			g.Go("one", func(ctx context.Context) error {
				if _, ok := c.Lookup(ctx); ok {
					t.Error("a task has inherited a value")
				}
				a, err := c.Get(ctx)
				b, _ := c.Get(context.WithValue(ctx, key{}, 1))
				if a != 2 || b != 2 || err != nil {
					t.Errorf("got %d, %d, %v", a, b, err)
				}
				return nil
			}).Wait(ctx)
			if !slices.Equal(c.closed, []int{2}) {
				t.Errorf("closed %v when the task had ended", c.closed)
			}
		})
	})
}

func TestLocalOfARunIsItsCallers(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		c := newConns()
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			g.Go("task", func(ctx context.Context) error {
				outer, _ := c.Get(ctx)
				inRun(ctx, func(ctx context.Context, g *skein.Group) {
					if inner, _ := c.Get(ctx); inner != outer {
						t.Errorf("%d in the task, %d in the body of its Run", outer, inner)
					}
				})
				if len(c.closed) != 0 {
					t.Error("closed with the inner Run")
				}
				return nil
			})
		})
		if !slices.Equal(c.closed, []int{1}) {
			t.Errorf("closed %v", c.closed)
		}
	})
}

// Run returns when its values have been closed, though its last task does that.
func TestLocalOfARunIsClosedBeforeItReturns(t *testing.T) {
	closed := false
	l := skein.NewLocal(func(context.Context) (int, error) { return 1, nil }, func(int) error {
		for range 100 {
			pass()
		}
		closed = true
		return nil
	})
	inRun(context.Background(), func(ctx context.Context, g *skein.Group) {
		l.Get(ctx)
		g.Go("last", func(context.Context) error {
			for range 10 {
				pass()
			}
			return nil
		})
	})
	if !closed {
		t.Error("Run has returned before")
	}
}

func TestLocalIsClosedByAPanic(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		c := newConns()
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			skein.Start(g, "left open", func(ctx context.Context) (int, error) { c.Get(ctx); return 0, explode() }).Wait(ctx)
			skein.Start(g, "with", func(ctx context.Context) (int, error) {
				return 0, c.With(ctx, func(int) error { return explode() })
			}).Wait(ctx)
		})
		if !slices.Equal(c.closed, []int{1, 2}) {
			t.Errorf("closed %v", c.closed)
		}
	})
}

func TestLocalWith(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		c := newConns()
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			err := c.With(ctx, func(int) error {
				if err := c.With(ctx, func(int) error { t.Error("opened twice"); return nil }); err != skein.ErrOpen {
					t.Errorf("the second With: %v", err)
				}
				return errEnough
			})
			if err != errEnough || !slices.Equal(c.closed, []int{1}) {
				t.Errorf("%v, closed %v", err, c.closed)
			}
			if err := c.With(ctx, func(n int) error { return nil }); err != nil || c.opened != 2 {
				t.Errorf("it cannot be opened again: %v", err)
			}
		})
	})
}

func TestLocalSetAndDelete(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		c := newConns()
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			c.Set(ctx, 70)
			c.Set(ctx, 80)
			if v, ok := c.Lookup(ctx); v != 80 || !ok || !slices.Equal(c.closed, []int{70}) {
				t.Errorf("Lookup: %v, %v; closed %v", v, ok, c.closed)
			}
			if err := c.Delete(ctx); err != nil {
				t.Error(err)
			}
			if err := c.Delete(ctx); err != nil {
				t.Error(err)
			}
			if _, ok := c.Lookup(ctx); ok || !slices.Equal(c.closed, []int{70, 80}) {
				t.Errorf("there after Delete; closed %v", c.closed)
			}
		})
	})
}

func TestLocalOpensOnce(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			release := newDoor()
			opened := 0
			l := skein.NewLocal(func(ctx context.Context) (int, error) {
				opened++
				return opened, wait(context.WithoutCancel(ctx), release)
			}, nil)
			// Several who act for one task: its own goroutine and plain ones, or nested Runs.
			var values []*skein.Task[int]
			for range 5 {
				values = append(values, skein.Start(g, "getter", func(context.Context) (int, error) { return l.Get(ctx) }))
			}
			pass()
			release.Close()
			for _, v := range values {
				if n, err := v.Join(ctx); n != 1 || err != nil {
					t.Errorf("got %d, %v", n, err)
				}
			}
		})
	})
}

func TestLocalFailingOpenIsTriedAgain(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			n := 0
			l := skein.NewLocal(func(context.Context) (int, error) {
				switch n++; n {
				case 1:
					return 0, errEnough
				case 2:
					panic("oops")
				}
				return n, nil
			}, nil)
			if _, err := l.Get(ctx); err != errEnough {
				t.Errorf("the first: %v", err)
			}
			func() {
				defer func() { recover() }()
				l.Get(ctx)
				t.Error("the panic of open is lost")
			}()
			if v, err := l.Get(ctx); v != 3 || err != nil {
				t.Errorf("the third: %v, %v", v, err)
			}
		})
	})
}

func TestLocalOfAnEndedTask(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		c := newConns()
		var ended context.Context
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			g.Go("task", func(ctx context.Context) error { ended = ctx; return nil }).Wait(ctx)
			if _, err := c.Get(ended); !errors.Is(err, skein.ErrEnded) || c.opened != 0 {
				t.Errorf("Get: %v, %d opened", err, c.opened)
			}
			if err := c.Set(ended, 5); !errors.Is(err, skein.ErrEnded) || !slices.Equal(c.closed, []int{5}) {
				t.Errorf("Set: %v, closed %v", err, c.closed)
			}
		})
	})
}

func TestLocalWithoutATask(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	newConns().Get(context.Background())
}

func TestLocalWithoutOpen(t *testing.T) {
	inRun(context.Background(), func(ctx context.Context, g *skein.Group) {
		l := skein.NewLocal[int](nil, nil)
		if _, err := l.Get(ctx); err == nil {
			t.Error("opened by nothing")
		}
		l.Set(ctx, 3)
		if v, err := l.Get(ctx); v != 3 || err != nil {
			t.Errorf("%v, %v", v, err)
		}
	})
}

func TestLocalCloseMayPanic(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		l := skein.NewLocal(func(context.Context) (int, error) { return 1, nil }, func(int) error { panic("oops") })
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			g.Go("task", func(ctx context.Context) error { _, err := l.Get(ctx); return err })
			return nil
		}, nil)
		if err != nil || len(found("panic")) != 1 {
			t.Errorf("%v, findings: %v", err, skein.Findings())
		}
	})
}
