package skeintest

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

// count yields 0 to n-1; negative n means without end.
func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i != n && yield(i); i++ {
		}
	}
}

func (s *executorSuite) maps(t *testing.T) {
	s.test(t, "Map keeps the order", func(t *trial) {
		i := 0
		for v, err := range square.Map(t.ctx, t.ex, count(1000)) {
			if v != i*i || err != nil {
				t.Fatalf("item %d: %v, %v", i, v, err)
			}
			i++
		}
		if i != 1000 {
			t.Errorf("%d items", i)
		}
	})
	s.test(t, "MapUnordered yields each item once", func(t *trial) {
		var got []int
		for v, err := range square.MapUnordered(t.ctx, t.ex, count(1000)) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, v)
		}
		slices.Sort(got)
		for i, v := range got {
			if v != i*i {
				t.Fatalf("item %d is %d", i, v)
			}
		}
		if len(got) != 1000 {
			t.Errorf("%d items", len(got))
		}
	})
	for name, m := range map[string]func(context.Context, work.Executor, iter.Seq[int]) iter.Seq2[int, error]{
		"Map": picky.Map, "MapUnordered": picky.MapUnordered,
	} {
		s.test(t, name+" yields errors in place and goes on", func(t *trial) {
			good, bad := 0, 0
			for _, err := range m(t.ctx, t.ex, count(200)) {
				if err != nil {
					bad++
				} else {
					good++
				}
				if name == "Map" && (err != nil) != ((good+bad)%2 == 0) {
					t.Fatalf("item %d: %v", good+bad-1, err)
				}
			}
			if good != 100 || bad != 100 {
				t.Errorf("%d good, %d bad", good, bad)
			}
		})
		s.test(t, name+" of nothing, and of one", func(t *trial) {
			for v, err := range m(t.ctx, t.ex, count(0)) {
				t.Errorf("got %v, %v", v, err)
			}
			n := 0
			for v, err := range m(t.ctx, t.ex, slices.Values([]int{4})) {
				if n++; v != 16 || err != nil {
					t.Errorf("got %v, %v", v, err)
				}
			}
			if n != 1 {
				t.Errorf("%d items", n)
			}
		})
		s.test(t, name+" of an endless input ends with its context", func(t *trial) {
			ctx, cancel := context.WithCancelCause(t.ctx)
			defer cancel(nil)
			var last error
			n := 0
			for _, err := range m(ctx, t.ex, count(-1)) {
				if n++; n == 100 {
					cancel(errEnough)
				}
				last = err
			}
			if !errors.Is(last, errEnough) {
				t.Errorf("the last error is %v", last)
			}
		})
		s.test(t, name+" lets an input's panic through", func(t *trial) {
			defer func() {
				if v := recover(); v != "broken input" {
					t.Errorf("recovered %v", v)
				}
			}()
			for range m(t.ctx, t.ex, func(yield func(int) bool) { yield(1); yield(2); panic("broken input") }) {
			}
		})
		s.test(t, name+" that is left pulls no more and leaves nothing running", func(t *trial) {
			pulled, left := 0, false
			for range m(t.ctx, t.ex, func(yield func(int) bool) {
				for yield(pulled) {
					pulled++
				}
				left = true
			}) {
				break
			}
			if !left {
				t.Error("the input goes on")
			}
		})
	}
	if s.Inline {
		return
	}
	s.test(t, "leaving Map stops what runs and waits for it", func(t *trial) {
		ex := t.watched()
		for range obeysFirst(t.ctx, ex) {
			break
		}
		if s.SameProcess && running.Load() != 0 {
			t.Errorf("%d run", running.Load())
		}
	})
	s.sized(t, "Map pulls at most twice the width ahead", 2, 0, func(t *trial) {
		pulled, yielded, most := 0, 0, 0
		ex := work.With(t.ex, &work.Options{OnProgress: func(any) {}}) // one job an item
		for range square.Map(t.ctx, ex, func(yield func(int) bool) {
			for i := range 200 {
				pulled++
				most = max(most, pulled-yielded)
				if !yield(i) {
					return
				}
			}
		}) {
			yielded++
		}
		if most > 4 {
			t.Errorf("it was %d ahead", most)
		}
	})
	s.test(t, "MapSlice is a loop", func(t *trial) {
		for _, n := range []int{0, 1, 7, 1000} {
			got, err := picky.MapSlice(t.ctx, t.ex, slices.Collect(count(n)))
			if len(got) != n {
				t.Fatalf("%d results of %d", len(got), n)
			}
			failed := 0
			for i, v := range got {
				if want, e := picky.Call(t.ctx, i); v != want {
					t.Fatalf("item %d of %d: %v, want %v", i, n, v, want)
				} else if e != nil {
					failed++
				}
			}
			if joined, ok := err.(interface{ Unwrap() []error }); failed > 0 && (!ok || len(joined.Unwrap()) != failed) || failed == 0 && err != nil {
				t.Errorf("%d failed: %v", failed, err)
			}
			var item *work.ItemError
			if failed > 0 && (!errors.As(err, &item) || item.Index != 1) {
				t.Errorf("no *ItemError of item 1: %v", err)
			}
		}
	})
}

