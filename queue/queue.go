package queue

import (
	"errors"
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

// Close lets nothing more in. What is in the queue can still be got; waiting producers get
// [ErrClosed], consumers once it is empty and no lease can come back. Closing again does nothing.
func (q *Queue[T]) Close() {
	rt.Point()
	rt.Lock(&q.mu)
	q.close()
	q.mu.Unlock()
	rt.Point()
}

// CloseNow is Close that also takes out what is in the queue, and returns it in order. It counts as
// finished, and so does a lease that would come back later.
func (q *Queue[T]) CloseNow() (dropped []T) {
	rt.Point()
	defer rt.Point()
	dropped = q.empty()
	for _, v := range dropped {
		abandon(v, ErrClosed)
	}
	return dropped
}

// empty closes the queue and takes out all items.
func (q *Queue[T]) empty() (all []T) {
	s := q.lockWhole()
	defer q.unlockWhole(s)
	if s != nil {
		all = s.items.all()
	}
	if q.order == nil {
		all = append(all, q.items.all()...)
	} else {
		all = q.order.all()
	}
	if q.lifo {
		slices.Reverse(all)
	}
	q.n, q.stocked, q.cut = 0, 0, true
	q.close()
	q.finish(len(all))
	return all
}

func (q *Queue[T]) close() {
	q.closed = true
	q.getters.all()
	q.putters.all()
	q.tell()
}

// tell has pollers know whether TryGet would find something, or that there will be nothing. What is
// in stock does not count: with pollers, there is none.
func (q *Queue[T]) tell() {
	if q.pollers != nil {
		q.pollers.Set(q.n > 0 || q.over(nil))
	}
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
	if q.n++; q.n == 1 {
		q.tell()
	}
}

// pop takes an item that is not in stock, and its rank. There must be one.
func (q *Queue[T]) pop() (v T, rank int) {
	switch {
	case q.order != nil:
		v, rank = q.order.pop()
	case q.lifo:
		v = q.items.popBack()
	default:
		v = q.items.pop()
	}
	if q.n--; q.n == 0 {
		q.tell()
	}
	return v, rank
}

// full reports whether there is no room. While something is in stock it may be wrong: see room.
func (q *Queue[T]) full() bool { return q.cap > 0 && q.n+q.stocked >= q.cap }
