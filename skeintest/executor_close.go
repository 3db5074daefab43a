package skeintest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

func (s *executorSuite) closing(t *testing.T) {
	if s.Inline {
		t.Skip("it is never closed")
	}
	s.test(t, "Close waits for what was submitted", func(t *trial) {
		var tasks []*skein.Task[int]
		for i := range 50 {
			tasks = append(tasks, square.Submit(t.ctx, t.ex, i))
		}
		if err := t.ex.Close(t.ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
		for i, task := range tasks {
			if task.Alive() {
				t.Fatalf("task %d has not ended", i)
			}
			check(t, task, i*i)
		}
	})
	s.sized(t, "Close under a context that ends stops the rest and returns the cause", 1, 0, func(t *trial) {
		running := obeys.Submit(t.ctx, t.watched(), 0)
		t.awaitBegun(1)
		waiting := hold.Submit(t.ctx, t.watched(), 1)
		ctx, cancel := context.WithCancelCause(t.ctx)
		cancel(errEnough)
		if err := t.ex.Close(ctx); !errors.Is(err, errEnough) {
			t.Errorf("Close: %v", err)
		}
		if running.Alive() || waiting.Alive() {
			t.Errorf("alive: %v, %v", running.Alive(), waiting.Alive())
		}
		checkError(t, running, errEnough)
		checkError(t, waiting, errEnough)
		if t.begun.Len() > 0 {
			t.Error("the waiting one has run")
		}
	})
	s.test(t, "a submit after Close fails with ErrClosed", func(t *trial) {
		t.ex.Close(t.ctx)
		checkError(t, square.Submit(t.ctx, t.ex, 1), work.ErrClosed)
		checkError(t, square.Submit(t.ctx, work.With(t.ex, &work.Options{Retry: 2, NoWait: true}), 1), work.ErrClosed)
		for _, err := range square.Map(t.ctx, t.ex, count(3)) {
			if !errors.Is(err, work.ErrClosed) {
				t.Errorf("Map: %v", err)
			}
		}
		if _, err := square.MapSlice(t.ctx, t.ex, []int{1, 2}); !errors.Is(err, work.ErrClosed) {
			t.Errorf("MapSlice: %v", err)
		}
	})
	s.test(t, "closing again, or without ever having worked, is fine", func(t *trial) {
		for range 3 {
			if err := t.ex.Close(t.ctx); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
	})
	s.sized(t, "who waits for room when it closes gets ErrClosed or is run", 1, 1, func(t *trial) {
		held := append(t.occupy(1), hold.Submit(t.ctx, t.ex, 1))
		var late *skein.Task[int]
		submitter := t.group.Go("submitter", func(ctx context.Context) error {
			late = square.Submit(ctx, t.ex, 7)
			return nil
		})
		closer := t.group.Go("closer", func(ctx context.Context) error { return t.ex.Close(ctx) })
		stopAll(held)
		closer.Wait(t.ctx)
		submitter.Wait(t.ctx)
		if v, err := late.Join(t.ctx); !errors.Is(err, work.ErrClosed) && v != 49 {
			t.Errorf("got %v, %v", v, err)
		}
	})
	s.test(t, "a Goexit is an error, and the executor keeps its width", func(t *trial) {
		for range 2 * t.ex.Width() {
			if _, err := exits.Submit(t.ctx, t.ex, 0).Join(t.ctx); err == nil || !strings.Contains(err.Error(), "Goexit") {
				t.Errorf("got %v", err)
			}
		}
		stopAll(t.occupy(t.ex.Width())) // all at once, or this hangs
	})
}
