package queue_test

import (
	"context"
	"runtime"
	"slices"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/queue"
)

func lease[T any](t *testing.T, ctx context.Context, q *queue.Queue[T]) *queue.Lease[T] {
	t.Helper()
	l, err := q.GetLease(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLeaseOfHolderThatEndsComesOutAgain(t *testing.T) {
	ends := map[string]func(ctx context.Context) error{
		"return": func(context.Context) error { return nil },
		"error":  func(context.Context) error { return errEnough },
		"panic":  func(context.Context) error { panic("holder") },
		"Goexit": func(context.Context) error { runtime.Goexit(); return nil },
		"stop":   func(ctx context.Context) error { rt.TaskOf(ctx).Stop(errEnough); <-ctx.Done(); return ctx.Err() },
		"kill": func(ctx context.Context) error {
			rt.TaskOf(ctx).Kill(errEnough)
			return queue.New[int](nil).Join(ctx) // does not wait
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			logged(t)
			both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
				q := bounded(3)
				fill(t, q, 1, 2, 3)
				holder := skein.Start(g, "holder", func(ctx context.Context) (int, error) {
					lease(t, ctx, q)
					fill(t, q, 4) // full again
					q.Close()
					return 0, end(ctx)
				})
				holder.Wait(ctx)
				var got []int
				for v := range q.All(ctx) { // waits for it
					got = append(got, v)
				}
				if slices.Sort(got); !slices.Equal(got, []int{1, 2, 3, 4}) {
					t.Errorf("got %v", got)
				}
				if s := q.Stats(); s.Leased != 0 || s.Unfinished != 4 {
					t.Errorf("%+v", s)
				}
			})
		})
	}
}

// Once its holder's Run has ended, a lease is back, and is the next item.
func TestLeaseIsBackAtTheEndOfTheRun(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := bounded(3)
		fill(t, q, 1, 2, 3)
		skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			g.Go("holder", func(ctx context.Context) error {
				lease(t, ctx, q)
				fill(t, q, 4)
				return nil
			})
			return nil
		}, nil)
		if got := drain(q); !slices.Equal(got, []int{1, 2, 3, 4}) {
			t.Errorf("got %v", got)
		}
	})
}

// A coroutine that is killed while it waits, with a lease in hand.
func TestLeaseOfKilledCoroutine(t *testing.T) {
	q := queue.New[int](nil)
	fill(t, q, 1)
	loop.Run(context.Background(), nil, func(ctx context.Context) error {
		return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			var self *rt.Task
			holder := waiting(g, func(ctx context.Context) (int, error) {
				self = rt.TaskOf(ctx)
				lease(t, ctx, q)
				return 0, queue.New[int](nil).Put(ctx, lease(t, ctx, q).Value)
			})
			self.Kill(errEnough)
			holder.Wait(ctx)
			return nil
		}, nil)
	})
	if got := drain(q); !slices.Equal(got, []int{1}) {
		t.Errorf("got %v", got)
	}
}

func TestLeaseEndsOnce(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New[int](nil)
		fill(t, q, 1, 2, 3)
		a, b := lease(t, ctx, q), lease(t, ctx, q)
		if !a.Finish() || a.Finish() || a.GiveBack() {
			t.Error("the first, finished, ended other than once")
		}
		if !b.GiveBack() || b.Finish() || b.GiveBack() {
			t.Error("the second, given back, ended other than once")
		}
		if got := drain(q); !slices.Equal(got, []int{2, 3}) {
			t.Errorf("got %v", got)
		}
		q.Finish(2)
		if err := q.Join(cancelled(ctx)); err != nil {
			t.Error(err)
		}
	})
}

