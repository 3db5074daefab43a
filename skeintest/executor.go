package skeintest

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/queue"
	"github.com/skein-go/skein/work"
)

// ExecutorOptions say what [TestExecutor] tests, and what cannot be asked of it.
type ExecutorOptions struct {
	// New makes an executor that runs at least two jobs at a time (one, if Inline). Each test
	// makes its own and closes it. Required.
	New func(ctx context.Context) work.Executor
	// Sized makes one that runs exactly width jobs at a time and has room for as many waiting
	// jobs as queue says, any number if that is 0. Without it the tests of width, of waiting and
	// of joins from inside are skipped.
	Sized func(ctx context.Context, width, queue int) work.Executor
	// Ordered makes one that runs one job at a time, and those that wait in the order of their
	// priority. Without it that test is skipped.
	Ordered func(ctx context.Context) work.Executor
	// Run runs a program on the runtime the executor is to be tested on: coroutines, say. It
	// returns what the program returns. Default: it just calls it, which means goroutines.
	Run func(ctx context.Context, program func(ctx context.Context) error) error
	// Inline says that jobs run before Exec returns, in the caller: none can wait or be stopped,
	// nothing is ever full or closed, and a Goexit in a job ends the caller too.
	Inline bool
	// SameProcess says that jobs run in this process. Then functions may share variables with the
	// test and give work to the executor they run on, the clock may be a fake one, and what is
	// left behind can be seen. Otherwise those tests are skipped.
	SameProcess bool
}

// patienceWithJobs is how long a test may make no progress. Then it fails with a dump.
const patienceWithJobs = 10 * time.Second

// TestExecutor tests what every [work.Executor] promises, one promise a subtest. Executors in
// other processes find the functions it uses by name: they are those of this package, so the
// program that runs them must import it.
func TestExecutor(t *testing.T, opts *ExecutorOptions) {
	o := *opts
	if o.New == nil {
		t.Fatal("skeintest: TestExecutor: New is missing")
	}
	if o.Run == nil {
		o.Run = func(ctx context.Context, program func(context.Context) error) error { return program(ctx) }
	}
	s := &executorSuite{o}
	t.Run("results", s.results)
	t.Run("stopping", s.stopping)
	t.Run("closing", s.closing)
	t.Run("width", s.width)
	t.Run("map", s.maps)
	t.Run("combinators", s.combinators)
	t.Run("inside", s.inside)
	t.Run("views", s.views)
}

type executorSuite struct{ ExecutorOptions }

// A trial is one test on one executor. Its methods may be called by any of its tasks.
type trial struct {
	*testing.T
	ctx   context.Context
	group *skein.Group
	ex    work.Executor
	begun *queue.Queue[string] // what the jobs of watched report
}

// test runs f as a subtest, in a Run of its own, with an executor made by New.
func (s *executorSuite) test(t *testing.T, name string, f func(t *trial)) {
	t.Run(name, func(t *testing.T) {
		if s.SameProcess {
			NoLeaks(t)
		}
		s.try(t, NoDeadlockWithin(t, patienceWithJobs), s.New, f)
	})
}

// sized is test with an executor of that size, if there can be one.
func (s *executorSuite) sized(t *testing.T, name string, width, queue int, f func(t *trial)) {
	t.Run(name, func(t *testing.T) {
		if s.Sized == nil {
			t.Skip("no Sized")
		}
		if s.SameProcess {
			NoLeaks(t)
		}
		s.try(t, NoDeadlockWithin(t, patienceWithJobs), func(ctx context.Context) work.Executor { return s.Sized(ctx, width, queue) }, f)
	})
}

// timed is test by a fake clock.
func (s *executorSuite) timed(t *testing.T, name string, f func(t *trial)) {
	t.Run(name, func(t *testing.T) {
		if !s.SameProcess {
			t.Skip("the clock of another process cannot be faked")
		}
		synctest.Test(t, func(t *testing.T) {
			NoLeaks(t)
			s.try(t, context.Background(), s.New, f)
		})
	})
}

func (s *executorSuite) try(t *testing.T, ctx context.Context, make func(context.Context) work.Executor, f func(t *trial)) {
	err := s.Run(ctx, func(ctx context.Context) error {
		return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			tr := &trial{T: t, ctx: ctx, group: g, ex: make(ctx), begun: queue.New[string](nil)}
			defer tr.ex.Close(ctx)
			f(tr)
			return nil
		}, nil)
	})
	if err != nil {
		t.Errorf("Run: %v", err)
	}
}

// watched is a view of the executor whose jobs' reports go to t.begun.
func (t *trial) watched() work.Executor {
	return work.With(t.ex, &work.Options{OnProgress: func(v any) { t.begun.Send(v.(string)) }})
}

// awaitBegun waits until n more jobs of watched have begun.
func (t *trial) awaitBegun(n int) {
	t.Helper()
	for range n {
		if _, err := t.begun.Get(t.ctx); err != nil {
			t.Fatalf("waiting for a job to begin: %v", err)
		}
	}
}

// occupy has the executor run n jobs that hold their places until they are stopped.
func (t *trial) occupy(n int) []*skein.Task[span] {
	t.Helper()
	tasks := make([]*skein.Task[span], n)
	for i := range tasks {
		tasks[i] = hold.Submit(t.ctx, t.watched(), i)
	}
	t.awaitBegun(n)
	return tasks
}

func stopAll[T any](tasks []*skein.Task[T]) {
	for _, task := range tasks {
		task.Stop(errRelease)
	}
}

// check fails the test unless the task's result is want.
func check[T comparable](t *trial, task *skein.Task[T], want T) {
	t.Helper()
	if v, err := task.Join(t.ctx); v != want || err != nil {
		t.Errorf("task %q: got %v, %v; want %v", task.Name(), v, err, want)
	}
}

// checkError fails the test unless the task ends with an error that is want.
func checkError[T any](t *trial, task *skein.Task[T], want error) {
	t.Helper()
	if v, err := task.Join(t.ctx); !errors.Is(err, want) {
		t.Errorf("task %q: got %v, %v; want the error %v", task.Name(), v, err, want)
	}
}

var (
	errRelease = errors.New("released")
	errEnough  = errors.New("enough")
)
