package poll_test

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/poll"
	"github.com/skein-go/skein/queue"
)

// A storm is producers, thieves, who registers anew and who waits, all at once over a few queues.
type storm struct {
	p      *poll.Poller
	queues []*queue.Queue[int]
	seen   []atomic.Int32
	left   atomic.Int64
	mu     sync.Mutex
	regs   []*poll.Registration
	double atomic.Bool // a handler ran twice at the same time
	called atomic.Int64
}

func newStorm(ctx context.Context, items int) *storm {
	s := &storm{p: poll.New(ctx, nil), seen: make([]atomic.Int32, items)}
	s.left.Store(int64(items))
	for i := range 7 {
		cap := 0
		if i%2 == 0 {
			cap = 3
		}
		s.queues = append(s.queues, queue.New(&queue.Options[int]{Cap: cap}))
		s.regs = append(s.regs, s.register(i))
	}
	return s
}

func (s *storm) register(i int) *poll.Registration {
	var busy atomic.Bool
	return poll.Queue(s.p, s.queues[i], func(v int) {
		if busy.Swap(true) {
			s.double.Store(true)
		}
		s.called.Add(1)
		s.took(v)
		busy.Store(false)
	})
}

func (s *storm) took(v int) {
	s.seen[v].Add(1)
	if s.left.Add(-1) == 0 {
		s.p.Close()
	}
}

func (s *storm) produce(ctx context.Context, from, to int) error {
	for v := from; v < to; v++ {
		if err := s.queues[v%len(s.queues)].Put(ctx, v); err != nil {
			return err
		}
		if v%5 == 0 {
			pass()
		}
	}
	return nil
}

func (s *storm) steal(ctx context.Context) error {
	for i := 0; s.left.Load() > 0 && ctx.Err() == nil; i++ {
		if v, err := s.queues[i%len(s.queues)].TryGet(); err == nil {
			s.took(v)
		}
		pass()
	}
	return nil
}

func (s *storm) churn(ctx context.Context) error {
	for i := 0; s.left.Load() > 0 && ctx.Err() == nil; i++ {
		s.mu.Lock()
		s.regs[i%len(s.regs)].Remove()
		s.regs[i%len(s.regs)] = s.register(i % len(s.regs))
		s.mu.Unlock()
		pass()
	}
	return nil
}

func TestNothingIsLostOrDoubled(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) { weather(t, ctx, g, 100_000) })
}

func TestSoakNothingIsLostOrDoubled(t *testing.T) {
	if os.Getenv("SKEIN_SOAK") == "" {
		t.Skip("a soak; set SKEIN_SOAK=1")
	}
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) { weather(t, ctx, g, 1_000_000) })
}

func weather(t *testing.T, ctx context.Context, g *skein.Group, items int) {
	s := newStorm(ctx, items)
	const producers = 4
	for i := range producers {
		g.Go("producer", func(ctx context.Context) error {
			return s.produce(ctx, i*items/producers, (i+1)*items/producers)
		})
	}
	for range 2 {
		g.Go("thief", s.steal)
	}
	g.Go("churn", s.churn)
	var waiters []*skein.Task[struct{}]
	for range 3 {
		waiters = append(waiters, g.Go("waiter", s.p.Run))
	}
	g.Go("fickle", func(ctx context.Context) error {
		for s.left.Load() > 0 && ctx.Err() == nil {
			some, cancel := context.WithCancel(ctx)
			soon := g.Go("cancels", func(context.Context) error { pass(); cancel(); return nil })
			s.p.Wait(some)
			soon.Wait(ctx)
		}
		return nil
	})
	for _, w := range waiters {
		if err := w.Wait(ctx); err != nil {
			t.Error(err)
		}
	}
	for v := range s.seen {
		if n := s.seen[v].Load(); n != 1 {
			t.Fatalf("item %d came out %d times", v, n)
		}
	}
	if s.double.Load() {
		t.Error("a handler ran twice at the same time")
	}
	if s.called.Load() == 0 {
		t.Error("no handler was called")
	}
}

// Several who wait serve several handlers at the same time, each alone.
func TestWaitersShareTheWork(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		one, two, rendezvous := queue.New[int](nil), queue.New[int](nil), queue.New[int](nil)
		poll.Queue(p, one, func(int) { rendezvous.Get(ctx) }) // until the other has been served
		poll.Queue(p, two, func(int) { fill(rendezvous, 1) })
		a, b := waiting(g, p.Wait), waiting(g, p.Wait)
		fill(one, 1)
		fill(two, 1)
		if a.Wait(ctx) != nil || b.Wait(ctx) != nil {
			t.Error("they failed")
		}
	})
}

// The handler of one registration is not called by a second waiter while the first is in it.
func TestOneHandlerIsNeverTwiceAtOnce(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		q, entered, door := queue.New[int](nil), queue.New[int](nil), queue.New[int](nil)
		var inside, most atomic.Int32
		poll.Queue(p, q, func(v int) {
			most.Store(max(most.Load(), inside.Add(1)))
			fill(entered, v)
			door.Get(ctx)
			inside.Add(-1)
		})
		a, b := waiting(g, p.Wait), waiting(g, p.Wait)
		fill(q, 1)
		entered.Get(ctx)
		fill(q, 2) // it becomes ready anew
		for range 100 {
			pass()
		}
		fill(door, 1, 2)
		if a.Wait(ctx) != nil || b.Wait(ctx) != nil || most.Load() != 1 {
			t.Errorf("%d at a time", most.Load())
		}
	})
}
