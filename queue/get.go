package queue

import (
	"context"
	"iter"

	"github.com/skein-go/skein/internal/rt"
)

// Get takes the first item. It waits while the queue is empty; ctx ends that wait with the cause
// for which it ended. On a queue that is closed and empty it returns [ErrClosed].
func (q *Queue[T]) Get(ctx context.Context) (T, error) {
	rt.Point()
	defer rt.Point()
	if v, ok := q.takeOne(); ok {
		return v, nil
	}
	var one [1]T
	_, err := q.takeWaiting(ctx, one[:])
	return one[0], err
}

// takeOne is take for the usual case: there is an item, and nobody is in the way.
func (q *Queue[T]) takeOne() (v T, ok bool) {
	if q.split.Load() || !q.mu.TryLock() {
		return v, false
	}
	if q.n == 0 || q.split.Load() || q.careful {
		q.mu.Unlock()
		return v, false
	}
	v, _ = q.pop()
	w := q.putters.next()
	q.mu.Unlock()
	w.Wake()
	return v, true
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
	me := rt.TaskOf(ctx)
	if q.over(me) {
		return ErrClosed
	}
	err := q.getters.stand(ctx, &q.mu, toGet, q, again)
	if q.n > 0 || q.split.Load() || q.over(me) {
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
// there will be none, as the queue is closed and no [Lease] can come back. It never blocks.
func (q *Queue[T]) TryGet() (T, error) {
	rt.Point()
	defer rt.Point()
	if v, ok := q.takeOne(); ok {
		return v, nil
	}
	var one [1]T
	if q.take(one[:], false) > 0 {
		return one[0], nil
	}
	defer q.mu.Unlock()
	if q.over(nil) {
		return one[0], ErrClosed
	}
	return one[0], ErrEmpty
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
