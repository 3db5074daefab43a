package work_test

import (
	"context"
	"testing"
	"time"

	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/skeintest"
	"github.com/skein-go/skein/work"
)

func poolOptions() *skeintest.ExecutorOptions {
	return &skeintest.ExecutorOptions{
		New: func(ctx context.Context) work.Executor {
			return work.NewPool(ctx, &work.PoolOptions{Width: 4})
		},
		Sized: func(ctx context.Context, width, queue int) work.Executor {
			return work.NewPool(ctx, &work.PoolOptions{Width: width, Queue: queue})
		},
		Ordered: func(ctx context.Context) work.Executor {
			return work.NewPool(ctx, &work.PoolOptions{Width: 1, ByPriority: true})
		},
		SameProcess: true,
	}
}

func inlineOptions() *skeintest.ExecutorOptions {
	return &skeintest.ExecutorOptions{
		New:    func(context.Context) work.Executor { return work.Inline },
		Inline: true, SameProcess: true,
	}
}

// onLoop runs a program as coroutines.
func onLoop(ctx context.Context, program func(context.Context) error) error {
	return loop.Run(ctx, &loop.Options{Patience: 20 * time.Second}, program)
}

func TestPoolIsAnExecutor(t *testing.T)   { skeintest.TestExecutor(t, poolOptions()) }
func TestInlineIsAnExecutor(t *testing.T) { skeintest.TestExecutor(t, inlineOptions()) }

func TestPoolIsAnExecutorOnALoop(t *testing.T) {
	o := poolOptions()
	o.Run = onLoop
	skeintest.TestExecutor(t, o)
}

func TestInlineIsAnExecutorOnALoop(t *testing.T) {
	o := inlineOptions()
	o.Run = onLoop
	skeintest.TestExecutor(t, o)
}

// A view is an executor too.
func TestViewIsAnExecutor(t *testing.T) {
	o := poolOptions()
	bare, sized := o.New, o.Sized
	o.New = func(ctx context.Context) work.Executor { return work.With(bare(ctx), &work.Options{Name: "viewed"}) }
	o.Sized = func(ctx context.Context, width, queue int) work.Executor {
		return work.With(sized(ctx, width, queue), &work.Options{Timeout: time.Hour})
	}
	skeintest.TestExecutor(t, o)
}
