package skein

import (
	"context"

	"github.com/skein-go/skein/internal/rt"
)

// A Promise is the other end of a task whose body is not a function started by this package: the
// answer to a request, a job that an executor runs, something in another process. Its task is
// like any other: it can be stopped, seen and joined, and its Run waits for it.
//
// The zero Promise is made ready by Init; [NewPromise] does both.
type Promise[T any] struct{ task Task[T] }

// NewPromise makes a task of the Run that ctx belongs to, for somebody to resolve. name is for
// dumps. If that Run has ended or was stopped, so has the task.
func NewPromise[T any](ctx context.Context, name string) *Promise[T] {
	p := new(Promise[T])
	p.task.site = callerSite()
	p.Init(ctx, name, nil)
	return p
}

// Init makes the zero Promise a pending task and reports whether it may begin. It is for types
// that contain a Promise. Whose function it is for, if not nil, is what dumps give as the place
// where it was started.
func (p *Promise[T]) Init(ctx context.Context, name string, function any) bool {
	if function != nil {
		p.task.site = funcSite(function)
	}
	return p.task.begin(rt.TaskOf(ctx), ctx, name, false)
}

// Task is the task of the promise.
func (p *Promise[T]) Task() *Task[T] { return &p.task }

// Context is the context of the task: it ends when the task is stopped.
func (p *Promise[T]) Context() context.Context { return p.task.core.Context() }

// Begin marks the task as running. It reports false if it has been begun, stopped or resolved,
// so of several who call it one may go on.
func (p *Promise[T]) Begin() bool {
	if err := p.task.core.Context().Err(); err != nil {
		p.task.core.Stop(rt.CauseOf(p.task.core.Context()))
		p.task.StoppedPending()
		return false
	}
	if !p.task.phase.CompareAndSwap(uint32(Pending), uint32(Running)) {
		return false
	}
	p.task.core.Begin()
	return true
}

// Resolve ends the task with v, or with err if that is not nil. The first call wins, and
// reports true.
func (p *Promise[T]) Resolve(v T, err error) bool { return p.task.settle(v, err) }

// Run runs f as the task, on the caller's goroutine, and resolves it by what f does: a panic and a
// Goexit included. Begin must have reported true.
func (p *Promise[T]) Run(f func(ctx context.Context) (T, error)) { p.task.execute(f) }
