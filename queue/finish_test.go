package queue_test

import (
	"context"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/queue"
)

func TestJoinWaitsForAll(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New[int](nil)
		if err := q.Join(cancelled(ctx)); err != nil {
			t.Errorf("nothing was put: %v", err)
		}
		fill(t, q, 1, 2, 3)
		if err := q.Join(cancelled(ctx)); err != errEnough {
			t.Errorf("under a cancelled context: %v", err)
		}
		join := func(ctx context.Context) (int, error) { return 0, q.Join(ctx) }
		joiners := []*skein.Task[int]{waiting(g, join), waiting(g, join)}
		drain(q)
		q.Finish(2)
		for _, j := range joiners {
			if j.State().Ended() {
				t.Error("joined before the last item was finished")
			}
		}
		q.Finish(1)
		for _, j := range joiners {
			if err := j.Wait(ctx); err != nil {
				t.Error(err)
			}
		}
		if err := q.Join(cancelled(ctx)); err != nil {
			t.Errorf("all are finished: %v", err)
		}
	})
}

func TestFinishingMoreThanWasTakenPanics(t *testing.T) {
	q := queue.New[int](nil)
	fill(t, q, 1, 2, 3)
	q.TryGet()
	lease, _ := q.GetLease(context.Background())
	before := q.Stats()
	for _, n := range []int{-1, 2, 3, 1 << 40} { // one is leased, one still there
		if !panics(func() { q.Finish(n) }) {
			t.Errorf("Finish(%d) did not panic", n)
		}
		if after := q.Stats(); after != before {
			t.Errorf("%+v, before %+v", after, before)
		}
	}
	q.Finish(1)
	lease.Finish()
	q.CloseNow()
	if err := q.Join(cancelled(context.Background())); err != nil {
		t.Error(err)
	}
}

func TestJoinSeesWhatIsDroppedAsFinished(t *testing.T) {
	logged(t)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New(&queue.Options[int]{Cap: 1, Full: queue.DropOldest})
		fill(t, q, 1)
		joiner := waiting(g, func(ctx context.Context) (int, error) { return 0, q.Join(ctx) })
		fill(t, q, 2) // drops 1, but at no time is there nothing
		pass()
		if joiner.State().Ended() {
			t.Error("joined though an item was there all the time")
		}
		q.CloseNow()
		if err := joiner.Wait(ctx); err != nil {
			t.Error(err)
		}
	})
}
