package skein

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

var (
	// ErrStopped is the cause of a Stop that named none. Every [*StoppedError] is also
	// ErrStopped, whatever its cause.
	ErrStopped = errors.New("skein: stopped")
	// ErrEnded is why a task is not started in a Run that has ended, and the cause with which
	// daemons are stopped when theirs ends.
	ErrEnded = rt.ErrEnded
	// ErrGoexit is how a task failed that called runtime.Goexit, as a test's FailNow does.
	ErrGoexit = errors.New("skein: the task called runtime.Goexit")
)

// A StoppedError is the error of a task that ended because it was asked to.
type StoppedError struct {
	Task  string // its name
	Cause error  // what Stop was given
}

// Error says which task was stopped and why.
func (e *StoppedError) Error() string { return fmt.Sprintf("task %q stopped: %v", e.Task, e.Cause) }

// Unwrap returns the cause.
func (e *StoppedError) Unwrap() error { return e.Cause }

// Is makes every StoppedError an [ErrStopped].
func (e *StoppedError) Is(target error) bool { return target == ErrStopped }

// A TaskError is the failure of one task of a Run, as Run returns it and as its siblings see it
// as their cause.
type TaskError struct {
	Task string // its name
	Err  error  // its own error
}

// Error is the task's own error after its name.
func (e *TaskError) Error() string { return fmt.Sprintf("task %q: %v", e.Task, e.Err) }

// Unwrap returns the task's own error.
func (e *TaskError) Unwrap() error { return e.Err }

// A PanicError is the error of a task that panicked.
type PanicError struct {
	Task    string // its name
	Value   any    // what panic was given
	Stack   string // the goroutine's stack at the panic
	Started string // function (file:line) it was started with: for a function literal, where it was started
}

// Error is the panic with its stack, over several lines.
func (e *PanicError) Error() string {
	return fmt.Sprintf("panic in task %q: %v\nstarted at %s\n\n%s", e.Task, e.Value, e.Started, e.Stack)
}

// Unwrap returns the value of the panic, if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// NewPanicError is for packages that run functions on behalf of others: called by the deferred
// function that recovered value, it makes the error of the panic, logs it and records it. Where
// function was written is what it gives as the place it was started.
func NewPanicError(task string, function, value any) *PanicError {
	return newPanicError(task, probe.SiteName(probe.FuncSite(function)), value)
}

func newPanicError(task, started string, value any) *PanicError {
	e := &PanicError{Task: task, Value: value, Started: started, Stack: probe.PanicStack()}
	e.report()
	return e
}

func (e *PanicError) report() {
	probe.Report(probe.Finding{
		Kind: "panic", Where: e.Started, Evidence: e.Stack,
		Sentence: fmt.Sprintf("task %q panicked: %v", e.Task, e.Value),
	})
	slog.Error("skein: task panicked", "task", e.Task, "panic", e.Value, "started", e.Started, "stack", e.Stack)
}

// crash ends the program as an unrecovered panic does, saying where the panic was: on a
// coroutine the stack would otherwise be that of the loop.
func (e *PanicError) crash() {
	fmt.Fprintf(os.Stderr, "panic: %v [in task %q, started at %s]\n\n%s\n", e.Value, e.Task, e.Started, e.Stack)
	os.Exit(2)
}

// reportCallback is deferred around a callback.
func reportCallback(task string) {
	if v := recover(); v != nil {
		newPanicError("callback of "+task, "", v)
	}
}

// An OverdueError names the daemons that had not ended by the grace of their Run, which
// has returned without them.
type OverdueError struct {
	Tasks []string // their names
}

// Error names the daemons.
func (e *OverdueError) Error() string {
	return "skein: daemons still running after their Run: " + strings.Join(e.Tasks, ", ")
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
