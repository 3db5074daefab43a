package queue

import "github.com/skein-go/skein/internal/rt"

// Watch and Unwatch are for package poll.

// Watch has p told when TryGet would not say [ErrEmpty], and when it would again.
func (q *Queue[T]) Watch(p rt.Poller) {
	s := q.lockWhole()
	defer q.unlockWhole(s)
	if s != nil && s.items.n > 0 { // whoever takes from stock does not tell
		s.items.append(&q.items)
		q.items, s.items = s.items, q.items
		q.n, q.stocked = q.items.n, 0
		q.split.Store(false)
	}
	q.pollers = q.pollers.Add(p, q.n > 0 || q.over(nil))
}

// Unwatch undoes Watch.
func (q *Queue[T]) Unwatch(p rt.Poller) {
	rt.Lock(&q.mu)
	defer q.mu.Unlock()
	q.pollers = q.pollers.Remove(p)
}
