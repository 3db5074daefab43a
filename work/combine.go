package work

import (
	"context"
	"errors"
	"iter"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/queue"
)

// errLost stops the tasks of an Any that were not first.
var errLost = errors.New("work: another task was first")

// All waits for every task and returns their results in order, and the errors of those that failed
// joined; they leave the zero value. If ctx ends first, the error is its cause; the tasks go on.
func All[T any](ctx context.Context, tasks ...*skein.Task[T]) ([]T, error) {
	vals, errs := make([]T, len(tasks)), make([]error, len(tasks))
	for i, t := range tasks {
		vals[i], errs[i] = t.Join(ctx)
		if errs[i] != nil && t.Alive() {
			return vals, errs[i] // ctx's cause
		}
	}
	return vals, errors.Join(errs...)
}

// Any waits for the first task to finish, returns its result and stops the others, for which it
// does not wait. If all fail, their errors are returned joined; if there are no tasks, an error
// says so. If ctx ends first, the error is its cause, and the tasks go on.
func Any[T any](ctx context.Context, tasks ...*skein.Task[T]) (T, error) {
	var errs []error
	for t, err := range AsCompleted(ctx, tasks...) {
		if err != nil {
			var zero T
			return zero, err
		}
		v, err := t.Join(ctx)
		if err == nil {
			for _, other := range tasks {
				other.Stop(errLost)
			}
			return v, nil
		}
		errs = append(errs, err)
	}
	var zero T
	if len(errs) == 0 {
		return zero, errors.New("work: Any of no tasks")
	}
	return zero, errors.Join(errs...)
}

// AsCompleted yields the tasks as they end, each once and with a nil error. If ctx ends first, it
// yields nil and ctx's cause, and ends. Leaving the loop leaves the tasks alone. The cost of each
// task does not depend on how many there are.
func AsCompleted[T any](ctx context.Context, tasks ...*skein.Task[T]) iter.Seq2[*skein.Task[T], error] {
	return func(yield func(*skein.Task[T], error) bool) {
		ended := queue.New[*skein.Task[T]](nil)
		for _, t := range tasks {
			defer t.OnDone(func(t *skein.Task[T]) { ended.Send(t) })()
			defer rt.Lend(ctx, t.Lending())()
		}
		for range tasks {
			t, err := ended.Get(ctx)
			if !yield(t, err) || err != nil {
				return
			}
		}
	}
}
