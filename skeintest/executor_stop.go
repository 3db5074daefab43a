package skeintest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

func (s *executorSuite) stopping(t *testing.T) {
	if s.Inline {
		t.Skip("a job that runs in its caller cannot be stopped by it")
	}
	s.sized(t, "a waiting task ends at once and never runs", 1, 0, func(t *trial) {
		held := t.occupy(1)
		waiting := hold.Submit(t.ctx, t.watched(), 1)
		waiting.Stop(errEnough)
		if waiting.State() != skein.Stopped {
			t.Errorf("its state is %v", waiting.State())
		}
		checkError(t, waiting, errEnough)
		stopAll(held)
		check(t, square.Submit(t.ctx, t.ex, 4), 16) // behind it
		if t.begun.Len() > 0 {
			t.Error("it has run")
		}
	})
	s.sized(t, "a waiting task ends when its context does", 1, 0, func(t *trial) {
		held := t.occupy(1)
		ctx, cancel := context.WithCancelCause(t.ctx)
		waiting := square.Submit(ctx, t.ex, 1)
		cancel(errEnough)
		checkError(t, waiting, errEnough)
		stopAll(held)
	})
	s.test(t, "a running function sees the cause", func(t *trial) {
		task := obeys.Submit(t.ctx, t.watched(), 0)
		t.awaitBegun(1)
		task.Stop(errEnough)
		checkError(t, task, errEnough)
		if task.State() != skein.Stopped {
			t.Errorf("its state is %v", task.State())
		}
	})
	s.test(t, "a running function sees its submitter's context end", func(t *trial) {
		ctx, cancel := context.WithCancelCause(t.ctx)
		task := obeys.Submit(ctx, t.watched(), 0)
		t.awaitBegun(1)
		cancel(errEnough)
		if _, err := task.Join(t.ctx); err == nil {
			t.Error("it has finished")
		}
	})
	s.test(t, "the context of a join ends the join only", func(t *trial) {
		task := hold.Submit(t.ctx, t.watched(), 0)
		t.awaitBegun(1)
		ctx, cancel := context.WithCancelCause(t.ctx)
		cancel(errEnough)
		if err := task.Wait(ctx); !errors.Is(err, errEnough) || !task.Alive() {
			t.Errorf("got %v, alive %v", err, task.Alive())
		}
		task.Stop(nil)
	})
	s.sized(t, "a submitter that waits for room obeys its context", 1, 1, func(t *trial) {
		held := append(t.occupy(1), hold.Submit(t.ctx, t.ex, 1))
		ctx, cancel := skein.WithTimeout(t.ctx, time.Millisecond)
		defer cancel()
		checkError(t, square.Submit(ctx, t.ex, 1), context.DeadlineExceeded)
		stopAll(held)
		check(t, square.Submit(t.ctx, t.ex, 2), 4)
	})
	s.sized(t, "NoWait is ErrFull instead", 1, 1, func(t *trial) {
		held := append(t.occupy(1), hold.Submit(t.ctx, t.ex, 1))
		checkError(t, square.Submit(t.ctx, work.With(t.ex, &work.Options{NoWait: true}), 1), work.ErrFull)
		stopAll(held)
		check(t, square.Submit(t.ctx, t.ex, 2), 4)
	})
	s.test(t, "what a Run has submitted ends with it", func(t *trial) {
		var task, late *skein.Task[int]
		err := skein.Run(t.ctx, func(ctx context.Context, g *skein.Group) error {
			task = square.Submit(ctx, t.ex, 9) // not joined
			late = obeys.Submit(ctx, t.watched(), 0)
			t.awaitBegun(1)
			late.Stop(errEnough)
			return nil
		}, nil)
		if err != nil || task.Alive() || late.Alive() {
			t.Errorf("Run returned %v; alive: %v, %v", err, task.Alive(), late.Alive())
		}
		check(t, task, 81)
	})
	s.test(t, "a Run that fails stops what it has submitted", func(t *trial) {
		var task *skein.Task[int]
		err := skein.Run(t.ctx, func(ctx context.Context, g *skein.Group) error {
			task = obeys.Submit(ctx, t.watched(), 0)
			t.awaitBegun(1)
			return errEnough
		}, nil)
		if !errors.Is(err, errEnough) || task.Alive() {
			t.Errorf("Run returned %v; alive: %v", err, task.Alive())
		}
		checkError(t, task, errEnough)
	})
	s.test(t, "in a Run that has ended nothing begins", func(t *trial) {
		var ended context.Context
		skein.Run(t.ctx, func(ctx context.Context, g *skein.Group) error { ended = ctx; return nil }, nil)
		checkError(t, square.Submit(ended, t.ex, 1), skein.ErrEnded)
	})
}
