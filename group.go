package skein

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// RunOptions of a [Run]. Nil means all defaults.
type RunOptions struct {
	// Name is what dumps call it. Default "run".
	Name string
	// Supervise lets the siblings of a failing task go on. The failure is logged and recorded
	// as a finding, or given to OnFailure, and Run does not return it.
	Supervise bool
	// OnFailure, with Supervise, is called with each failure instead of logging it: by the
	// failing task, before its joiners are let through.
	OnFailure func(task Handle, err error)
	// CrashOnPanic ends the program at once, with the panic's stack and exit code 2, when a task
	// of the group panics.
	CrashOnPanic bool
	// Grace is how long Run waits, at its end, for daemons it has stopped, and how long after a
	// stop it takes for tasks that still run to be recorded as overdue. Default 10 seconds;
	// negative: for ever.
	Grace time.Duration
}

// A Group starts tasks under one [Run]. Its methods may be called concurrently, by its tasks and
// by others, also after Run has returned: what is started then has ended already, with
// [ErrEnded].
type Group struct {
	scope rt.Task
	opts  RunOptions

	mu       sync.Mutex
	first    error   // what stopped the siblings: a *TaskError, or what the body returned
	failures []error // those that are no consequence of it
	over     bool    // Run has returned, or is about to
	stopped  bool    // Stop was called, or some task did not finish because the scope was stopped
}

// Go starts f as a task. If f returns an error, or panics, its siblings are stopped with a
// [*TaskError] as cause, and Run returns that; see [RunOptions].Supervise for the other way.
// If the group was stopped already, f does not run and the task has ended as stopped.
func (g *Group) Go(name string, f func(ctx context.Context) error) *Task[struct{}] {
	return startPlain(g, &g.scope, g.scope.Context(), name, 0, f)
}

// Daemon is Go for a task that does not keep Run open: when all others have ended it is stopped,
// with [ErrEnded] as cause, and awaited for the grace of the Run.
func (g *Group) Daemon(name string, f func(ctx context.Context) error) *Task[struct{}] {
	return startPlain(g, &g.scope, g.scope.Context(), name, rt.Daemon, f)
}

// Start starts f as a task of g. Its result, and its failure, go to who joins it, and the
// siblings go on. A failure that nobody has read when g's Run ends is a finding.
func Start[T any](g *Group, name string, f func(ctx context.Context) (T, error)) *Task[T] {
	r := &runner[T]{own: about{name: name, site: probe.FuncSite(f)}, f: f}
	return r.start(&g.scope, g.scope.Context(), 0)
}

// Detached starts f as a task that belongs to no Run: nobody stops it with its starter and nothing
// waits for its end, unless somebody joins it. Values, but not the cancellation, come from ctx. It
// is for the rare work that must outlive who asked for it. Its failure is logged.
func Detached(ctx context.Context, name string, f func(ctx context.Context) error) *Task[struct{}] {
	supervised := &Group{opts: RunOptions{Supervise: true}}
	return startPlain(supervised, nil, context.WithoutCancel(ctx), name, 0, f)
}

func startPlain(g *Group, up *rt.Task, ctx context.Context, name string, kind uint32, f func(context.Context) error) *Task[struct{}] {
	r := &runner[struct{}]{own: about{name: name, site: probe.FuncSite(f), group: g}, plain: f}
	return r.start(up, ctx, kind)
}

// Stop stops everything in the group; its Run returns cause, or [ErrStopped] if that is nil.
func (g *Group) Stop(cause error) {
	if cause == nil {
		cause = ErrStopped
	}
	g.mu.Lock()
	g.stopped = true
	g.mu.Unlock()
	g.scope.Stop(cause)
}

// ended is told how a task of the group ended, if it did not finish, before its joiners are let
// through.
func (g *Group) ended(t Handle, s State, err error) {
	if s == Stopped {
		g.mu.Lock()
		g.stopped = g.stopped || g.scope.Stopped()
		g.mu.Unlock()
		return
	}
	if g.opts.Supervise || !g.fail(&TaskError{Task: t.Name(), Err: err}) {
		g.supervise(t, err)
	}
}

// fail keeps a failure for Run to return, and stops everything. It reports false if Run has
// returned: the failure is that of a daemon that was overdue.
func (g *Group) fail(failure error) bool {
	g.mu.Lock()
	over := g.over
	switch {
	case over:
	case g.first == nil:
		g.first = failure
	default:
		g.failures = append(g.failures, failure)
	}
	g.mu.Unlock()
	g.scope.Stop(failure)
	return !over
}

// failedBy reports whether err is the consequence of a failure.
func (g *Group) failedBy(err error) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.first != nil && causedBy(err, g.first)
}

func (g *Group) supervise(t Handle, err error) {
	if f := g.opts.OnFailure; f != nil {
		defer reportCallback(t.Name())
		f(t, err)
		return
	}
	var p *PanicError
	if errors.As(err, &p) {
		return // reported as it happened
	}
	probe.Report(probe.Finding{
		Kind: "failed task", Where: t.Site(), Evidence: err.Error(),
		Sentence: "task \"" + t.Name() + "\" failed under supervision: " + firstLine(err),
	})
	slog.Error("skein: task failed", "task", t.Name(), "error", err)
}

// result is what Run returns, given how the daemons ended.
func (g *Group) result(overdue error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
	cause := g.scope.Cause()
	var errs []error
	switch {
	case g.first != nil:
		errs = append(errs, g.first)
		errs = append(errs, g.failures...)
	case g.stopped && cause != nil:
		errs = append(errs, cause)
	}
	if overdue != nil {
		errs = append(errs, overdue)
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}
