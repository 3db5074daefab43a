package skein

import (
	"context"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A Promise is the other end of a task whose body is not a function started by this package: the
// answer to a request, a job that an executor runs, something in another process. Its task is
// like any other: it can be stopped, seen and joined, and its Run waits for it.
//
// The zero Promise is made ready by Init; [NewPromise] does both.
type Promise[T any] struct{ task Task[T] }

// NewPromise makes a task of the Run that ctx belongs to, for somebody to resolve. name is for
// dumps. If that Run has ended or was stopped, or ctx has ended, so has the task; and it is stopped
// when one of them is.
func NewPromise[T any](ctx context.Context, name string) *Promise[T] {
	p := new(Promise[T])
	if p.Init(ctx, &PromiseKind{about{name: name, site: probe.CallerSite()}}, p) {
		p.task.core.Obey(ctx)
	}
	return p
}

// A PromiseKind is what promises made alike have in common.
type PromiseKind struct{ about about }

// NewPromiseKind makes one: name is for dumps, and so is where function was written.
func NewPromiseKind(name string, function any) *PromiseKind {
	return &PromiseKind{about{name: name, site: probe.FuncSite(function)}}
}

// Init makes the zero Promise a pending task and reports whether it may begin. It is for types
// that contain a Promise, to make one allocation of two; self is the value of that type, or p. A
// promise that is given a context derived from a task's, and that nobody begins, does not end with it.
func (p *Promise[T]) Init(ctx context.Context, kind *PromiseKind, self rt.Body) bool {
	return p.task.begin(rt.TaskOf(ctx), ctx, 0, &kind.about, self)
}

// Name, Site, StateName and StoppedPending make what contains a Promise a node of the tree of
// tasks; Init wants that. They are not for others.

// Name is the name of the task.
func (p *Promise[T]) Name() string { return p.task.Name() }

// Site is where the promise was made, or its function written.
func (p *Promise[T]) Site() string { return p.task.Site() }

// StateName is the state of the task, for dumps.
func (p *Promise[T]) StateName() string { return (*taskBody[T])(&p.task).StateName() }

// StoppedPending ends a task that was stopped before it began.
func (p *Promise[T]) StoppedPending() { (*taskBody[T])(&p.task).StoppedPending() }

// Task is the task of the promise.
func (p *Promise[T]) Task() *Task[T] { return &p.task }

// Context is the context of the task: it ends when the task is stopped.
func (p *Promise[T]) Context() context.Context { return p.task.core.Context() }

// Begin marks the task as running. It reports false if it has been begun, stopped or resolved,
// so of several who call it one may go on.
func (p *Promise[T]) Begin() bool {
	if ctx := p.Context(); ctx.Err() != nil {
		p.task.core.Stop(rt.CauseOf(ctx)) // ends it, if it has not begun
		return false
	}
	if !p.task.phase.CompareAndSwap(uint32(Pending), uint32(Running)) {
		return false
	}
	p.task.core.Begin()
	return true
}

// Stopping reports whether the task was asked to stop. It costs a load, where the context may
// have to be asked for more.
func (p *Promise[T]) Stopping() bool { return p.task.core.Stopped() }

// Resolve ends the task with v, or with err if that is not nil. The first call wins, and
// reports true.
func (p *Promise[T]) Resolve(v T, err error) bool { return p.task.settle(v, err) }

// Run runs f as the task, on the caller's goroutine, and resolves it by what f does: a panic and a
// Goexit included. Begin must have reported true.
func (p *Promise[T]) Run(f func(ctx context.Context) (T, error)) { p.task.execute(f) }
