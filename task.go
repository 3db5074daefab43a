package skein

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A State is how far a task is.
type State uint8

const (
	Pending  State = iota // not begun
	Running               // begun, and not ended, nor have all tasks started under it
	Finished              // ended without an error
	Failed                // ended with an error: its own, a panic or a Goexit
	Stopped               // ended because it was asked to
)

var stateNames = [...]string{"pending", "running", "finished", "failed", "stopped"}

// String is the state in lower case.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("State(%d)", uint8(s))
}

// Ended reports whether s is one of the three last.
func (s State) Ended() bool { return s >= Finished }

// A Handle is what every [Task] is, whatever its result.
type Handle interface {
	// Name is the name the task was given.
	Name() string
	// State is how far it is.
	State() State
	// Site is where its function was written, as "function (file:line)".
	Site() string
	// Err is why it failed or was stopped; nil while it is alive, and if it finished.
	Err() error
	// Stop asks it to end; see [Task.Stop].
	Stop(cause error)
	// Wait waits until it has ended and returns what Err then is, or ctx's cause; see [Task.Join].
	Wait(ctx context.Context) error
	// Done is closed when it has ended.
	Done() <-chan struct{}
}

// A Task is something that runs, or will, and ends with a T or an error. It is made by
// [Group.Go], [Start], [Detached], a [Promise] or an executor.
type Task[T any] struct {
	core  rt.Task
	phase atomic.Uint32
	read  atomic.Bool // somebody knows of the failure, or will
	quit  bool        // err is that it was stopped; like val and err, set before it ends
	about *about
	val   T
	err   error
}

// about is what is known of a task before it begins. Tasks that are made alike may share it.
type about struct {
	name  string
	site  uintptr // the code that started it, or failing that its function's
	group *Group  // whose policy it follows; nil if its failure is for its joiner
}

// The phases of a task are the states Pending and Running, and settled: its result is being
// written, or has been.
const settled = uint32(Running) + 1

// Name is the name the task was given.
func (t *Task[T]) Name() string { return t.about.name }

// State is how far it is.
func (t *Task[T]) State() State {
	switch p := t.phase.Load(); {
	case p < settled:
		return State(p)
	case !t.core.Ended():
		return Running
	case t.quit:
		return Stopped
	case t.err != nil:
		return Failed
	}
	return Finished
}

// Alive reports whether it has yet to end.
func (t *Task[T]) Alive() bool { return !t.core.Ended() }

// Err is why the task failed or was stopped; nil while it is alive, and if it finished. For a
// stopped task it is a [*StoppedError], for a panic a [*PanicError].
func (t *Task[T]) Err() error {
	if !t.core.Ended() {
		return nil
	}
	t.read.Store(true)
	return t.err
}

// Stop asks the task, and every task under it, to end: their contexts are cancelled with cause,
// and the waits they are in return it. A pending task never begins. Stop does not wait. Stopping
// again, or a task that has ended, does nothing. A nil cause means [ErrStopped].
func (t *Task[T]) Stop(cause error) {
	if cause == nil {
		cause = ErrStopped
	}
	rt.Point()
	t.core.Stop(cause)
	rt.Point()
}

// Join waits until the task has ended and returns its result. ctx ends the waiting, with its
// cause, and not the task. A task that has ended can be joined any number of times, even under a
// cancelled context.
//
// Joining a task that waits in an executor, from a task which that executor runs, lends it the
// joiner's place meanwhile: no depth of joins fills an executor with tasks that wait.
func (t *Task[T]) Join(ctx context.Context) (T, error) {
	if !t.core.Ended() {
		t.read.Store(true)
		if err := rt.Join(ctx, &t.core); err != nil {
			var zero T
			return zero, err
		}
	}
	if t.err != nil {
		t.read.Store(true)
	}
	return t.val, t.err
}

// Wait is Join without the value.
func (t *Task[T]) Wait(ctx context.Context) error {
	_, err := t.Join(ctx)
	return err
}

// Done is closed when the task has ended. The channel is made on the first call.
func (t *Task[T]) Done() <-chan struct{} { return t.core.Done() }

// OnDone has f called when the task has ended: by whoever ended it, so f must be short and may
// not block; at once, by the caller, if it has ended already. off takes f back, and reports
// whether that prevented the call. A panic in f is logged and recorded.
func (t *Task[T]) OnDone(f func(*Task[T])) (off func() bool) {
	t.read.Store(true)
	return t.core.OnEnd(func() {
		defer reportCallback(t.Name())
		f(t)
	})
}

