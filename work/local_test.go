package work_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

// conns counts what a Local opens and closes.
type conns struct {
	opened, closed atomic.Int32
	local          *skein.Local[int]
}

func newConns() *conns {
	c := new(conns)
	c.local = skein.NewLocal(
		func(context.Context) (int, error) { return int(c.opened.Add(1)), nil },
		func(int) error { c.closed.Add(1); return nil })
	return c
}

// use is a job that uses its place's connection.
func (c *conns) use() *work.Func[int, int] {
	return work.Wrap("use", func(ctx context.Context, _ int) (int, error) { return c.local.Get(ctx) })
}

// pond cannot (its workers die at once), workerpool, ants and conc have nothing of the kind.
func TestLocalIsOpenedOncePerPlace(t *testing.T) {
	c := newConns()
	inPool(t, work.PoolOptions{Width: 3}, func(ctx context.Context, p *work.Pool) {
		use := c.use()
		for range 100 {
			if _, err := use.Submit(ctx, p, 0).Join(ctx); err != nil {
				t.Error(err)
			}
			p.Go(ctx, func(ctx context.Context) error { _, err := c.local.Get(ctx); return err })
		}
		p.Close(ctx)
		if n := c.opened.Load(); n < 1 || n > 3 || c.closed.Load() != n {
			t.Errorf("%d opened, %d closed", n, c.closed.Load())
		}
	})
}

func TestLocalIsClosedWhenItsPlaceExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newConns()
		p := work.NewPool(t.Context(), &work.PoolOptions{Width: 1, Idle: time.Second})
		use := c.use()
		use.Submit(t.Context(), p, 0).Wait(t.Context())
		time.Sleep(3 * time.Second)
		if c.closed.Load() != 1 {
			t.Errorf("%d closed", c.closed.Load())
		}
		if v, _ := use.Submit(t.Context(), p, 0).Join(t.Context()); v != 2 {
			t.Errorf("the next place has connection %d", v)
		}
		p.Close(t.Context())
		if c.closed.Load() != 2 {
			t.Errorf("%d closed in the end", c.closed.Load())
		}
	})
}

func TestLocalOutlivesAPanicInItsPlace(t *testing.T) {
	c := newConns()
	inPool(t, work.PoolOptions{Width: 1}, func(ctx context.Context, p *work.Pool) {
		use := c.use()
		use.Submit(ctx, p, 0).Wait(ctx)
		work.Wrap("panics", func(ctx context.Context, _ int) (int, error) { panic("x") }).Submit(ctx, p, 0).Wait(ctx)
		if v, err := use.Submit(ctx, p, 0).Join(ctx); v != 1 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		p.Close(ctx)
		if c.closed.Load() != 1 {
			t.Errorf("%d closed", c.closed.Load())
		}
	})
}

// A substitute runs in the place of the joiner, with what is open there.
func TestLocalIsSharedWithTheSubstitute(t *testing.T) {
	c := newConns()
	inPool(t, work.PoolOptions{Width: 1}, func(ctx context.Context, p *work.Pool) {
		use := c.use()
		parent := work.Wrap("parent", func(ctx context.Context, _ int) (int, error) {
			mine, err := c.local.Get(ctx)
			if err != nil {
				return 0, err
			}
			theirs, err := use.Submit(ctx, p, 0).Join(ctx)
			return mine*10 + theirs, err
		})
		if v, err := parent.Submit(ctx, p, 0).Join(ctx); v != 11 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
}