// obeysFirst is a Map whose first item yields at once and whose others run until stopped.
func obeysFirst(ctx context.Context, ex work.Executor) iter.Seq2[int, error] {
	return firstQuick.Map(ctx, ex, count(-1))
}

func (s *executorSuite) combinators(t *testing.T) {
	s.test(t, "All has the results in order and the errors joined", func(t *trial) {
		vals, err := work.All(t.ctx, picky.Submit(t.ctx, t.ex, 2), picky.Submit(t.ctx, t.ex, 3), picky.Submit(t.ctx, t.ex, 4))
		if !slices.Equal(vals, []int{4, 0, 16}) || err == nil {
			t.Errorf("got %v, %v", vals, err)
		}
	})
	s.test(t, "Any has the first success", func(t *trial) {
		v, err := work.Any(t.ctx, fail.Submit(t.ctx, t.ex, "a"), square.Submit(t.ctx, t.ex, 5))
		if v != 25 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		if _, err = work.Any(t.ctx, fail.Submit(t.ctx, t.ex, "a"), fail.Submit(t.ctx, t.ex, "b")); err == nil {
			t.Error("no error where all fail")
		}
	})
	s.test(t, "AsCompleted yields each task once, when it has ended", func(t *trial) {
		var tasks []*skein.Task[int]
		for i := range 50 {
			tasks = append(tasks, square.Submit(t.ctx, t.ex, i))
		}
		seen := map[*skein.Task[int]]bool{}
		for task, err := range work.AsCompleted(t.ctx, tasks...) {
			if err != nil || task.Alive() || seen[task] {
				t.Fatalf("got %v, alive %v, seen %v", err, task.Alive(), seen[task])
			}
			seen[task] = true
		}
		if len(seen) != len(tasks) {
			t.Errorf("%d tasks", len(seen))
		}
	})
	if s.Inline {
		return
	}
	s.test(t, "Any stops the others", func(t *trial) {
		slow := obeys.Submit(t.ctx, t.watched(), 0)
		t.awaitBegun(1)
		if v, err := work.Any(t.ctx, slow, square.Submit(t.ctx, t.ex, 5)); v != 25 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		if slow.Wait(t.ctx); slow.State() != skein.Stopped {
			t.Errorf("the other is %v", slow.State())
		}
	})
	s.test(t, "AsCompleted ends with its context", func(t *trial) {
		slow := obeys.Submit(t.ctx, t.watched(), 0)
		t.awaitBegun(1)
		ctx, cancel := context.WithCancelCause(t.ctx)
		cancel(errEnough)
		for task, err := range work.AsCompleted(ctx, slow) {
			if task != nil || !errors.Is(err, errEnough) {
				t.Errorf("got %v, %v", task, err)
			}
		}
		if !slow.Alive() {
			t.Error("the task was stopped")
		}
		slow.Stop(nil)
	})
}
