package work_test

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/queue"
	"github.com/skein-go/skein/work"
)

// upTo yields 0 to n-1.
func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// Within a chunk of quick items, what breaks one leaves the others alone. rill does not recover,
// conc's iterators re-panic and lose all results.
func TestOneBrokenItemAmongQuickOnes(t *testing.T) {
	for name, break1 := range map[string]func(){
		"panic":  func() { panic("odd one") },
		"Goexit": func() { runtime.Goexit() },
	} {
		inPool(t, work.PoolOptions{Width: 1}, func(ctx context.Context, p *work.Pool) {
			f := work.Wrap("f", func(_ context.Context, n int) (int, error) {
				if n%100 == 77 {
					break1()
				}
				return n, nil
			})
			i := 0
			for v, err := range f.Map(ctx, p, upTo(1000)) {
				if (err != nil) != (i%100 == 77) || err == nil && v != i {
					t.Errorf("%s: item %d: %v, %v", name, i, v, err)
				}
				i++
			}
			vals, err := f.MapSlice(ctx, p, slices.Collect(upTo(1000)))
			failed, _ := err.(interface{ Unwrap() []error })
			if failed == nil || len(failed.Unwrap()) != 10 || vals[999] != 999 || i != 1000 {
				t.Errorf("%s: MapSlice: %v", name, err)
			}
		})
	}
}

// CPython's map loses what comes after the first error; conc/stream stops.
func TestMapAfterAnError(t *testing.T) {
	inPool(t, work.PoolOptions{}, func(ctx context.Context, p *work.Pool) {
		f := work.Wrap("f", func(_ context.Context, n int) (int, error) {
			if n == 3 {
				return 0, errBroken
			}
			return n, nil
		})
		var errs []int
		n := 0
		for _, err := range f.Map(ctx, p, upTo(10)) {
			if err != nil {
				errs = append(errs, n)
			}
			n++
		}
		if n != 10 || !slices.Equal(errs, []int{3}) {
			t.Errorf("%d items, errors at %v", n, errs)
		}
	})
}

// CPython pulls the whole input first, and rill drains it in the background after a break.
func TestMapPullsNoMoreThanItMay(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 2}, func(ctx context.Context, p *work.Pool) {
		pulled := 0
		var running atomic.Int32
		slow := work.Wrap("slow", func(ctx context.Context, n int) (int, error) {
			running.Add(1)
			defer running.Add(-1)
			if n == 0 {
				return 0, nil
			}
			return skein.NewPromise[int](ctx, "stop").Task().Join(ctx)
		})
		for range slow.Map(ctx, p, func(yield func(int) bool) {
			for yield(pulled) {
				pulled++
			}
		}) {
			break
		}
		if pulled > 4 || running.Load() != 0 || p.Len() != 0 {
			t.Errorf("%d pulled, %d running, %d waiting", pulled, running.Load(), p.Len())
		}
	})
}

// Results may feed the input, where that does not wait for them.
func TestMapFedByItsOwnResults(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 2}, func(ctx context.Context, p *work.Pool) {
		links := queue.New[int](nil)
		links.Send(1)
		inFlight := 1
		visited := 0
		kids := work.Wrap("kids", func(_ context.Context, n int) ([]int, error) {
			if n >= 500 {
				return nil, nil
			}
			return []int{2 * n, 2*n + 1}, nil
		})
		for inFlight > 0 { // each pass maps what the passes before it have found
			batch := make([]int, links.Len())
			n, err := links.GetBatch(ctx, batch)
			if err != nil {
				t.Fatal(err)
			}
			for found, err := range kids.MapUnordered(ctx, p, slices.Values(batch[:n])) {
				if err != nil {
					t.Fatal(err)
				}
				visited++
				inFlight += len(found) - 1
				for _, k := range found {
					links.Send(k)
				}
			}
		}
		if visited != 999 {
			t.Errorf("%d visited", visited)
		}
	})
}

// A loop body that panics, or ends its goroutine, leaves nothing behind either.
func TestMapLeftByAPanic(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 2}, func(ctx context.Context, p *work.Pool) {
		func() {
			defer func() { recover() }()
			for range square.Map(ctx, p, upTo(1000)) {
				panic("in the loop")
			}
		}()
		skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			return g.Go("exits", func(ctx context.Context) error {
				for range square.MapUnordered(ctx, p, upTo(1000)) {
					runtime.Goexit()
				}
				return nil
			}).Wait(ctx)
		}, &skein.RunOptions{Supervise: true, OnFailure: func(skein.Handle, error) {}})
		if p.Len() != 0 {
			t.Errorf("%d wait", p.Len())
		}
	})
}

// A slice that was not swept to its end is an error, and nobody writes to it any more.
func TestMapSliceOfAKilledPool(t *testing.T) {
	for at := range 40 {
		inRun(t, func(ctx context.Context, g *skein.Group) error {
			p := work.NewPool(ctx, &work.PoolOptions{Width: 2})
			f := work.Wrap("f", func(_ context.Context, n int) (int, error) {
				if n == at*25+1 {
					p.Kill(errEnough)
				}
				return n, nil
			})
			vals, err := f.MapSlice(ctx, p, slices.Collect(upTo(1000)))
			for i, v := range vals {
				if v != i && err == nil {
					t.Fatalf("killed at item %d: no error, and item %d is %d", at*25+1, i, v)
				}
				vals[i] = -1 // a race with whoever still writes
			}
			return p.Close(ctx)
		})
	}
}

func TestMapSliceUnderAContextThatEnds(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 2}, func(ctx context.Context, p *work.Pool) {
		some, cancel := context.WithCancelCause(ctx)
		f := work.Wrap("f", func(ctx context.Context, n int) (int, error) {
			if n == 500 {
				cancel(errEnough)
			}
			return n, context.Cause(ctx)
		})
		if _, err := f.MapSlice(some, p, slices.Collect(upTo(1000))); !errors.Is(err, errEnough) {
			t.Errorf("got %v", err)
		}
	})
}

func TestMapByName(t *testing.T) {
	inPool(t, work.PoolOptions{}, func(ctx context.Context, p *work.Pool) {
		ex := work.With(p, &work.Options{Name: "renamed", Priority: 3}) // still in chunks
		i := 0
		for v, err := range square.Map(ctx, ex, upTo(500)) {
			if v != i*i || err != nil {
				t.Fatalf("item %d: %v, %v", i, v, err)
			}
			i++
		}
	})
}