// begin makes t as a task under up, or a root, and reports whether it may start.
func (t *Task[T]) begin(up *rt.Task, ctx context.Context, kind uint32, about *about, body rt.Body) bool {
	t.about = about
	if err := t.core.Init(up, ctx, kind, body); err != nil {
		t.err, t.quit = &StoppedError{Task: t.Name(), Cause: err}, true
		t.phase.Store(settled)
		return false
	}
	return true
}

// A runner is a task with what it is to run, in one allocation.
type runner[T any] struct {
	Task[T]
	own   about
	f     func(context.Context) (T, error)
	plain func(context.Context) error // in place of f, for a task without a result
}

// start starts r under up, or as a root.
func (r *runner[T]) start(up *rt.Task, ctx context.Context, kind uint32) *Task[T] {
	t := &r.Task
	if t.begin(up, ctx, kind, &r.own, (*taskBody[T])(t)) {
		t.core.Start(r.main)
	} else if r.own.group != nil {
		r.own.group.ended(t, Stopped, t.err)
	}
	return t
}

// main is the life of a task's goroutine or coroutine.
func (r *runner[T]) main() {
	f, plain := r.f, r.plain
	r.f, r.plain = nil, nil // what they refer to need not live as long as the handle
	if r.core.Stopped() {
		(*taskBody[T])(&r.Task).StoppedPending()
	}
	if !r.phase.CompareAndSwap(uint32(Pending), uint32(Running)) {
		return // stopped before it began
	}
	if f == nil {
		f = func(ctx context.Context) (v T, err error) { return v, plain(ctx) }
	}
	r.execute(f)
}

// execute runs f as the task, which is running, and settles it by what f did.
func (t *Task[T]) execute(f func(context.Context) (T, error)) {
	t.core.Enter()
	var v T
	var err error
	returned := false
	defer func() {
		if !returned {
			err = t.broken(recover())
		}
		t.settle(v, err)
	}()
	v, err = f(t.core.Context())
	returned = true
}

// broken is the error of a body that did not return. No value means Goexit.
func (t *Task[T]) broken(value any) error {
	if value == nil {
		if t.core.Killed() {
			return t.core.Cause()
		}
		return ErrGoexit
	}
	p := newPanicError(t.Name(), t.Site(), value)
	if t.about.group != nil && t.about.group.opts.CrashOnPanic {
		p.crash()
	}
	return p
}

// settle ends the body of the task, by v and err. The first call wins, and reports so.
func (t *Task[T]) settle(v T, err error) bool {
	for {
		p := t.phase.Load()
		if p > uint32(Running) {
			return false
		}
		if t.phase.CompareAndSwap(p, settled) {
			break
		}
	}
	state := Finished
	if err != nil {
		state = Failed
		t.core.CatchUp()
		_, panicked := err.(*PanicError)
		if cause := t.core.Cause(); cause != nil && causedBy(err, cause) && (!panicked || err == cause) {
			state = Stopped
			err = &StoppedError{Task: t.Name(), Cause: cause}
		}
	}
	t.val, t.err, t.quit = v, err, state == Stopped
	defer t.core.Return() // even if a callback calls runtime.Goexit
	switch {
	case state == Finished:
	case t.about.group != nil:
		t.about.group.ended(t, state, err)
	case state == Failed && !t.read.Load():
		t.core.AtEnd(t.unread)
	}
	return true
}

// causedBy reports whether err is what a task returns that was stopped with cause: the cause, what
// its context's Err is, or what an interrupted read or write returns.
func causedBy(err, cause error) bool {
	return errors.Is(err, cause) || errors.Is(err, context.Canceled) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}

// unread reports whether nobody has read of the failure, and if asked to, to everybody.
func (t *Task[T]) unread(report bool) bool {
	if t.read.Load() || !report {
		return !t.read.Load()
	}
	probe.Report(probe.Finding{
		Kind: "unread failure", Where: t.Site(), Evidence: t.err.Error(),
		Sentence: fmt.Sprintf("task %q failed and nobody joined it or read its error: %v", t.Name(), firstLine(t.err)),
	})
	return true
}

// Site is where the function of the task was written, as "function (file:line)"; for a function
// literal that is where the task was started.
func (t *Task[T]) Site() string { return probe.SiteName(t.about.site) }

// Lending is for package work, which lends a place to the task while somebody waits for it without
// joining it.
func (t *Task[T]) Lending() *rt.Task { return &t.core }
