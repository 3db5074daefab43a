package queue

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

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

// A Queue holds items of type T. It must not be copied after first use.
type Queue[T any] struct {
	cap     int // 0: unbounded
	name    string
	rules   *rules[T] // nil: none of them
	whole   bool      // consumers never take over: see stock
	lifo    bool
	careful bool // the order calls the user's function, which may panic

	stock   atomic.Pointer[stock[T]] // made when first needed
	split   atomic.Bool              // there may be something in stock; changed under both mutexes
	crowded atomic.Bool              // somebody may be waiting for room

	_ [64]byte // consumers who take from stock only read what is above

	mu       sync.Mutex
	closed   bool
	n        int // how many items there are, but for those in stock
	stocked  int // of those there are no more than this
	items    ring[T]
	order    order[T] // in place of items, if not nil
	getters  waiters
	putters  waiters
	pollers  *rt.Readiness // while there are any, consumers do not take over
	added    uint64        // items that were put
	finished uint64        // of them, those that Finish was called for, or that were dropped
	joiners  rt.Line
	leases   map[*Lease[T]]struct{} // that have not ended
	cut      bool                   // CloseNow was called
	dropped  uint64                 // items that Full dropped
	told     atomic.Bool            // the first of them has been reported
}

// New makes a queue. It panics if the options contradict each other.
func New[T any](opts *Options[T]) *Queue[T] {
	q := new(Queue[T])
	if opts != nil {
		q.configure(opts)
	}
	return q
}

// Put adds v at the end. It waits while a bounded queue is full, unless [Options].Full says
// otherwise; ctx ends that wait with the cause for which it ended. On a closed queue, or one that is
// closed meanwhile, it returns [ErrClosed]. After an error v is not in the queue.
func (q *Queue[T]) Put(ctx context.Context, v T) error {
	rt.Point()
	v, rank := q.prepare(v)
	rt.Lock(&q.mu)
	if q.closed || q.full() || q.careful {
		return q.putSlow(ctx, true, v, rank)
	}
	q.put(v, rank)
	rt.Point()
	return nil
}

// prepare calls the user's functions, before the mutex is taken.
func (q *Queue[T]) prepare(v T) (_ T, rank int) {
	if r := q.rules; r != nil {
		if r.clone != nil {
			v = r.clone(v)
		}
		if r.rank != nil {
			rank = r.rank(v)
		}
	}
	return v, rank
}

// put adds v, for which there is room, and releases the mutex.
func (q *Queue[T]) put(v T, rank int) {
	q.push(v, rank)
	w := q.getters.next()
	q.mu.Unlock()
	w.Wake()
}

// putSlow is called with the mutex held.
func (q *Queue[T]) putSlow(ctx context.Context, wait bool, v T, rank int) error {
	defer rt.Point()
	drop, err := q.putOrDrop(ctx, wait, v, rank)
	if drop != nil {
		q.drop(*drop)
	}
	return err
}

// putOrDrop releases the mutex.
func (q *Queue[T]) putOrDrop(ctx context.Context, wait bool, v T, rank int) (drop *T, err error) {
	defer q.mu.Unlock()
	room := q.room()
	if !room && !q.closed {
		switch {
		case q.rules != nil && q.rules.full == DropNewest:
			q.dropped++
			return &v, nil
		case q.rules != nil && q.rules.full == DropOldest:
			oldest := q.dropOldest()
			drop = &oldest
		case !wait:
			return nil, ErrFull
		default:
			err = q.awaitRoom(ctx)
		}
	}
	switch {
	case q.closed:
		return drop, ErrClosed
	case err != nil:
		return drop, err
	}
	q.push(v, rank)
	if !q.full() {
		q.putters.next().Wake()
	}
	q.getters.next().Wake()
	return drop, nil
}

// awaitRoom waits until there is room or the queue is closed: nil. The mutex is held.
func (q *Queue[T]) awaitRoom(ctx context.Context) error {
	err := q.putters.wait(ctx, &q.mu, toPut, q, func() bool {
		q.crowded.Store(true) // before counting: who takes from stock after that, sees it
		return q.room() || q.closed
	})
	if err != nil && q.room() {
		return nil // it came with the cancellation, and wins
	}
	return err
}

