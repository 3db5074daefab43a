package queue

import (
	"context"
	"fmt"

	"github.com/skein-go/skein/internal/rt"
)

// Finish says that n of the items that were taken have been dealt with. It panics if fewer have been
// taken and not yet finished, leased ones apart, as then somebody's count is wrong; nothing has
// changed by then.
func (q *Queue[T]) Finish(n int) {
	rt.Point()
	defer rt.Point()
	defer q.unlockWhole(q.lockWhole())
	taken := q.added - q.finished - uint64(q.n+q.stocked) - uint64(len(q.leases))
	if n < 0 || uint64(n) > taken {
		panic(fmt.Sprintf("queue: Finish(%d) of %s, of which %d items have been taken and not finished", n, q.title(), taken))
	}
	q.finish(n)
}

func (q *Queue[T]) finish(n int) {
	q.finished += uint64(n)
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
