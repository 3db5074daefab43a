package queue

import (
	"context"

	"github.com/skein-go/skein/internal/rt"
)

// Put adds v at the end. It waits while a bounded queue is full, unless [Options].Full says
// otherwise; ctx ends that wait with the cause for which it ended. On a closed queue, or one that is
// closed meanwhile, it returns [ErrClosed]. After an error v is not in the queue.
func (q *Queue[T]) Put(ctx context.Context, v T) error {
	return q.add(ctx, true, v)
}

// TryPut adds v if there is room: else it returns [ErrFull], or [ErrClosed]. It never blocks.
func (q *Queue[T]) TryPut(v T) error { return q.add(context.Background(), false, v) }

// Send is TryPut under the name that everything which receives has: it never blocks, and nil
// means that v is in the queue, or was dropped as [Options].Full says.
func (q *Queue[T]) Send(v T) error { return q.TryPut(v) }

func (q *Queue[T]) add(ctx context.Context, wait bool, v T) error {
	rt.Point()
	v, rank := q.prepare(v)
	rt.Lock(&q.mu)
	if q.closed || q.full() || q.careful {
		return q.addSlow(ctx, wait, v, rank)
	}
	q.push(v, rank)
	w := q.getters.next()
	q.mu.Unlock()
	w.Wake()
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

// addSlow is called with the mutex held.
func (q *Queue[T]) addSlow(ctx context.Context, wait bool, v T, rank int) error {
	defer rt.Point()
	drop, did, err := q.addOrDrop(ctx, wait, v, rank)
	if did {
		q.droppedFull(drop)
	}
	return err
}

// addOrDrop releases the mutex. It returns the item that was dropped, if it did that.
func (q *Queue[T]) addOrDrop(ctx context.Context, wait bool, v T, rank int) (drop T, did bool, err error) {
	defer func() { // even if the order panics: its room is somebody else's then
		if !q.full() {
			q.putters.next().Wake()
		}
		q.mu.Unlock()
	}()
	if !q.room() && !q.closed {
		switch full := q.whenFull(); {
		case full == DropNewest:
			q.dropped++
			return v, true, nil
		case full == DropOldest:
			drop, did = q.items.pop(), true
			q.n--
			q.dropped++
			defer q.finish(1) // after v was added, so that Join sees no moment of nothing
		case !wait:
			return drop, false, ErrFull
		default:
			err = q.awaitRoom(ctx)
		}
	}
	switch {
	case q.closed:
		return drop, did, ErrClosed
	case err != nil:
		return drop, did, err
	}
	q.push(v, rank)
	q.getters.next().Wake()
	return drop, did, nil
}

func (q *Queue[T]) whenFull() Full {
	if q.rules == nil {
		return Wait
	}
	return q.rules.full
}

// awaitRoom waits until there is room or the queue is closed: nil. The mutex is held.
func (q *Queue[T]) awaitRoom(ctx context.Context) error {
	err := q.putters.wait(ctx, &q.mu, toPut, q, func() bool { return q.room() || q.closed })
	if err != nil && q.room() {
		return nil // it came with the cancellation, and wins
	}
	return err
}

// PutAll puts each of the items, as Put does, and returns how many it has put when there is an error:
// all of them, if there is none. Others may put between them.
func (q *Queue[T]) PutAll(ctx context.Context, items ...T) (n int, err error) {
	rt.Point()
	defer rt.Point()
	for n < len(items) {
		v, rank := q.prepare(items[n])
		rt.Lock(&q.mu)
		if q.closed || q.full() || q.careful {
			if err := q.addSlow(ctx, true, v, rank); err != nil {
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