func TestLeaseGivenBackComesBeforeItsEquals(t *testing.T) {
	less := func(a, b ranked) bool { return a.rank > b.rank }
	for name, opts := range map[string]queue.Options[ranked]{
		"levels": {ByPriority: byRank},
		"heap":   {ByPriority: func(r ranked) int { return -byRank(r) * -1000 }},
		"less":   {Less: less},
	} {
		q := queue.New(&opts)
		q.PutAll(context.Background(), ranked{5, 0}, ranked{5, 1}, ranked{1, 2}, ranked{5, 3})
		a, b := lease(t, context.Background(), q), lease(t, context.Background(), q)
		q.TryPut(ranked{9, 4})
		b.GiveBack()
		a.GiveBack()
		var got []int
		for _, r := range q.CloseNow() {
			got = append(got, r.n)
		}
		if !slices.Equal(got, []int{4, 0, 1, 3, 2}) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestLeaseFromAndIntoStock(t *testing.T) {
	q := queue.New[int](nil)
	fill(t, q, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	queue.TakeOver(q)
	fill(t, q, 10)
	a, b := lease(t, context.Background(), q), lease(t, context.Background(), q)
	b.GiveBack()
	a.GiveBack()
	if n := queue.InStock(q); n != 10 {
		t.Errorf("%d in stock", n)
	}
	if got := drain(q); !slices.Equal(got, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) {
		t.Errorf("got %v", got)
	}
}

// A GetLease under an ended context, on a queue whose stock has been used up, once span for ever.
func TestGetLeaseAfterStock(t *testing.T) {
	q := queue.New[int](nil)
	fill(t, q, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	queue.TakeOver(q)
	for range 10 {
		lease(t, context.Background(), q).Finish()
	}
	if _, err := q.GetLease(cancelled(context.Background())); err != errEnough {
		t.Errorf("got %v", err)
	}
}

func TestConsumersWaitForTheLeasesOfOthers(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		for name, end := range map[string]func(l *queue.Lease[int]) bool{
			"finished":   (*queue.Lease[int]).Finish,
			"given back": (*queue.Lease[int]).GiveBack,
		} {
			q := queue.New[int](nil)
			fill(t, q, 7)
			done := queue.New[int](nil)
			other := waiting(g, func(ctx context.Context) (int, error) {
				l := lease(t, ctx, q)
				_, err := done.Get(ctx)
				end(l)
				return 0, err
			})
			q.Close()
			getters := []*skein.Task[int]{waiting(g, q.Get), waiting(g, q.Get)}
			if _, err := q.TryGet(); err != queue.ErrEmpty {
				t.Errorf("%s: TryGet: %v", name, err)
			}
			fill(t, done, 1)
			other.Wait(ctx)
			got := 0
			for _, getter := range getters {
				switch v, err := getter.Join(ctx); {
				case err == nil:
					got += v
				case err != queue.ErrClosed:
					t.Errorf("%s: %v", name, err)
				}
			}
			if want := map[string]int{"given back": 7}[name]; got != want {
				t.Errorf("%s: got %d, want %d", name, got, want)
			}
			if _, err := q.TryGet(); err != queue.ErrClosed {
				t.Errorf("%s: TryGet: %v", name, err)
			}
		}
	})
}

// Waiting for a lease of one's own, or of a task that cannot end before, would be for ever.
func TestNobodyWaitsForItsOwnLease(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New[int](nil)
		fill(t, q, 7)
		lease(t, ctx, q)
		q.Close()
		if _, err := q.Get(ctx); err != queue.ErrClosed {
			t.Errorf("the holder: %v", err)
		}
		if _, err := skein.Start(g, "kid", q.Get).Join(ctx); err != queue.ErrClosed {
			t.Errorf("its kid: %v", err)
		}
		skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			if _, err := q.GetLease(ctx); err != queue.ErrClosed {
				t.Errorf("a Run in it: %v", err)
			}
			return nil
		}, nil)
	})
}

func TestLeaseAfterCloseNowIsDropped(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		dropped := 0
		q := queue.New(&queue.Options[int]{OnDrop: func(v int) { dropped += v }})
		fill(t, q, 7, 8)
		l := lease(t, ctx, q)
		getter := waiting(g, func(ctx context.Context) (int, error) { q.Get(ctx); return q.Get(ctx) })
		q.CloseNow()
		if err := getter.Wait(ctx); err != queue.ErrClosed {
			t.Errorf("the getter: %v", err) // nothing can come back
		}
		if _, err := q.TryGet(); err != queue.ErrClosed {
			t.Errorf("TryGet: %v", err)
		}
		if !l.GiveBack() || dropped != 7 {
			t.Errorf("dropped %d", dropped)
		}
		if s := q.Stats(); s.Len != 0 || s.Dropped != 1 || s.Unfinished != 1 {
			t.Errorf("%+v", s)
		}
		q.Finish(1)
		if err := q.Join(cancelled(ctx)); err != nil {
			t.Error(err)
		}
	})
}

func TestLeaseOutsideEveryTask(t *testing.T) {
	q := queue.New[int](nil)
	fill(t, q, 7)
	l := lease(t, context.Background(), q)
	q.Close()
	if _, err := q.Get(cancelled(context.Background())); err != errEnough {
		t.Errorf("while it is out: %v", err)
	}
	l.GiveBack()
	if got := drain(q); !slices.Equal(got, []int{7}) {
		t.Errorf("got %v", got)
	}
}

// A lease in the name of a task that has ended goes back at once.
func TestLeaseOfEndedTask(t *testing.T) {
	q := queue.New[int](nil)
	fill(t, q, 7)
	var ended context.Context
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error { ended = ctx; return nil }, nil)
	if l, err := q.GetLease(ended); err == nil && l.Finish() {
		t.Error("it holds the lease")
	}
	if got := drain(q); !slices.Equal(got, []int{7}) {
		t.Errorf("got %v", got)
	}
}
