package rt_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// both runs body as a task on goroutines and as a task on a loop: the rules hold on either.
func both(t *testing.T, body func(t *testing.T, ctx context.Context)) {
	t.Run("goroutines", func(t *testing.T) {
		probe.Forget()
		spawn(context.Background(), "main", func(ctx context.Context) { body(t, ctx) }).Wait(context.Background())
	})
	t.Run("loop", func(t *testing.T) {
		probe.Forget()
		err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
			body(t, ctx)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// spawn starts f as a task under the one ctx names.
func spawn(ctx context.Context, name string, f func(ctx context.Context)) *rt.Task {
	t := new(rt.Task)
	if t.Init(rt.TaskOf(ctx), ctx, 0, rt.Named(name)) == nil {
		t.Start(func() {
			defer t.Return()
			f(t.Context())
		})
	}
	return t
}

func join(t *testing.T, ctx context.Context, tasks ...*rt.Task) {
	t.Helper()
	for _, task := range tasks {
		if err := task.Wait(ctx); err != nil {
			t.Errorf("join %s: %v", task.Name(), err)
		}
	}
}

// a box holds a number of tokens: the smallest thing one can wait for.
type box struct {
	mu   sync.Mutex
	n    int
	line rt.Line
}

func (b *box) put() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n++
	if !b.line.Empty() {
		b.n--
		b.line.Serve().Wake()
	}
}

func (b *box) get(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.n > 0 {
		b.n--
		return nil
	}
	return b.line.Wait(ctx, &b.mu, "get from", b)
}

func (b *box) ProbeInfo() probe.Info { return probe.Info{Kind: "box"} }

// waitFor yields until n wait at the box.
func (b *box) waitFor(ctx context.Context, n int) {
	for {
		b.mu.Lock()
		waiting := b.line.Len()
		b.mu.Unlock()
		if waiting >= n {
			return
		}
		if rt.Executing() != nil {
			loop.Yield(context.Background())
		} else {
			yieldThread()
		}
	}
}

func found(kind string) (n int) {
	for _, f := range probe.Findings() {
		if f.Kind == kind {
			n++
		}
	}
	return n
}

var errEnough = errors.New("enough")
