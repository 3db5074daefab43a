package work_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

// failures collects what OnFailure is called with.
type failures struct {
	mu   sync.Mutex
	list []error
}

func (f *failures) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, err)
}

// pond.Go swallows errors and panics, errgroup and workerpool crash the process, ants prints
// panics and the submitter never learns.
func TestFailuresOfFunctionsReachOnFailure(t *testing.T) {
	var got failures
	inPool(t, work.PoolOptions{Width: 1, OnFailure: got.add}, func(ctx context.Context, p *work.Pool) {
		p.Go(ctx, func(context.Context) error { return errBroken })
		p.Go(ctx, func(context.Context) error { panic("out of cheese") })
		p.Go(ctx, func(context.Context) error { runtime.Goexit(); return nil })
		p.Go(ctx, func(context.Context) error { return nil })
		p.Close(ctx)
		if len(got.list) != 3 {
			t.Fatalf("got %v", got.list)
		}
		var panicked *skein.PanicError
		if !errors.As(got.list[1], &panicked) || !strings.Contains(panicked.Stack, "TestFailuresOfFunctions") {
			t.Errorf("the panic is %v", got.list[1])
		}
		if got.list[0] != errBroken || got.list[2] != skein.ErrGoexit {
			t.Errorf("got %v", got.list)
		}
	})
}

func TestFailureWithoutOnFailureIsAFinding(t *testing.T) {
	inPool(t, work.PoolOptions{Name: "unheard"}, func(ctx context.Context, p *work.Pool) {
		p.Go(ctx, func(context.Context) error { return errBroken })
		p.Close(ctx)
		for _, f := range skein.Findings() {
			if f.Kind == "failed task" && strings.Contains(f.Sentence, `pool "unheard"`) {
				return
			}
		}
		t.Error("there is no finding")
	})
}

// A callback that panics does not end the process, nor the worker.
func TestPanicInOnFailure(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 1, OnFailure: func(error) { panic("callback") }}, func(ctx context.Context, p *work.Pool) {
		p.Go(ctx, func(context.Context) error { return errBroken })
		if v, err := square.Submit(ctx, p, 2).Join(ctx); v != 4 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
}

// The errors of a pool's peers have the stack baked into their text (pond), or lose it (conc's
// catcher keeps it, errgroup crashes).
func TestPanicOfAJobHasItsStackAndValue(t *testing.T) {
	inPool(t, work.PoolOptions{}, func(ctx context.Context, p *work.Pool) {
		odd := work.Wrap("odd", func(context.Context, int) (int, error) { panic(errBroken) })
		_, err := odd.Submit(ctx, p, 0).Join(ctx)
		var panicked *skein.PanicError
		if !errors.As(err, &panicked) || panicked.Task != "odd" || !strings.Contains(panicked.Stack, "TestPanicOfAJob") {
			t.Errorf("got %v", err)
		}
		if !errors.Is(err, errBroken) {
			t.Error("the value of the panic is lost")
		}
	})
}

// A test's FailNow in a task: ants and workerpool lose a worker and hang in the end, errgroup and
// conc never let Wait return with a result.
func TestGoexitKeepsTheWidth(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 2, OnFailure: func(error) {}}, func(ctx context.Context, p *work.Pool) {
		leave := work.Wrap("leave", func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil })
		for range 20 {
			if _, err := leave.Submit(ctx, p, 0).Join(ctx); !errors.Is(err, skein.ErrGoexit) {
				t.Errorf("got %v", err)
			}
			p.Go(ctx, func(context.Context) error { runtime.Goexit(); return nil })
		}
		a, b := newGate(ctx), newGate(ctx)
		p.Go(ctx, a.pass)
		p.Go(ctx, b.pass)
		a.reached(ctx)
		b.reached(ctx)
		a.release()
		b.release()
	})
}

// The substitute that runs a joined job may be ended by it; the next job finds another.
func TestGoexitInASubstitute(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 1, Queue: 1}, func(ctx context.Context, p *work.Pool) {
		leave := work.Wrap("leave", func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil })
		parent := work.Wrap("parent", func(ctx context.Context, _ int) (int, error) {
			var kids []*skein.Task[int]
			for range 5 {
				kids = append(kids, leave.Submit(ctx, p, 0))
			}
			_, err := work.All(ctx, kids...)
			if !errors.Is(err, skein.ErrGoexit) {
				t.Errorf("got %v", err)
			}
			return square.Submit(ctx, p, 3).Join(ctx)
		})
		if v, err := parent.Submit(ctx, p, 0).Join(ctx); v != 9 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
}
