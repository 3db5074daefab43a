package queue

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

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
	mu      sync.Mutex
	items   ring[T]
	ranked  heap[T] // in place of items, if rank is not nil
	rank    func(T) int
	n       int // how many items there are
	cap     int // 0: unbounded
	closed  bool
	name    string
	getters waiters
	putters waiters
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
	err := q.putters.wait(ctx, &q.mu, "put into", q, func() bool { return q.closed || !q.full() })
	switch {
	case q.closed:
		return ErrClosed
	case q.full():
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
	switch {
	case q.closed:
		q.mu.Unlock()
		return ErrClosed
	case q.full():
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
	rt.Lock(&q.mu)
	if q.n == 0 {
		return q.getSlow(ctx)
	}
	v := q.get()
	rt.Point()
	return v, nil
}

// getSlow is called with the mutex held.
func (q *Queue[T]) getSlow(ctx context.Context) (T, error) {
	defer q.mu.Unlock()
	if err := q.await(ctx); err != nil {
		var zero T
		return zero, err
	}
	v := q.pop()
	q.taken()
	return v, nil
}

// await waits until there is an item: nil. The mutex is held, before and after.
func (q *Queue[T]) await(ctx context.Context) error {
	err := q.getters.wait(ctx, &q.mu, "get from", q, func() bool { return q.closed || q.n > 0 })
	switch {
	case q.n > 0:
		return nil
	case q.closed:
		return ErrClosed
	}
	return err
}

// taken wakes who may go on after a waiting getter took something: the next getter, if there is
// more, and a putter, if there is room.
func (q *Queue[T]) taken() {
	if q.n > 0 {
		q.getters.next().Wake()
	}
	if !q.full() {
		q.putters.next().Wake()
	}
}

// get takes the first of the items there are and releases the mutex.
func (q *Queue[T]) get() T {
	v := q.pop()
	w := q.putters.next()
	q.mu.Unlock()
	w.Wake()
	return v
}

// TryGet takes the first item if there is one: else it returns [ErrEmpty], or [ErrClosed] if
// there will be none. It never blocks.
func (q *Queue[T]) TryGet() (T, error) {
	rt.Point()
	rt.Lock(&q.mu)
	if q.n == 0 {
		defer q.mu.Unlock()
		var zero T
		if q.closed {
			return zero, ErrClosed
		}
		return zero, ErrEmpty
	}
	v := q.get()
	rt.Point()
	return v, nil
}

// GetBatch takes as many items as there are, and at most len(buf), into buf, and returns how
// many. It waits for the first as Get does. With an empty buf it returns 0 at once.
func (q *Queue[T]) GetBatch(ctx context.Context, buf []T) (int, error) {
	if len(buf) == 0 {
		return 0, nil
	}
	rt.Point()
	defer rt.Point()
	rt.Lock(&q.mu)
	defer q.mu.Unlock()
	if q.n == 0 {
		if err := q.await(ctx); err != nil {
			return 0, err
		}
	}
	n := min(len(buf), q.n)
	for i := range n {
		buf[i] = q.pop()
	}
	q.taken()
	return n, nil
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
	rt.Lock(&q.mu)
	for q.n > 0 {
		dropped = append(dropped, q.pop())
	}
	q.close()
	q.mu.Unlock()
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
	rt.Lock(&q.mu)
	defer q.mu.Unlock()
	return q.n
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

func (q *Queue[T]) full() bool { return q.cap > 0 && q.n >= q.cap }

// ProbeInfo implements probe.Resource.
func (q *Queue[T]) ProbeInfo() probe.Info {
	rt.Lock(&q.mu)
	defer q.mu.Unlock()
	i := probe.Info{Kind: "queue", Name: q.name, Detail: fmt.Sprintf("%d items", q.n)}
	if q.cap > 0 {
		i.Detail = fmt.Sprintf("%d of %d", q.n, q.cap)
	}
	if q.closed {
		i.Detail += ", closed"
	}
	return i
}
