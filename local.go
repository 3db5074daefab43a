package skein

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/skein-go/skein/internal/rt"
)

// ErrOpen is what [Local.With] returns when the task has the value open already.
var ErrOpen = errors.New("skein: already open in this task")

// A Local holds one value for each task, or for each place of a pool: its own connection, buffer
// or random source, which no other task sees. Values are not inherited by tasks that a task
// starts. The body of a Run belongs to the task that called Run.
//
// A task that a pool runs shares the value with the tasks that the same place of the pool runs
// before and after it, one at a time: a connection per place, not per request.
//
// A Local that is still open when its task or place ends is closed then, even after a panic.
type Local[T any] struct {
	open  func(ctx context.Context) (T, error)
	close func(T) error
}

// NewLocal makes one whose values are made by open when first needed, and given up by close, which
// may be nil. open may be nil if values are only Set.
func NewLocal[T any](open func(ctx context.Context) (T, error), close func(T) error) *Local[T] {
	return &Local[T]{open, close}
}

// Get returns the value of ctx's task, opening it if there is none. Tasks that share the value
// with others wait while one of those opens it.
func (l *Local[T]) Get(ctx context.Context) (T, error) {
	v, err := rt.LocalOf(ctx, l, func() (any, error) { return l.opened(ctx) }, l.closer())
	t, _ := v.(T)
	return t, err
}

// Lookup returns the value of ctx's task, if it has one.
func (l *Local[T]) Lookup(ctx context.Context) (v T, ok bool) {
	x, ok := rt.PeekLocal(ctx, l)
	v, _ = x.(T)
	return v, ok
}

// Set makes v the value of ctx's task. One it had before is closed.
func (l *Local[T]) Set(ctx context.Context, v T) error {
	err := l.Delete(ctx)
	return errors.Join(err, rt.SetLocal(ctx, l, v, l.closer()))
}

// Delete closes the value of ctx's task, if it has one, and returns close's error.
func (l *Local[T]) Delete(ctx context.Context) error {
	x, ok := rt.TakeLocal(ctx, l)
	if v, typed := x.(T); ok && typed && l.close != nil {
		return l.close(v)
	}
	return nil
}

// With opens the value for ctx's task, calls f, and closes it when f returns or panics. If the
// task has it open already, it is [ErrOpen] and f is not called. The errors of f and of close are
// joined.
func (l *Local[T]) With(ctx context.Context, f func(v T) error) (err error) {
	if _, open := l.Lookup(ctx); open {
		return ErrOpen
	}
	v, err := l.Get(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if e := l.Delete(ctx); e != nil {
			err = errors.Join(err, e)
		}
	}()
	return f(v)
}

func (l *Local[T]) opened(ctx context.Context) (any, error) {
	if l.open == nil {
		return nil, errors.New("skein: this Local has no open function and no value was set")
	}
	v, err := l.open(ctx)
	return v, err
}

// closer closes a value that its task has left behind.
func (l *Local[T]) closer() func(any) {
	if l.close == nil {
		return nil
	}
	return func(x any) {
		defer reportCallback("close of a Local")
		if v, ok := x.(T); ok {
			if err := l.close(v); err != nil {
				slog.Error("skein: closing a task-local value", "type", fmt.Sprintf("%T", v), "error", err)
			}
		}
	}
}
