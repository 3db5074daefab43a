package queue

// TakeOver has the next get take over what is in q, if it is worthwhile, as if it had met somebody.
func TakeOver[T any](q *Queue[T]) {
	s := q.openStock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !q.whole && s.items.n == 0 && !q.stockUp(s, true) {
		q.mu.Unlock()
	}
}

// InStock is how many items have been taken over.
func InStock[T any](q *Queue[T]) int {
	defer q.unlockWhole(q.lockWhole())
	return q.stocked
}
