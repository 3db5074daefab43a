package queue_test

import (
	"context"
	"slices"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/queue"
)

type ranked struct{ rank, n int }

func byRank(r ranked) int { return r.rank }

func TestLastInFirstOut(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New(&queue.Options[int]{LIFO: true})
		fill(t, q, 1, 2, 3)
		if v, err := q.Get(ctx); v != 3 || err != nil {
			t.Errorf("%v, %v", v, err)
		}
		fill(t, q, 4)
		buf := make([]int, 2)
		if n, err := q.GetBatch(ctx, buf); n != 2 || err != nil || !slices.Equal(buf, []int{4, 2}) {
			t.Errorf("%v, %v", buf[:n], err)
		}
		fill(t, q, 5)
		if left := q.CloseNow(); !slices.Equal(left, []int{5, 1}) {
			t.Errorf("left: %v", left)
		}
	})
}

// Ranks outside 0 to 63 come when some are there already, which have to keep their places.
func TestByPriority(t *testing.T) {
	less := func(a, b ranked) bool { return a.rank > b.rank }
	for name, opts := range map[string]queue.Options[ranked]{"ByPriority": {ByPriority: byRank}, "Less": {Less: less}} {
		for what, ranks := range map[string][]int{
			"levels":    {1, 5, 1, 63, 0, 5, 63},
			"negative":  {1, 5, -1, 9, 5, -3, -1, 1},
			"large":     {1, 5, 64, 9, 64, 1 << 40, 5, 1},
			"all equal": {7, 7, 7, 7, 7, 7},
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
					q := queue.New(&opts)
					var want []ranked
					for n, rank := range ranks {
						want = append(want, ranked{rank, n})
						if err := q.Put(ctx, want[n]); err != nil {
							t.Fatal(err)
						}
					}
					slices.SortStableFunc(want, func(a, b ranked) int { return b.rank - a.rank })
					for _, w := range want {
						if v, err := q.Get(ctx); v != w || err != nil {
							t.Errorf("got %v, %v, want %v", v, err, w)
						}
					}
				})
			})
		}
	}
}

// A fragile order panics when told to: after so many more comparisons, 0 being never.
type fragile struct{ after int }

func (f *fragile) less(x, y int) bool {
	if f.after > 0 {
		if f.after--; f.after == 0 {
			f.after = 1 // and again
			panic("less")
		}
	}
	return x < y
}

func TestPanickingLessLeavesTheQueueWhole(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var f fragile
		q := queue.New(&queue.Options[int]{Less: f.less})
		fill(t, q, 5, 4, 3, 2, 1)
		before := q.Stats()
		for name, call := range map[string]func(){
			"Put":      func() { q.Put(ctx, 0) },
			"TryPut":   func() { q.TryPut(0) },
			"PutAll":   func() { q.PutAll(ctx, 0, 0) },
			"Get":      func() { q.Get(ctx) },
			"TryGet":   func() { q.TryGet() },
			"GetBatch": func() { q.GetBatch(ctx, make([]int, 3)) },
			"GetLease": func() { q.GetLease(ctx) },
		} {
			f.after = 1
			if !panics(call) {
				t.Errorf("%s did not panic", name)
			}
			f.after = 0
			if after := q.Stats(); after != before {
				t.Errorf("after %s: %+v, before: %+v", name, after, before)
			}
		}
		if got := drain(q); !slices.Equal(got, []int{1, 2, 3, 4, 5}) {
			t.Errorf("got %v", got)
		}
	})
}

func TestPanickingLessLosesNothing(t *testing.T) {
	for after := 1; after < 40; after++ {
		var f fragile
		q := queue.New(&queue.Options[int]{Less: f.less})
		want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
		fill(t, q, 3, 1, 4, 0, 5, 9, 2, 6, 8, 7)
		lease, err := q.GetLease(context.Background())
		if err != nil || lease.Value != 0 {
			t.Fatalf("%v, %v", lease, err)
		}
		f.after = after
		buf := make([]int, 6)
		n := 0
		if !panics(func() { n, err = q.GetBatch(context.Background(), buf) }) && !slices.Equal(buf[:n], want[1:1+n]) {
			t.Errorf("after %d: got %v, %v", after, buf[:n], err)
		}
		got := buf[:n:n]
		if !lease.GiveBack() {
			t.Errorf("after %d: GiveBack reports false", after)
		}
		got = append(got, q.CloseNow()...)
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("after %d: there were %v", after, got)
		}
		if err := q.Put(context.Background(), 1); err != queue.ErrClosed {
			t.Errorf("after %d: Put: %v", after, err)
		}
	}
}

// A producer for whom there is room and whose Put panics must let the next one in.
func TestPanickingPutWakesTheNext(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var f fragile
		q := queue.New(&queue.Options[int]{Cap: 2, Less: f.less})
		fill(t, q, 1, 2)
		var putters []*skein.Task[bool]
		for range 3 {
			putters = append(putters, waiting(g, func(ctx context.Context) (bool, error) {
				return panics(func() { q.Put(ctx, 0) }), nil
			}))
		}
		f.after = 1
		q.TryGet() // two items are not compared
		for _, p := range putters {
			if did, err := p.Join(ctx); !did || err != nil {
				t.Errorf("a putter panicked: %v, %v", did, err)
			}
		}
	})
}

func TestPanickingRankAndCloneLeaveTheQueueWhole(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		bad := func(v int) int {
			if v < 0 {
				panic("user")
			}
			return v
		}
		for name, opts := range map[string]queue.Options[int]{"ByPriority": {ByPriority: bad}, "Clone": {Clone: bad}} {
			q := queue.New(&opts)
			n := 0
			if !panics(func() { q.Put(ctx, -1) }) || !panics(func() { q.TryPut(-1) }) ||
				!panics(func() { n, _ = q.PutAll(ctx, 7, -1, 7) }) {
				t.Errorf("%s: no panic", name)
			}
			if got := drain(q); !slices.Equal(got, []int{7}) || n != 0 {
				t.Errorf("%s: in the queue: %v", name, got)
			}
		}
	})
}
