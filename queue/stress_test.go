package queue_test

import (
	"context"
	"os"
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
	load
	q      *queue.Queue[[2]int] // producer, number
	each   int                  // items a producer puts
	seen   [][]atomic.Int32
	inLine atomic.Bool // whether each consumer has seen each producer's items in order
}

// A load is a kind of traffic.
type load struct {
	name   string
	opts   queue.Options[[2]int]
	leases bool // consumers take leases, and give back some
}

func loads() []load {
	type opts = queue.Options[[2]int]
	byProducer := func(item [2]int) int { return item[0] % 3 * 50 } // so that half-way it becomes a heap
	return []load{
		{name: "plain"},
		{name: "cap=1", opts: opts{Cap: 1}},
		{name: "cap=7", opts: opts{Cap: 7}},
		{name: "cap=40", opts: opts{Cap: 40}}, // enough to be taken over
		{name: "lifo", opts: opts{Cap: 9, LIFO: true}},
		{name: "priority", opts: opts{Cap: 9, ByPriority: byProducer}},
		{name: "less", opts: opts{Cap: 9, Less: func(a, b [2]int) bool { return byProducer(a) < byProducer(b) }}},
		{name: "drop oldest", opts: opts{Cap: 9, Full: queue.DropOldest}},
		{name: "leases", leases: true},
		{name: "leases, cap=12", opts: opts{Cap: 12}, leases: true},
		{name: "leases, priority", opts: opts{ByPriority: byProducer}, leases: true},
	}
}

func newTraffic(producers, each int, l load) *traffic {
	tr := &traffic{load: l, each: each, seen: make([][]atomic.Int32, producers)}
	for i := range tr.seen {
		tr.seen[i] = make([]atomic.Int32, each)
	}
	opts := l.opts
	opts.OnDrop = func(item [2]int) { tr.seen[item[0]][item[1]].Add(1) }
	tr.q = queue.New(&opts)
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
		if item[1] < last[item[0]] && !tr.leases && !tr.opts.LIFO {
			tr.inLine.Store(false)
		}
		last[item[0]] = item[1]
	}
	buf := make([][2]int, 3)
	for try := 0; ; try++ {
		some, cancel := fickle(ctx, try)
		var err error
		switch {
		case tr.leases:
			var l *queue.Lease[[2]int]
			if l, err = tr.q.GetLease(some); err != nil {
				break
			}
			if try%3 == 0 {
				l.GiveBack()
			} else {
				take(l.Value)
				l.Finish()
			}
		case try%5 == 0:
			var n int
			n, err = tr.q.GetBatch(some, buf)
			for _, item := range buf[:n] {
				take(item)
			}
		default:
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

// nothingLost does that many rounds of each load, half of them on a loop.
func nothingLost(t *testing.T, rounds int) {
	for _, l := range loads() {
		t.Run(l.name, func(t *testing.T) {
			both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
				tr := newTraffic(6, rounds/6/2, l)
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

func TestNothingLostNothingTwice(t *testing.T) { nothingLost(t, 30_000) }

func TestSoakNothingLostNothingTwice(t *testing.T) {
	if os.Getenv("SKEIN_SOAK") == "" {
		t.Skip("SKEIN_SOAK is not set")
	}
	nothingLost(t, 1_000_000)
}

func TestGoroutinesAndCoroutinesMixed(t *testing.T) {
	skeintest.NoLeaks(t)
	for _, l := range loads() {
		tr := newTraffic(8, 300, l)
		var begun, producers, all sync.WaitGroup
		begun.Add(2)
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
					begun.Done()
					return nil
				}, nil)
			}
		}
		started := make(chan error, 2)
		all.Go(func() { started <- crowd(0)(context.Background()) })
		all.Go(func() { started <- loop.Run(context.Background(), nil, crowd(4)) })
		all.Go(func() {
			begun.Wait() // or producers may not have been counted
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

// Everything that there is, and a close in the middle of it: nothing may hang, or be lost.
func TestCloseRacesWithEverything(t *testing.T) {
	for _, l := range loads() {
		t.Run(l.name, func(t *testing.T) {
			both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
				for round := range 60 {
					closeRace(t, ctx, l, round)
				}
			})
		})
	}
}

func closeRace(t *testing.T, ctx context.Context, l load, round int) {
	opts := l.opts
	var put, out atomic.Int64
	opts.OnDrop = func([2]int) { out.Add(1) }
	q := queue.New(&opts)
	gone := func(err error) error { // ends the task, and is no failure
		if err == queue.ErrClosed {
			return nil
		}
		return err
	}
	err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		for i := range 3 {
			g.Go("producer", func(ctx context.Context) error {
				for n := 0; ; n++ {
					if err := q.Put(ctx, [2]int{i, n}); err != nil {
						return gone(err)
					}
					put.Add(1)
					pass()
				}
			})
			g.Go("consumer", func(ctx context.Context) error {
				for range q.All(ctx) {
					out.Add(1)
					q.Finish(1)
				}
				return nil
			})
		}
		g.Go("leaser", func(ctx context.Context) error {
			for n := 0; ; n++ {
				l, err := q.GetLease(ctx)
				if err != nil {
					return gone(err)
				}
				if n%2 == 0 {
					l.GiveBack()
				} else if l.Finish() {
					out.Add(1)
				}
			}
		})
		g.Go("closer", func(ctx context.Context) error {
			for range round {
				pass()
			}
			if round%2 == 0 {
				q.Close()
			} else {
				out.Add(int64(len(q.CloseNow())))
			}
			return q.Join(ctx)
		})
		return nil
	}, nil)
	if err != nil {
		t.Error(err)
	}
	if in, out := put.Load(), out.Load(); in != out {
		t.Errorf("round %d: %d items were put, %d came out", round, in, out)
	}
}
