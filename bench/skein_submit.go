package bench

import (
	"context"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/bench/internal/measure"
	"github.com/skein-go/skein/work"
)

// openSkeinSubmit submits tasks and joins them: in a Run, which keeps a list of its tasks, or
// without one.
func openSkeinSubmit(inRun bool) (measure.Body, error) {
	p, closed := newPool(tinyLimits)
	f := work.Wrap("double", func(_ context.Context, x int) (int, error) { return double(x), nil })
	run := func(ctx context.Context, n int) int {
		submit := func(x int) *skein.Task[int] { return f.Submit(ctx, p, x) }
		result := func(t *skein.Task[int]) int {
			v, err := t.Join(ctx)
			if err != nil {
				return -1
			}
			return v
		}
		return window(n, submit, result)
	}
	ctx, cancel := context.WithCancel(context.Background())
	body := measure.Body{
		Run:   func(n int) int { return run(ctx, n) },
		Close: func() { closed(); cancel() },
	}
	if inRun {
		body.Run = func(n int) (right int) {
			skein.Run(ctx, func(ctx context.Context, _ *skein.Group) error {
				right = run(ctx, n)
				return nil
			}, nil)
			return right
		}
	}
	return body, nil
}
