package queue

import (
	"context"

	"github.com/skein-go/skein/internal/rt"
)

// A Lease is an item that somebody has taken on condition of finishing it. If its holder ends
// without, the item comes out of the queue again, for somebody else. Its methods may be called
// concurrently, and by others than its holder.
type Lease[T any] struct {
	Value T // the item

	q      *Queue[T]
	rank   int
	holder *rt.Task
	off    func() bool // ends watching the holder
}

// GetLease is Get for a Lease. It belongs to the task of ctx: when that ends, an item that is not
// finished goes back, to come out before those that were put after it and rank no higher, even into
// a queue that is full or closed. Outside every task, only [Lease.GiveBack] returns it.
//
// While a queue is closed and empty but others hold leases, Get and GetLease wait, as an item may
// come back. They do not wait for the leases of their own task and of those it runs under, which
// end after it; two consumers that each keep a lease and want another wait for each other.
func (q *Queue[T]) GetLease(ctx context.Context) (*Lease[T], error) {
	rt.Point()
	defer rt.Point()
	l := &Lease[T]{q: q, holder: rt.TaskOf(ctx)}
	for waited := false; !q.lease(l); waited = true {
		if err := q.await(ctx, waited); err != nil {
			return nil, err
		}
	}
	if l.holder != nil {
		l.off = l.holder.OnEnd(func() { l.end(false) })
	}
	return l, nil
}

// lease takes an item for l. If there is none, the mutex is locked when it returns.
func (q *Queue[T]) lease(l *Lease[T]) bool {
	s := q.lockWhole()
	if q.n+q.stocked == 0 {
		if s != nil {
			s.mu.Unlock()
		}
		return false
	}
	defer func() { // even if the order panics
		getter, putter := caller{}, q.putters.next()
		if q.n+q.stocked > 0 {
			getter = q.getters.next()
		}
		q.unlockWhole(s)
		getter.Wake()
		putter.Wake()
	}()
	switch {
	case s != nil && s.items.n > 0:
		l.Value = s.items.pop()
		q.stocked--
	default:
		l.Value, l.rank = q.pop()
	}
	if q.leases == nil {
		q.leases = make(map[*Lease[T]]struct{})
	}
	q.leases[l] = struct{}{}
	q.tell() // if closed, it may come back
	return true
}

// Finish says that the item has been dealt with, as [Queue.Finish] does. It reports false if the
// lease had ended before, and the item may be with somebody else.
func (l *Lease[T]) Finish() bool {
	rt.Point()
	defer rt.Point()
	return l.end(true) && l.unwatch()
}

// GiveBack returns the item to the queue. It reports false if the lease had ended before. After
// CloseNow the item is not returned but dropped, and counts as finished.
func (l *Lease[T]) GiveBack() bool {
	rt.Point()
	defer rt.Point()
	return l.end(false) && l.unwatch()
}

func (l *Lease[T]) unwatch() bool {
	if l.off != nil {
		l.off()
	}
	return true
}

// end ends the lease and reports whether it was one.
func (l *Lease[T]) end(done bool) bool {
	q := l.q
	s := q.lockWhole()
	if _, held := q.leases[l]; !held {
		q.unlockWhole(s)
		return false
	}
	delete(q.leases, l)
	drop := !done && q.cut
	switch {
	case done:
		q.finish(1)
	case drop:
		q.dropped++
		q.finish(1)
	default:
		q.takeBack(s, l.Value, l.rank)
	}
	if q.closed { // some may have waited for nothing else
		q.getters.all()
		q.tell()
	}
	q.unlockWhole(s)
	if drop {
		abandon(l.Value, ErrClosed)
		q.onDrop(l.Value)
	}
	return true
}

// takeBack has v be the next item. Both mutexes are held.
func (q *Queue[T]) takeBack(s *stock[T], v T, rank int) {
	switch {
	case s != nil && s.items.n > 0:
		s.items.pushFront(v)
		q.stocked++
	case q.order != nil:
		q.order.putBack(v, rank)
		q.pushed()
	case q.lifo:
		q.items.push(v)
		q.pushed()
	default:
		q.items.pushFront(v)
		q.pushed()
	}
	q.getters.next().Wake()
}

// over reports whether nothing will come out any more for me: the queue, which is empty, is closed,
// and nobody holds a lease but me and those I run under. The mutex is held.
func (q *Queue[T]) over(me *rt.Task) bool {
	if !q.closed || q.cut {
		return q.closed
	}
	for l := range q.leases {
		if !within(me, l.holder) {
			return false
		}
	}
	return true
}

// within reports whether t is above, or runs under it. A nil task is outside all.
func within(t, above *rt.Task) bool {
	for ; t != nil; t = t.Up() {
		if t == above {
			return true
		}
	}
	return false
}
