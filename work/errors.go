package work

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrClosed is why an executor does not accept a job after Close.
	ErrClosed = errors.New("work: the executor is closed")
	// ErrFull is why a bounded executor does not accept a job that is not to wait.
	ErrFull = errors.New("work: the executor is full")
	// ErrInside is returned by Pool.Close when a task of that very pool calls it: it would wait
	// for itself. The pool closes all the same.
	ErrInside = errors.New("work: Close called by a task of the pool, which would wait for itself; the pool closes when the task has ended")
	// errLeft stops what is left of a Map when its loop is left.
	errLeft = errors.New("work: the loop over the results was left")
)

// A TimeoutError is the failure of a job that was still running after its timeout.
type TimeoutError struct {
	Task  string        // the job's name
	After time.Duration // the timeout
	Err   error         // what the function returned then
}

// Error says which task took too long.
func (e *TimeoutError) Error() string {
	return fmt.Sprintf("task %q timed out after %v: %v", e.Task, e.After, e.Err)
}

// Unwrap returns what the function returned.
func (e *TimeoutError) Unwrap() error { return e.Err }

// An ItemError is the failure of one item of a MapSlice.
type ItemError struct {
	Index int   // of the item in the slice
	Err   error // what the function returned for it
}

// Error says which item failed.
func (e *ItemError) Error() string { return fmt.Sprintf("item %d: %v", e.Index, e.Err) }

// Unwrap returns the failure.
func (e *ItemError) Unwrap() error { return e.Err }
