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
// finished goes back, to be the next that comes out (in an order of priority, behind its equals), even
// into a queue that is full or closed. Outside every task, only [Lease.GiveBack] returns it.
//
// While a queue is closed and empty but others hold leases, Get and GetLease wait: one of them may
// come back.
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
		l.off = l.holder.OnEnd(func() { l.GiveBack() })
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
	taken := false
	defer func() {
		if !taken { // the order has panicked
			q.unlockWhole(s)
		}
	}()
	l.Value, l.rank = q.popFirst(s)
	taken = true
	if q.leases == nil {
		q.leases = make(map[*Lease[T]]struct{})
	}
	q.leases[l] = struct{}{}
	getter, putter := caller{}, q.putters.next()
	if q.n+q.stocked > 0 {
		getter = q.getters.next()
	}
	q.unlockWhole(s)
	getter.Wake()
	putter.Wake()
	return true
}

// Finish says that the item has been dealt with, as Queue.Finish(1) does. It reports false if the
// lease had ended before, and the item may be with somebody else.
func (l *Lease[T]) Finish() bool {
	rt.Point()
	defer rt.Point()
	rt.Lock(&l.q.mu)
	held := l.end()
	if held {
		l.q.finish(1)
	}
	l.q.mu.Unlock()
	if held && l.off != nil {
		l.off()
	}
	return held
}

// GiveBack returns the item to the queue. It reports false if the lease had ended before. After
// CloseNow the item is not returned but dropped, and counts as finished.
func (l *Lease[T]) GiveBack() bool {
	rt.Point()
	defer rt.Point()
	s := l.q.lockWhole()
	held, dropped := l.end(), false
	if held {
		dropped = !l.q.takeBack(s, l.Value, l.rank)
	}
	l.q.unlockWhole(s)
	if dropped {
		l.q.drop(l.Value)
	}
	if held && l.off != nil {
		l.off()
	}
	return held
}

// end ends the lease and reports whether it was one. The queue's mutex is held.
func (l *Lease[T]) end() bool {
	q := l.q
	if _, held := q.leases[l]; !held {
		return false
	}
	delete(q.leases, l)
	if q.closed {
		q.getters.all() // some may wait for nothing else
	}
	return true
}

// popFirst takes the first item, from s if there is one. Both mutexes are held.
func (q *Queue[T]) popFirst(s *stock[T]) (v T, rank int) {
	switch {
	case s != nil && s.items.n > 0:
		q.stocked--
		return s.items.pop(), 0
	case q.order == nil:
		return q.pop(), 0
	}
	v, rank = q.order.pop()
	q.popped()
	return v, rank
}

// takeBack has v be the next item. It reports false if v is dropped, because the queue takes nothing
// any more or its order panics. Both mutexes are held.
func (q *Queue[T]) takeBack(s *stock[T], v T, rank int) (taken bool) {
	defer func() {
		if !taken {
			recover()
			q.dropped++
			q.finish(1)
		}
	}()
	switch {
	case q.cut:
		return false
	case s != nil && s.items.n > 0:
		s.items.pushFront(v)
		q.stocked++
	case q.order != nil:
		q.order.push(v, rank)
		q.pushed()
	case q.lifo:
		q.items.push(v)
		q.pushed()
	default:
		q.items.pushFront(v)
		q.pushed()
	}
	q.getters.next().Wake()
	return true
}

// over reports whether no item will come any more for the task of ctx: the queue, which is empty, is
// closed, and nobody else holds a lease. The mutex is held.
func (q *Queue[T]) over(ctx context.Context) bool {
	if !q.closed {
		return false
	}
	me := rt.TaskOf(ctx)
	for l := range q.leases {
		if me == nil || l.holder != me {
			return false
		}
	}
	return true
}
