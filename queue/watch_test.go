package queue_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/queue"
)

// A level is a Poller that remembers what it was told last.
type level struct {
	mu    sync.Mutex
	ready bool
}

func (l *level) Ready(ready bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ready = ready
}

func (l *level) is(t *testing.T, want bool, when string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ready != want {
		t.Errorf("ready is %v %s", l.ready, when)
	}
}

var _ rt.Poller = (*level)(nil)

func TestReadiness(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New[int](nil)
		var a, b level
		q.Watch(&a)
		a.is(t, false, "when empty")
		fill(t, q, 1, 2)
		a.is(t, true, "with items")
		q.Watch(&b)
		b.is(t, true, "from the beginning")
		q.TryGet()
		a.is(t, true, "with one item")
		l := lease(t, ctx, q)
		a.is(t, false, "with none left")
		l.GiveBack()
		a.is(t, true, "with one given back")
		l = lease(t, ctx, q)
		q.Close()
		a.is(t, false, "closed while a lease may come back")
		l.GiveBack()
		a.is(t, true, "when it came back")
		l = lease(t, ctx, q)
		a.is(t, false, "when it was leased again")
		l.Finish()
		a.is(t, true, "closed and empty")
		b.is(t, true, "closed and empty")
	})
}

func TestReadinessOfTheLastItemOfAClosedQueue(t *testing.T) {
	q := queue.New[int](nil)
	fill(t, q, 1)
	var a level
	q.Watch(&a)
	q.Close()
	lease(t, context.Background(), q)
	a.is(t, false, "while the last item is leased")
	q.CloseNow()
	a.is(t, true, "when it cannot come back")
}

func TestUnwatched(t *testing.T) {
	q := queue.New[int](nil)
	var a, b level
	q.Watch(&a)
	q.Watch(&b)
	q.Unwatch(&a)
	fill(t, q, 1)
	a.is(t, false, "though nobody may have told")
	b.is(t, true, "with an item")
	q.Unwatch(&b)
	q.TryGet()
	b.is(t, true, "though nobody may have told")
}

// What has been taken over comes back for a watcher, and is not taken over again.
func TestWatchAfterTakeOver(t *testing.T) {
	q := queue.New[int](nil)
	fill(t, q, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	queue.TakeOver(q)
	fill(t, q, 10)
	var a level
	q.Watch(&a)
	queue.TakeOver(q)
	if n := queue.InStock(q); n != 0 {
		t.Errorf("%d in stock", n)
	}
	for i := range 11 {
		a.is(t, true, "with items")
		if v, err := q.TryGet(); v != i || err != nil {
			t.Errorf("got %v, %v, want %d", v, err, i)
		}
	}
	a.is(t, false, "when empty")
}

// The level is never wrong once things are quiet.
func TestReadinessUnderTraffic(t *testing.T) {
	for _, opts := range []*queue.Options[int]{nil, {Cap: 4}, {Cap: 20}, {LIFO: true}, {ByPriority: func(v int) int { return v % 100 }}} {
		for seed := range uint64(30) {
			q := queue.New(opts)
			var a level
			var all sync.WaitGroup
			for i := range uint64(4) {
				all.Go(func() {
					r := rand.New(rand.NewPCG(seed, i))
					for v := range 200 {
						switch r.IntN(6) {
						case 0, 1, 2:
							q.TryPut(v)
						case 3:
							q.GetBatch(cancelled(context.Background()), make([]int, 1+v%3))
						case 4:
							if l, err := q.GetLease(cancelled(context.Background())); err == nil {
								l.GiveBack()
							}
						case 5:
							q.TryGet()
						}
						if i == 0 && v == 50 {
							queue.TakeOver(q)
							q.Watch(&a)
						}
					}
				})
			}
			all.Wait()
			a.is(t, q.Len() > 0, "after the traffic")
			drain(q)
			a.is(t, false, "when drained")
		}
	}
}
