package work_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/skeintest"
	"github.com/skein-go/skein/work"
)

var (
	errEnough = errors.New("enough")
	errBroken = errors.New("broken")
)

// square is the function of tests that need some function.
var square = work.Wrap("square", func(_ context.Context, n int) (int, error) { return n * n, nil })

// inRun runs body in a Run, with a watch for leaks and deadlocks.
func inRun(t *testing.T, body func(ctx context.Context, g *skein.Group) error) {
	t.Helper()
	skeintest.NoLeaks(t)
	if err := skein.Run(skeintest.NoDeadlockWithin(t, 10*time.Second), body, nil); err != nil {
		t.Error(err)
	}
}

// inPool is inRun with a pool, which is closed at the end.
func inPool(t *testing.T, opts work.PoolOptions, body func(ctx context.Context, p *work.Pool)) {
	t.Helper()
	inRun(t, func(ctx context.Context, g *skein.Group) error {
		p := work.NewPool(ctx, &opts)
		body(ctx, p)
		return p.Close(ctx)
	})
}

// A gate holds tasks until it is opened.
type gate struct {
	began *skein.Promise[int]
	open  *skein.Promise[int]
}

func newGate(ctx context.Context) *gate {
	return &gate{skein.NewPromise[int](ctx, "begun"), skein.NewPromise[int](ctx, "opened")}
}

// pass is what the held tasks call.
func (g *gate) pass(ctx context.Context) error {
	g.began.Resolve(0, nil)
	return g.open.Task().Wait(ctx)
}

// reached waits until a task is at the gate.
func (g *gate) reached(ctx context.Context) { g.began.Task().Wait(ctx) }

func (g *gate) release() {
	g.began.Resolve(0, nil)
	g.open.Resolve(0, nil)
}

// occupy has p run a function until the gate is opened.
func occupy(ctx context.Context, p *work.Pool) *gate {
	g := newGate(ctx)
	p.Go(ctx, g.pass)
	g.reached(ctx)
	return g
}
