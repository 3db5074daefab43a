package queue

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

var (
	// ErrClosed is returned by a Put on a closed queue and by a Get on a closed and empty one.
	ErrClosed = errors.New("queue: closed")
	// ErrFull is returned by TryPut and Send when a bounded queue has no room.
	ErrFull = errors.New("queue: full")
	// ErrEmpty is returned by TryGet when there is nothing to get yet.
	ErrEmpty = errors.New("queue: empty")
)

// Options of a queue. Nil means all defaults.
type Options[T any] struct {
	Cap  int    // how many items it holds at most; 0: as many as there is memory for
	Name string // what dumps and findings call it; default none
	// ByPriority, if not nil, has items come out by what it says of them: larger first, and
	// among equals in the order they were put. It is called once per item, by who puts it.
	ByPriority func(T) int
}

// A Queue holds items of type T. It must not be copied after first use.
type Queue[T any] struct {
	rank func(T) int
	cap  int // 0: unbounded
	name string

	stock   atomic.Pointer[stock[T]] // made when first needed
	split   atomic.Bool              // there may be something in stock; changed under both mutexes
	crowded atomic.Bool              // somebody may be waiting for room

	_ [64]byte // consumers who take from stock only read what is above

	mu      sync.Mutex
	closed  bool
	n       int // how many items there are, but for those in stock
	stocked int // of those there are no more than this
	items   ring[T]
	getters waiters
	putters waiters
	ranked  heap[T] // in place of items, if rank is not nil
}

// New makes a queue. It panics if opts.Cap is negative.
func New[T any](opts *Options[T]) *Queue[T] {
	q := new(Queue[T])
	if opts != nil {
		if opts.Cap < 0 {
			panic(fmt.Sprintf("queue: New: Cap is %d; it must be positive, or 0 for no bound", opts.Cap))
		}
		q.cap, q.name, q.rank = opts.Cap, opts.Name, opts.ByPriority
	}
	return q
}

// Put adds v at the end. It waits while a bounded queue is full; ctx ends that wait with the
// cause for which it ended. On a closed queue, or one that is closed meanwhile, it returns
// [ErrClosed]. After an error v is not in the queue.
func (q *Queue[T]) Put(ctx context.Context, v T) error {
	rt.Point()
	rank := q.rankOf(v)
	rt.Lock(&q.mu)
	if q.closed || q.full() {
		return q.putSlow(ctx, v, rank)
	}
	q.put(v, rank)
	rt.Point()
	return nil
}

// putSlow is called with the mutex held.
func (q *Queue[T]) putSlow(ctx context.Context, v T, rank int) error {
	defer q.mu.Unlock()
	err := q.putters.wait(ctx, &q.mu, "put into", q, func() bool {
		q.crowded.Store(true) // before counting: who takes from stock after that, sees it
		return q.room() || q.closed
	})
	if err != nil && q.room() {
		err = nil // room came with the cancellation, and wins
	}
	switch {
	case q.closed:
		return ErrClosed
	case err != nil:
		return err
	}
	q.push(v, rank)
	if !q.full() {
		q.putters.next().Wake()
	}
	q.getters.next().Wake()
	return nil
}

// put adds v, for which there is room, and releases the mutex.
func (q *Queue[T]) put(v T, rank int) {
	q.push(v, rank)
	w := q.getters.next()
	q.mu.Unlock()
	w.Wake()
}

// TryPut adds v if there is room: else it returns [ErrFull], or [ErrClosed]. It never blocks.
func (q *Queue[T]) TryPut(v T) error {
	rt.Point()
	rank := q.rankOf(v)
	rt.Lock(&q.mu)
	room := !q.full() || q.room()
	switch {
	case q.closed:
		q.mu.Unlock()
		return ErrClosed
	case !room:
		q.mu.Unlock()
		return ErrFull
	}
	q.put(v, rank)
	rt.Point()
	return nil
}

// Send is TryPut under the name that everything which receives has: it never blocks, and nil
// means that v is in the queue.
func (q *Queue[T]) Send(v T) error { return q.TryPut(v) }

// Get takes the first item. It waits while the queue is empty; ctx ends that wait with the cause
// for which it ended. On a queue that is closed and empty it returns [ErrClosed].
func (q *Queue[T]) Get(ctx context.Context) (T, error) {
	rt.Point()
	if !q.split.Load() && q.mu.TryLock() {
		if q.n > 0 && !q.split.Load() {
			v := q.pop()
			w := q.putters.next()
			q.mu.Unlock()
			w.Wake()
			rt.Point()
			return v, nil
		}
		q.mu.Unlock()
	}
	var one [1]T
	_, err := q.takeWaiting(ctx, one[:])
	rt.Point()
	return one[0], err
}

