package queue_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/queue"
)

func TestFirstInFirstOut(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New[int](nil)
		for i := range 100 {
			if err := q.Put(ctx, i); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 100 {
			if v, err := q.Get(ctx); v != i || err != nil {
				t.Fatalf("got %d, %v, want %d", v, err, i)
			}
		}
	})
}

func TestZeroQueue(t *testing.T) {
	var q queue.Queue[string]
	if err := q.Send("a"); err != nil {
		t.Error(err)
	}
	if v, err := q.Get(context.Background()); v != "a" || err != nil || q.Cap() != 0 {
		t.Errorf("%q, %v", v, err)
	}
}

func TestBounded(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := bounded(2)
		fill(t, q, 1, 2)
		if err := q.TryPut(3); err != queue.ErrFull {
			t.Errorf("TryPut: %v", err)
		}
		if err := q.Send(3); err != queue.ErrFull {
			t.Errorf("Send: %v", err)
		}
		putter := waiting(g, func(ctx context.Context) (int, error) { return 0, q.Put(ctx, 3) })
		if putter.State().Ended() || q.Len() != 2 || q.Cap() != 2 {
			t.Errorf("the putter is %v with %d of %d items", putter.State(), q.Len(), q.Cap())
		}
		if v, err := q.TryGet(); v != 1 || err != nil {
			t.Errorf("%v, %v", v, err)
		}
		if err := putter.Wait(ctx); err != nil {
			t.Error(err)
		}
		if got := drain(q); !slices.Equal(got, []int{2, 3}) {
			t.Errorf("left: %v", got)
		}
	})
}

func TestCloseDrains(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New[int](nil)
		fill(t, q, 1, 2)
		q.Close()
		q.Close()
		if err := q.Put(ctx, 3); err != queue.ErrClosed {
			t.Errorf("Put: %v", err)
		}
		if err := q.TryPut(3); err != queue.ErrClosed {
			t.Errorf("TryPut: %v", err)
		}
		var got []int
		for v := range q.All(ctx) {
			got = append(got, v)
		}
		if !slices.Equal(got, []int{1, 2}) || !q.Closed() {
			t.Errorf("got %v", got)
		}
		if _, err := q.Get(ctx); err != queue.ErrClosed {
			t.Errorf("Get: %v", err)
		}
		if _, err := q.TryGet(); err != queue.ErrClosed {
			t.Errorf("TryGet: %v: closed beats empty", err)
		}
		if _, err := q.GetBatch(ctx, make([]int, 1)); err != queue.ErrClosed {
			t.Errorf("GetBatch: %v", err)
		}
		if _, err := q.Get(cancelled(ctx)); err != queue.ErrClosed {
			t.Errorf("Get under a cancelled context: %v", err)
		}
	})
}

func TestEmpty(t *testing.T) {
	q := queue.New[int](nil)
	if _, err := q.TryGet(); err != queue.ErrEmpty {
		t.Errorf("TryGet: %v", err)
	}
}

func TestCloseEndsWaits(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		empty, full := bounded(1), bounded(1)
		fill(t, full, 7)
		waiters := []*skein.Task[int]{
			waiting(g, empty.Get), waiting(g, empty.Get),
			waiting(g, func(ctx context.Context) (int, error) { return empty.GetBatch(ctx, make([]int, 3)) }),
			waiting(g, func(ctx context.Context) (int, error) { return 0, full.Put(ctx, 8) }),
			waiting(g, func(ctx context.Context) (int, error) { return 0, full.Put(ctx, 9) }),
		}
		empty.Close()
		full.Close()
		for i, w := range waiters {
			if err := w.Wait(ctx); err != queue.ErrClosed {
				t.Errorf("waiter %d: %v", i, err)
			}
		}
		if got := drain(full); !slices.Equal(got, []int{7}) {
			t.Errorf("in the full queue: %v", got)
		}
	})
}

