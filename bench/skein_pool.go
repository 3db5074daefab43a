package bench

import (
	"context"

	"github.com/skein-go/skein/bench/internal/measure"
	"github.com/skein-go/skein/work"
)

// newPool makes a pool, and a function that closes it.
func newPool(l limits) (*work.Pool, func()) {
	ctx := context.Background()
	p := work.NewPool(ctx, &work.PoolOptions{Width: l.width, Queue: l.queue})
	return p, func() { p.Close(ctx) }
}

// skeinPool submits by [work.Pool.Go], the way without a result, under a context that somebody
// may cancel.
var skeinPool = pooling{name: measure.Subject, open: func(l limits) (openPool, error) {
	p, closed := newPool(l)
	ctx, cancel := context.WithCancel(context.Background())
	return openPool{
		submit: func(j *job) { p.Go(ctx, j.ctx) },
		close:  func() { closed(); cancel() },
	}, nil
}}

// skeinSubmitPool submits so that each job is a task, and throws the tasks away.
var skeinSubmitPool = pooling{name: "skein Submit", open: func(l limits) (openPool, error) {
	p, closed := newPool(l)
	ctx, cancel := context.WithCancel(context.Background())
	f := work.Wrap("job", func(_ context.Context, j *job) (struct{}, error) {
		j.plain()
		return struct{}{}, nil
	})
	return openPool{
		submit: func(j *job) { f.Submit(ctx, p, j) },
		close:  func() { closed(); cancel() },
	}, nil
}}