// takeWaiting takes what there is into buf, and waits for the first item.
func (q *Queue[T]) takeWaiting(ctx context.Context, buf []T) (n int, err error) {
	for waited := false; ; waited = true {
		if n = q.take(buf, true); n > 0 {
			if waited {
				q.callNext()
			}
			return n, nil
		}
		if err := q.await(ctx, waited); err != nil {
			return 0, err
		}
	}
}

// await waits until there may be an item: nil. The mutex is held, and released.
func (q *Queue[T]) await(ctx context.Context, again bool) error {
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	err := q.getters.stand(ctx, &q.mu, "get from", q, again)
	if q.n > 0 || q.split.Load() || q.closed {
		return nil // look first: closed beats empty, and what is there a cancelled wait
	}
	return err
}

// callNext wakes the next getter, if there is more, after one that had waited took something.
func (q *Queue[T]) callNext() {
	q.mu.Lock()
	var w caller
	if q.n > 0 || q.split.Load() {
		w = q.getters.next()
	}
	q.mu.Unlock()
	w.Wake()
}

// TryGet takes the first item if there is one: else it returns [ErrEmpty], or [ErrClosed] if
// there will be none. It never blocks.
func (q *Queue[T]) TryGet() (T, error) {
	rt.Point()
	var one [1]T
	if q.take(one[:], false) == 0 {
		defer q.mu.Unlock()
		if q.closed {
			return one[0], ErrClosed
		}
		return one[0], ErrEmpty
	}
	rt.Point()
	return one[0], nil
}

// GetBatch takes as many items as there are, and at most len(buf), into buf, and returns how
// many. It waits for the first as Get does. With an empty buf it returns 0 at once.
func (q *Queue[T]) GetBatch(ctx context.Context, buf []T) (int, error) {
	if len(buf) == 0 {
		return 0, nil
	}
	rt.Point()
	defer rt.Point()
	n, err := q.takeWaiting(ctx, buf)
	for err == nil && n < len(buf) {
		more := q.take(buf[n:], true)
		if more == 0 {
			q.mu.Unlock()
			break
		}
		n += more
	}
	return n, err
}

// All ranges over the items as it takes them, until the queue is closed and empty or ctx ends:
// which of the two, ctx knows. Leaving the loop early takes nothing more.
func (q *Queue[T]) All(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			v, err := q.Get(ctx)
			if err != nil || !yield(v) {
				return
			}
		}
	}
}

// Close lets nothing more in. What is in the queue can still be got; waiting producers get
// [ErrClosed], consumers once it is empty. Closing again does nothing.
func (q *Queue[T]) Close() {
	rt.Point()
	rt.Lock(&q.mu)
	q.close()
	q.mu.Unlock()
	rt.Point()
}

// CloseNow is Close that also takes out what is in the queue, and returns it.
func (q *Queue[T]) CloseNow() (dropped []T) {
	rt.Point()
	s := q.lockWhole()
	for s != nil && s.items.n > 0 {
		dropped = append(dropped, s.items.pop())
	}
	for q.n > 0 {
		dropped = append(dropped, q.pop())
	}
	q.stocked = 0
	q.close()
	q.unlockWhole(s)
	rt.Point()
	return dropped
}

func (q *Queue[T]) close() {
	q.closed = true
	q.getters.all()
	q.putters.all()
}

// Len is how many items are in the queue. It is a hint: it may be wrong by the time it is read.
func (q *Queue[T]) Len() int {
	defer q.unlockWhole(q.lockWhole())
	return q.n + q.stocked
}

// Cap is how many items the queue holds at most; 0 means there is no bound.
func (q *Queue[T]) Cap() int { return q.cap }

// Closed reports whether the queue is closed. Like Len it is a hint, unless it is true.
func (q *Queue[T]) Closed() bool {
	rt.Lock(&q.mu)
	defer q.mu.Unlock()
	return q.closed
}

// rankOf asks before the mutex is taken: it is the user's function.
func (q *Queue[T]) rankOf(v T) int {
	if q.rank == nil {
		return 0
	}
	return q.rank(v)
}

func (q *Queue[T]) push(v T, rank int) {
	q.n++
	if q.rank == nil {
		q.items.push(v)
	} else {
		q.ranked.push(v, rank)
	}
}

func (q *Queue[T]) pop() T {
	q.n--
	if q.rank == nil {
		return q.items.pop()
	}
	return q.ranked.pop()
}

// full reports whether there is no room. While something is in stock it may be wrong: see room.
func (q *Queue[T]) full() bool { return q.cap > 0 && q.n+q.stocked >= q.cap }

// ProbeInfo implements probe.Resource.
func (q *Queue[T]) ProbeInfo() probe.Info {
	defer q.unlockWhole(q.lockWhole())
	n := q.n + q.stocked
	i := probe.Info{Kind: "queue", Name: q.name, Detail: fmt.Sprintf("%d items", n)}
	if q.cap > 0 {
		i.Detail = fmt.Sprintf("%d of %d", n, q.cap)
	}
	if q.closed {
		i.Detail += ", closed"
	}
	return i
}
