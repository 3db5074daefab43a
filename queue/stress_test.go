package queue_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/queue"
	"github.com/skein-go/skein/skeintest"
)

// A traffic has producers put numbered items and consumers take them, both giving up again and
// again, and counts what came out.
type traffic struct {
	q      *queue.Queue[[2]int] // producer, number
	each   int                  // items a producer puts
	seen   [][]atomic.Int32
	inLine atomic.Bool // whether each consumer has seen each producer's items in order
}

func newTraffic(producers, each, cap int) *traffic {
	tr := &traffic{q: queue.New(&queue.Options[[2]int]{Cap: cap}), each: each, seen: make([][]atomic.Int32, producers)}
	for i := range tr.seen {
		tr.seen[i] = make([]atomic.Int32, each)
	}
	tr.inLine.Store(true)
	return tr
}

// fickle gives a context that ends soon, some time, or has ended.
func fickle(ctx context.Context, n int) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	switch n % 4 {
	case 0:
		go cancel()
	case 1:
		go func() { runtime.Gosched(); cancel() }()
	case 2:
		cancel()
	}
	return ctx, cancel
}

func (tr *traffic) produce(ctx context.Context, me int) error {
	for i := range tr.each {
		for try := i; ; try++ {
			some, cancel := fickle(ctx, try)
			err := tr.q.Put(some, [2]int{me, i})
			cancel()
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				return err
			}
		}
		if i%16 == me {
			queue.TakeOver(tr.q)
		}
	}
	return nil
}

func (tr *traffic) consume(ctx context.Context) error {
	last := make([]int, len(tr.seen))
	take := func(item [2]int) {
		tr.seen[item[0]][item[1]].Add(1)
		if item[1] < last[item[0]] {
			tr.inLine.Store(false)
		}
		last[item[0]] = item[1]
	}
	buf := make([][2]int, 3)
	for try := 0; ; try++ {
		some, cancel := fickle(ctx, try)
		var err error
		if try%5 == 0 {
			var n int
			n, err = tr.q.GetBatch(some, buf)
			for _, item := range buf[:n] {
				take(item)
			}
		} else {
			var item [2]int
			if item, err = tr.q.Get(some); err == nil {
				take(item)
			}
		}
		cancel()
		switch {
		case err == queue.ErrClosed:
			return nil
		case ctx.Err() != nil:
			return err
		}
	}
}

func (tr *traffic) check(t *testing.T) {
	t.Helper()
	for p, items := range tr.seen {
		for i := range items {
			if n := items[i].Load(); n != 1 {
				t.Fatalf("item %d of producer %d came out %d times", i, p, n)
			}
		}
	}
	if !tr.inLine.Load() {
		t.Error("a producer's items came out of order")
	}
}

func TestNothingLostNothingTwice(t *testing.T) {
	for _, cap := range []int{0, 1, 7} {
		t.Run(fmt.Sprint("cap=", cap), func(t *testing.T) {
			both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
				tr := newTraffic(6, 300, cap)
				var producers []*skein.Task[struct{}]
				for p := range tr.seen {
					producers = append(producers, g.Go("producer", func(ctx context.Context) error { return tr.produce(ctx, p) }))
				}
				var consumers []*skein.Task[struct{}]
				for range 4 {
					consumers = append(consumers, g.Go("consumer", tr.consume))
				}
				for _, p := range producers {
					p.Wait(ctx)
				}
				tr.q.Close()
				for _, c := range consumers {
					c.Wait(ctx)
				}
				tr.check(t)
			})
		})
	}
}

func TestGoroutinesAndCoroutinesMixed(t *testing.T) {
	skeintest.NoLeaks(t)
	for _, cap := range []int{0, 3} {
		tr := newTraffic(8, 300, cap)
		var producers, all sync.WaitGroup
		crowd := func(first int) func(context.Context) error {
			return func(ctx context.Context) error {
				return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
					for p := first; p < first+4; p++ {
						producers.Add(1)
						g.Go("producer", func(ctx context.Context) error {
							defer producers.Done()
							return tr.produce(ctx, p)
						})
						g.Go("consumer", tr.consume)
					}
					return nil
				}, nil)
			}
		}
		started := make(chan error, 2)
		all.Go(func() { started <- crowd(0)(context.Background()) })
		all.Go(func() { started <- loop.Run(context.Background(), nil, crowd(4)) })
		all.Go(func() {
			for done := false; !done; runtime.Gosched() { // until all have begun
				done = tr.seen[0][0].Load() > 0 && tr.seen[7][0].Load() > 0
			}
			producers.Wait()
			tr.q.Close()
		})
		all.Wait()
		for range 2 {
			if err := <-started; err != nil {
				t.Error(err)
			}
		}
		tr.check(t)
	}
}

// A coroutine that was woken and whose loop is busy must not keep items from goroutines that wait.
func TestBusyLoopHoldsUpNobody(t *testing.T) {
	q := queue.New[int](nil)
	err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
		return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			coroutine := waiting(g, q.Get)
			got := make(chan int)
			go func() {
				v, _ := q.Get(context.Background())
				got <- v
			}()
			waits := func(s rt.Sign) bool { return s.Task == nil }
			for !slices.ContainsFunc(rt.Census(), waits) {
				runtime.Gosched() // and the loop stands still
			}
			go func() {
				for i := range 2 {
					q.Put(context.Background(), i)
				}
			}()
			select { // blocks the thread of the loop, and is meant to
			case <-got:
			case <-time.After(10 * time.Second):
				t.Error("a goroutine waits for an item while one is there")
			}
			return coroutine.Wait(ctx)
		}, nil)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestPutAndGetDoNotAllocate(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		for _, q := range []*queue.Queue[int]{queue.New[int](nil), bounded(4)} {
			fill(t, q, 1)
			allocs := testing.AllocsPerRun(1000, func() {
				q.Put(ctx, 1)
				q.Get(ctx)
				q.TryPut(1)
				q.TryGet()
			})
			if allocs != 0 {
				t.Errorf("%v allocations", allocs)
			}
		}
	})
}

// A round through two queues, in which both sides wait each time.
func TestWaitingDoesNotAllocate(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		ping, pong := bounded(1), bounded(1)
		g.Go("other", func(ctx context.Context) error {
			for v := range ping.All(ctx) {
				pong.Put(ctx, v)
			}
			return nil
		})
		onLoop := rt.Executing() != nil
		allocs := testing.AllocsPerRun(1000, func() {
			ping.Put(ctx, 1)
			if _, err := pong.Get(ctx); err != nil {
				t.Error(err)
			}
		})
		ping.Close()
		if allocs != 0 {
			t.Errorf("%v allocations (on a loop: %v)", allocs, onLoop)
		}
	})
}