// TryPut adds v if there is room: else it returns [ErrFull], or [ErrClosed]. It never blocks.
func (q *Queue[T]) TryPut(v T) error {
	rt.Point()
	v, rank := q.prepare(v)
	rt.Lock(&q.mu)
	if q.closed || q.full() || q.careful {
		return q.putSlow(context.Background(), false, v, rank)
	}
	q.put(v, rank)
	rt.Point()
	return nil
}

// Send is TryPut under the name that everything which receives has: it never blocks, and nil
// means that v is in the queue, or was dropped as [Options].Full says.
func (q *Queue[T]) Send(v T) error { return q.TryPut(v) }

// PutAll puts each of the items, as Put does, and returns how many are in the queue: all of them, if
// there is no error. Others may put between them.
func (q *Queue[T]) PutAll(ctx context.Context, items ...T) (n int, err error) {
	for n < len(items) {
		v, rank := q.prepare(items[n])
		rt.Lock(&q.mu)
		if q.closed || q.full() || q.careful {
			if err := q.putSlow(ctx, true, v, rank); err != nil {
				return n, err
			}
			n++
			continue
		}
		q.push(v, rank)
		n++
		for q.rules == nil && n < len(items) && !q.full() {
			q.push(items[n], 0)
			n++
		}
		w := q.getters.next()
		q.mu.Unlock()
		w.Wake()
	}
	return n, nil
}

// Get takes the first item. It waits while the queue is empty; ctx ends that wait with the cause
// for which it ended. On a queue that is closed and empty it returns [ErrClosed].
func (q *Queue[T]) Get(ctx context.Context) (T, error) {
	rt.Point()
	if !q.split.Load() && q.mu.TryLock() {
		if q.n > 0 && !q.split.Load() && !q.careful {
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
	if q.over(ctx) {
		return ErrClosed
	}
	err := q.getters.stand(ctx, &q.mu, toGet, q, again)
	if q.n > 0 || q.split.Load() || q.closed && q.over(ctx) {
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
		if q.closed && len(q.leases) == 0 {
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
	for err == nil && n < len(buf) && !q.whole {
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
// [ErrClosed], consumers once it is empty and no lease can come back. Closing again does nothing.
func (q *Queue[T]) Close() {
	rt.Point()
	rt.Lock(&q.mu)
	q.close()
	q.mu.Unlock()
	rt.Point()
}

// CloseNow is Close that also takes out what is in the queue, and returns it. It counts as finished,
// and so does a lease that would come back later.
func (q *Queue[T]) CloseNow() (dropped []T) {
	rt.Point()
	s := q.lockWhole()
	if s != nil {
		dropped = s.items.all()
	}
	if q.order == nil {
		dropped = append(dropped, q.items.all()...)
	} else {
		dropped = q.order.all()
	}
	if q.lifo {
		slices.Reverse(dropped)
	}
	q.n = 0
	q.stocked, q.cut = 0, true
	q.close()
	q.finish(uint64(len(dropped)))
	q.unlockWhole(s)
	for _, v := range dropped {
		abandon(v, ErrClosed)
	}
	rt.Point()
	return dropped
}

func (q *Queue[T]) close() {
	q.closed = true
	q.getters.all()
	q.putters.all()
	q.pollers.Set(true)
}

// push adds an item. Only a careful order may panic, and then has not.
func (q *Queue[T]) push(v T, rank int) {
	if q.order == nil {
		q.items.push(v)
	} else {
		q.order.push(v, rank)
	}
	q.added++
	q.pushed()
}

func (q *Queue[T]) pushed() {
	q.n++
	if q.pollers != nil && q.n == 1 {
		q.pollers.Set(true)
	}
}

// pop takes an item that is not in stock. There must be one.
func (q *Queue[T]) pop() (v T) {
	switch {
	case q.order != nil:
		v, _ = q.order.pop()
	case q.lifo:
		v = q.items.popBack()
	default:
		v = q.items.pop()
	}
	q.popped()
	return v
}

func (q *Queue[T]) popped() {
	q.n--
	if q.pollers != nil && q.n == 0 && !q.closed {
		q.pollers.Set(false)
	}
}

// full reports whether there is no room. While something is in stock it may be wrong: see room.
func (q *Queue[T]) full() bool { return q.cap > 0 && q.n+q.stocked >= q.cap }