func TestCloseNowReturnsWhatWasLeft(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := bounded(3)
		fill(t, q, 1, 2, 3)
		putter := waiting(g, func(ctx context.Context) (int, error) { return 0, q.Put(ctx, 4) })
		if left := q.CloseNow(); !slices.Equal(left, []int{1, 2, 3}) {
			t.Errorf("left: %v", left)
		}
		if err := putter.Wait(ctx); err != queue.ErrClosed {
			t.Errorf("the putter: %v", err)
		}
		if _, err := q.TryGet(); err != queue.ErrClosed {
			t.Errorf("TryGet: %v", err)
		}
		if left := q.CloseNow(); len(left) != 0 {
			t.Errorf("left the second time: %v", left)
		}
	})
}

func TestWhatIsThereBeatsACancelledContext(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q, over := bounded(1), cancelled(ctx)
		if err := q.Put(over, 1); err != nil {
			t.Errorf("Put with room: %v", err)
		}
		if err := q.Put(over, 2); err != errEnough {
			t.Errorf("Put without room: %v", err)
		}
		if v, err := q.Get(over); v != 1 || err != nil {
			t.Errorf("Get: %v, %v", v, err)
		}
		if _, err := q.Get(over); err != errEnough {
			t.Errorf("Get of nothing: %v", err)
		}
		if _, err := q.GetBatch(over, make([]int, 1)); err != errEnough {
			t.Errorf("GetBatch of nothing: %v", err)
		}
	})
}

func TestCancelledWaits(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := bounded(1)
		getter := waiting(g, q.Get)
		getter.Stop(errEnough)
		if err := getter.Wait(ctx); !errors.Is(err, errEnough) {
			t.Errorf("the getter: %v", err)
		}
		fill(t, q, 1)
		putter := waiting(g, func(ctx context.Context) (int, error) { return 0, q.Put(ctx, 2) })
		putter.Stop(errEnough)
		if err := putter.Wait(ctx); !errors.Is(err, errEnough) {
			t.Errorf("the putter: %v", err)
		}
		if got := drain(q); !slices.Equal(got, []int{1}) {
			t.Errorf("in the queue: %v", got)
		}
	})
}

func TestLongestWaitingFirst(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New[int](nil)
		var getters []*skein.Task[int]
		for range 5 {
			getters = append(getters, waiting(g, q.Get))
		}
		for i, getter := range getters {
			fill(t, q, i)
			if v, err := getter.Join(ctx); v != i || err != nil {
				t.Errorf("getter %d got %d, %v", i, v, err)
			}
		}
	})
}

func TestGetBatch(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := bounded(5)
		fill(t, q, 1, 2, 3, 4, 5)
		var putters []*skein.Task[int]
		for i := range 3 {
			putters = append(putters, waiting(g, func(ctx context.Context) (int, error) { return 0, q.Put(ctx, 6+i) }))
		}
		buf := make([]int, 4)
		if n, err := q.GetBatch(ctx, buf); n != 4 || err != nil || !slices.Equal(buf, []int{1, 2, 3, 4}) {
			t.Errorf("%d, %v, %v", n, err, buf)
		}
		for _, p := range putters { // room for all of them, from one call
			if err := p.Wait(ctx); err != nil {
				t.Error(err)
			}
		}
		if n, err := q.GetBatch(ctx, make([]int, 10)); n != 4 || err != nil {
			t.Errorf("the rest: %d, %v", n, err)
		}
		if n, err := q.GetBatch(ctx, nil); n != 0 || err != nil {
			t.Errorf("into nothing: %d, %v", n, err)
		}
	})
}

func TestAllStopsOnBreak(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New[int](nil)
		fill(t, q, 1, 2, 3)
		for v := range q.All(ctx) {
			if v == 2 {
				break
			}
		}
		if got := drain(q); !slices.Equal(got, []int{3}) {
			t.Errorf("left: %v", got)
		}
	})
}

func TestAllEndsWithItsContext(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New[int](nil)
		fill(t, q, 1, 2)
		n := 0
		for range q.All(cancelled(ctx)) {
			n++
		}
		if n != 2 {
			t.Errorf("%d items: what is there is still taken", n)
		}
	})
}

