package queue

import (
	"sync"

	"github.com/skein-go/skein/internal/rt"
)

// A stock is what consumers have taken over from a queue in one go, to take it out without meeting
// producers; it comes before what is in the queue. A Get that had to wait for the queue's mutex
// takes over. So a queue for which nobody contends has one mutex and no stock, and one with much
// traffic has a mutex for each end, as Michael and Scott's two-lock queue (1996) has, but for whole
// buffers, which change places when the consumers' is empty.
//
// The stock's mutex is taken before the queue's.
type stock[T any] struct {
	mu    sync.Mutex
	items ring[T]
	_     [64]byte // producers do not share its cache line
}

// worthwhile is how many items a consumer takes over at least.
const worthwhile = 8

// take moves the first items into buf, which has room for one at least, and returns how many. It may
// leave some though buf has room. If there are none, the mutex is locked when it returns. A greedy
// take takes over what is in the queue if somebody else had the mutex.
func (q *Queue[T]) take(buf []T, greedy bool) int {
	if !q.split.Load() {
		contended := false
		if greedy {
			contended = rt.LockBusy(&q.mu)
		} else {
			rt.Lock(&q.mu)
		}
		switch {
		case q.split.Load():
		case q.n == 0:
			return 0
		case !contended || q.n < worthwhile || q.whole || q.pollers != nil:
			return q.takeHere(buf)
		}
		q.mu.Unlock()
	}
	s := q.openStock()
	rt.LockBusy(&s.mu)
	if s.items.n == 0 && !q.stockUp(s, greedy) {
		s.mu.Unlock()
		if q.n == 0 {
			return 0
		}
		return q.takeHere(buf)
	}
	n := min(len(buf), s.items.n)
	for i := range n {
		buf[i] = s.items.pop()
	}
	var w caller
	if q.crowded.Load() {
		w = q.admit(s)
	}
	s.mu.Unlock()
	w.Wake()
	return n
}

// takeHere is take from what is not in stock. The mutex is held, and released.
func (q *Queue[T]) takeHere(buf []T) int {
	if q.careful {
		return q.takeCarefully(buf)
	}
	n := min(len(buf), q.n)
	for i := range n {
		buf[i], _ = q.pop()
	}
	w := q.putters.next()
	q.mu.Unlock()
	w.Wake()
	return n
}

// takeCarefully is takeHere where taking may panic. What has been taken by then is kept.
func (q *Queue[T]) takeCarefully(buf []T) (n int) {
	defer func() {
		if q.n > 0 {
			q.getters.next().Wake() // who was woken may panic, and the next one has to come
		}
		q.putters.next().Wake()
		q.mu.Unlock()
		if n > 0 {
			recover() // it will panic again for who comes next
		}
	}()
	for n < len(buf) && q.n > 0 {
		buf[n], _ = q.pop()
		n++
	}
	return n
}

func (q *Queue[T]) openStock() *stock[T] {
	if q.stock.Load() == nil {
		q.stock.CompareAndSwap(nil, new(stock[T]))
	}
	return q.stock.Load()
}

// stockUp takes over what is in the queue, if that is worthwhile. If not, or if it may not, it ends
// there being a stock and leaves the queue's mutex locked. The stock is empty and its mutex held.
func (q *Queue[T]) stockUp(s *stock[T], greedy bool) bool {
	rt.LockBusy(&q.mu)
	q.stocked = 0
	if !greedy || q.n < worthwhile || q.whole || q.pollers != nil {
		q.split.Store(false)
		return false
	}
	s.items, q.items = q.items, s.items
	q.stocked, q.n = q.n, 0
	q.split.Store(true)
	q.mu.Unlock()
	return true
}

// admit takes out of line a producer for whom there is room now. The stock's mutex is held.
func (q *Queue[T]) admit(s *stock[T]) caller {
	rt.LockBusy(&q.mu)
	defer q.mu.Unlock()
	q.stocked = s.items.n
	w := q.putters.next()
	q.crowded.Store(!q.putters.line.Empty())
	return w
}

// room reports whether there is room for another item; before it says no, it counts what is in
// stock, and has whoever takes something from there look for producers. The mutex is held before and
// after, but not throughout.
func (q *Queue[T]) room() bool {
	if !q.full() {
		return true
	}
	if !q.split.Load() {
		q.crowded.Store(true)
		return false
	}
	s := q.stock.Load()
	q.mu.Unlock()
	rt.LockBusy(&s.mu)
	rt.LockBusy(&q.mu)
	q.stocked = s.items.n
	full := q.full()
	if full {
		q.crowded.Store(true)
	}
	s.mu.Unlock()
	return !full
}

// lockWhole locks the queue with its stock, which may be nil. An empty stock it ends.
func (q *Queue[T]) lockWhole() *stock[T] {
	s := q.stock.Load()
	if s != nil {
		rt.Lock(&s.mu)
	}
	rt.Lock(&q.mu)
	if s == nil && q.split.Load() { // made meanwhile
		q.mu.Unlock()
		return q.lockWhole()
	}
	if s != nil {
		q.stocked = s.items.n
		q.split.Store(q.stocked > 0)
	}
	return s
}

func (q *Queue[T]) unlockWhole(s *stock[T]) {
	q.mu.Unlock()
	if s != nil {
		s.mu.Unlock()
	}
}
