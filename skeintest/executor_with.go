package skeintest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

func (s *executorSuite) views(t *testing.T) {
	s.test(t, "Name", func(t *trial) {
		_, err := panics.Submit(t.ctx, work.With(t.ex, &work.Options{Name: "renamed"}), "x").Join(t.ctx)
		if err == nil {
			t.Error("no error")
		}
	})
	s.test(t, "Progress", func(t *trial) {
		if s.Inline {
			check(t, square.Submit(t.ctx, t.watched(), 2), 4)
			return
		}
		stopAll(t.occupy(1))
	})
	s.test(t, "Timeout ends the context of what runs, and is a TimeoutError", func(t *trial) {
		_, err := obeys.Submit(t.ctx, work.With(t.ex, &work.Options{Timeout: time.Millisecond}), 0).Join(t.ctx)
		var late *work.TimeoutError
		if !errors.As(err, &late) || late.After != time.Millisecond {
			t.Errorf("got %v", err)
		}
		check(t, square.Submit(t.ctx, work.With(t.ex, &work.Options{Timeout: time.Hour}), 5), 25)
	})
	if s.SameProcess {
		s.retries(t)
		s.rates(t)
	}
}

func (s *executorSuite) retries(t *testing.T) {
	type tried struct {
		opts work.Options
		want int // attempts
		ok   bool
	}
	for name, c := range map[string]tried{
		"Retry tries again until it succeeds":        {work.Options{Retry: 9}, 3, true},
		"Retry tries so many more times":             {work.Options{Retry: 1}, 2, false},
		"RetryIf says no":                            {work.Options{Retry: 9, RetryIf: func(error) bool { return false }}, 1, false},
		"Retry with a Timeout, which does not pass":  {work.Options{Retry: 9, Timeout: time.Hour}, 3, true},
		"Retry with a Rate, which counts each of it": {work.Options{Retry: 9, Rate: 1e6}, 3, true},
	} {
		s.test(t, name, func(t *trial) {
			c.opts.RetryDelay = time.Microsecond
			attempts := 0
			flaky := work.Wrap("flaky", func(context.Context, int) (int, error) {
				if attempts++; attempts < 3 {
					return 0, errEnough
				}
				return 7, nil
			})
			v, err := flaky.Submit(t.ctx, work.With(t.ex, &c.opts), 0).Join(t.ctx)
			if attempts != c.want || c.ok != (err == nil) || c.ok && v != 7 || !c.ok && !errors.Is(err, errEnough) {
				t.Errorf("%d attempts, got %v, %v", attempts, v, err)
			}
		})
	}
	s.test(t, "the outer Retry wins", func(t *trial) {
		attempts := 0
		broken := work.Wrap("broken", func(context.Context, int) (int, error) { attempts++; return 0, errEnough })
		ex := work.With(work.With(t.ex, &work.Options{Retry: 5, RetryDelay: 1, Name: "inner"}), &work.Options{Retry: 2, RetryDelay: 1})
		checkError(t, broken.Submit(t.ctx, ex, 0), errEnough)
		if attempts != 3 {
			t.Errorf("%d attempts", attempts)
		}
	})
	s.test(t, "a panic is tried again, a stop is not", func(t *trial) {
		attempts := 0
		var self *skein.Task[int]
		started := skein.NewPromise[int](t.ctx, "started")
		odd := work.Wrap("odd", func(ctx context.Context, _ int) (int, error) {
			if attempts++; attempts == 1 {
				panic("the first time")
			}
			if !s.Inline {
				started.Task().Join(ctx)
				self.Stop(errEnough)
			}
			return 0, context.Cause(ctx)
		})
		self = odd.Submit(t.ctx, work.With(t.ex, &work.Options{Retry: 9, RetryDelay: 1}), 0)
		started.Resolve(0, nil)
		self.Wait(t.ctx)
		if attempts != 2 {
			t.Errorf("%d attempts", attempts)
		}
	})
	s.timed(t, "the delay doubles, and no place is held meanwhile", func(t *trial) {
		var at []time.Duration
		start := skein.Now(t.ctx)
		broken := work.Wrap("broken", func(ctx context.Context, _ int) (int, error) {
			at = append(at, skein.Now(ctx).Sub(start))
			return 0, errEnough
		})
		task := broken.Submit(t.ctx, work.With(t.ex, &work.Options{Retry: 3, RetryDelay: time.Second}), 0)
		if !s.Inline {
			skein.Sleep(t.ctx, 100*time.Millisecond)
			stopAll(t.occupy(t.ex.Width()))
		}
		checkError(t, task, errEnough)
		for i, want := range []time.Duration{0, 1, 3, 7} {
			if d := at[i]; d > want*time.Second || d < want*750*time.Millisecond {
				t.Errorf("attempt %d was at %v", i, d)
			}
		}
	})
}

func (s *executorSuite) rates(t *testing.T) {
	s.timed(t, "Rate spaces the jobs, and the submitter waits", func(t *trial) {
		ex := work.With(t.ex, &work.Options{Rate: 10})
		start := skein.Now(t.ctx)
		var mu sync.Mutex
		var at []time.Duration
		note := work.Wrap("note", func(ctx context.Context, _ int) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, skein.Now(ctx).Sub(start))
			return 0, nil
		})
		var tasks []*skein.Task[int]
		for i := range 5 {
			tasks = append(tasks, note.Submit(t.ctx, ex, i))
		}
		work.All(t.ctx, tasks...)
		if want := []time.Duration{0, 100e6, 200e6, 300e6, 400e6}; !slices.Equal(at, want) {
			t.Errorf("they ran at %v", at)
		}
		note.Submit(t.ctx, ex, 5).Wait(t.ctx)
		checkError(t, note.Submit(t.ctx, work.With(ex, &work.Options{NoWait: true}), 6), work.ErrFull)
		ctx, cancel := skein.WithTimeout(t.ctx, time.Millisecond)
		defer cancel()
		checkError(t, note.Submit(ctx, ex, 7), context.DeadlineExceeded)
	})
	s.timed(t, "Timeout by the clock of the runtime", func(t *trial) {
		start := skein.Now(t.ctx)
		_, err := obeys.Submit(t.ctx, work.With(t.ex, &work.Options{Timeout: time.Hour}), 0).Join(t.ctx)
		if took := skein.Now(t.ctx).Sub(start); took != time.Hour || err == nil {
			t.Errorf("it took %v: %v", took, err)
		}
	})
}

func (s *executorSuite) priority(t *testing.T) {
	if s.Ordered == nil || !s.SameProcess {
		t.Skip("needs Ordered and SameProcess")
	}
	ordered := *s
	ordered.New = s.Ordered
	ordered.test(t, "the larger one first, and among equals who came first", func(t *trial) {
		held := t.occupy(1)
		var order []string
		note := work.Wrap("note", func(_ context.Context, name string) (int, error) {
			order = append(order, name)
			return 0, nil
		})
		var tasks []*skein.Task[int]
		for i, priority := range []int{0, 5, -1, 5, 7} {
			ex := work.With(t.ex, &work.Options{Priority: priority})
			tasks = append(tasks, note.Submit(t.ctx, ex, fmt.Sprintf("%d/%d", priority, i)))
		}
		stopAll(held)
		work.All(t.ctx, tasks...)
		if want := []string{"7/4", "5/1", "5/3", "0/0", "-1/2"}; !slices.Equal(order, want) {
			t.Errorf("they ran as %v", order)
		}
	})
}