func TestPutAllReturnsHowManyItPut(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := bounded(2)
		if n, err := q.PutAll(cancelled(ctx), 1, 2, 3); n != 2 || err != errEnough {
			t.Errorf("without room for the third: %d, %v", n, err)
		}
		putter := waiting(g, func(ctx context.Context) (int, error) { return q.PutAll(ctx, 3, 4, 5) })
		for range 2 { // room for 3 and 4
			if _, err := q.TryGet(); err != nil {
				t.Fatal(err)
			}
		}
		for q.Len() < 2 {
			pass()
		}
		q.Close()
		if n, err := putter.Join(ctx); n != 2 || err != queue.ErrClosed {
			t.Errorf("closed meanwhile: %d, %v", n, err)
		}
		if n, err := q.PutAll(ctx, 6); n != 0 || err != queue.ErrClosed {
			t.Errorf("closed: %d, %v", n, err)
		}
		if n, err := q.PutAll(ctx); n != 0 || err != nil {
			t.Errorf("nothing: %d, %v", n, err)
		}
	})
}

// One wake for many items must be enough for all who wait for one.
func TestPutAllWakesAllItHasItemsFor(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New[int](nil)
		var getters []*skein.Task[int]
		for range 5 {
			getters = append(getters, waiting(g, q.Get))
		}
		if n, err := q.PutAll(ctx, 0, 1, 2, 3, 4); n != 5 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		var got []int
		for _, getter := range getters {
			v, err := getter.Join(ctx)
			if err != nil {
				t.Error(err)
			}
			got = append(got, v)
		}
		if slices.Sort(got); !slices.Equal(got, []int{0, 1, 2, 3, 4}) {
			t.Errorf("got %v", got)
		}
	})
}

func TestCloneIsWhatIsPut(t *testing.T) {
	q := queue.New(&queue.Options[[]int]{Clone: slices.Clone[[]int]})
	items := []int{1, 2}
	q.TryPut(items)
	q.PutAll(context.Background(), items, items)
	items[0] = 9
	for range 3 {
		if v, err := q.TryGet(); err != nil || v[0] != 1 {
			t.Errorf("%v, %v", v, err)
		}
	}
}

func TestStatsCountWhoWaits(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := bounded(1)
		getters := []*skein.Task[int]{waiting(g, q.Get), waiting(g, q.Get)}
		if s := q.Stats(); s.Getters != 2 || s.Putters != 0 {
			t.Errorf("%+v", s)
		}
		for _, getter := range getters {
			fill(t, q, 1)
			getter.Wait(ctx)
		}
		fill(t, q, 1)
		putter := waiting(g, func(ctx context.Context) (int, error) { return 0, q.Put(ctx, 2) })
		want := queue.Stats{Len: 1, Cap: 1, Putters: 1, Added: 3, Unfinished: 3}
		if s := q.Stats(); s != want {
			t.Errorf("%+v, want %+v", s, want)
		}
		q.Close()
		putter.Wait(ctx)
	})
}

func TestContradictoryOptionsPanic(t *testing.T) {
	type opts = queue.Options[int]
	one := func(int) int { return 1 }
	less := func(a, b int) bool { return a < b }
	for want, o := range map[string]opts{
		"Cap is -1":            {Cap: -1},
		"exclude each other":   {LIFO: true, ByPriority: one},
		"LIFO, ByPriority and": {Less: less, ByPriority: one},
		"Full is 9":            {Cap: 1, Full: 9},
		"Cap is not":           {Full: queue.DropNewest},
		"DropOldest with":      {Cap: 1, Full: queue.DropOldest, Less: less},
		"ByPriority or Less":   {Cap: 1, Full: queue.DropOldest, ByPriority: one},
	} {
		func() {
			defer func() {
				if v, _ := recover().(string); !strings.Contains(v, want) {
					t.Errorf("recovered %q, want %q", v, want)
				}
			}()
			queue.New(&o)
		}()
	}
}
