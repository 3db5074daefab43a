package queue

import (
	"context"
	"fmt"

	"github.com/skein-go/skein/internal/rt"
)

// Finish says that n of the items that were taken have been dealt with. It panics if more are
// finished than were put, as then somebody's count is wrong; nothing has changed by then.
func (q *Queue[T]) Finish(n int) {
	rt.Point()
	rt.Lock(&q.mu)
	if left := q.added - q.finished; n < 0 || uint64(n) > left {
		name := q.name
		q.mu.Unlock()
		panic(fmt.Sprintf("queue: Finish(%d) of queue %q, which has %d unfinished items", n, name, left))
	}
	q.finish(uint64(n))
	q.mu.Unlock()
	rt.Point()
}

func (q *Queue[T]) finish(n uint64) {
	q.finished += n
	if q.finished == q.added {
		q.joiners.ServeAll()
	}
}

// Join waits until every item that was put has been finished: by Finish, by its [Lease], or by being
// dropped. ctx ends the waiting, with its cause. If all are, it returns nil even then.
func (q *Queue[T]) Join(ctx context.Context) error {
	rt.Point()
	defer rt.Point()
	rt.Lock(&q.mu)
	defer q.mu.Unlock()
	if q.finished == q.added {
		return nil
	}
	return q.joiners.Wait(ctx, &q.mu, "see all items finished of", q)
}
