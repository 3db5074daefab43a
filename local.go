package skein

import (
	"context"
	"errors"

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
// with others wait while one of those opens it. In a task that has ended, whose values nobody would
// close, it is [ErrEnded].
func (l *Local[T]) Get(ctx context.Context) (T, error) {
	vs := valuesOf(ctx)
	for {
		s, mine := slotOf(vs, l)
		if s == nil {
			var zero T
			return zero, ErrEnded
		}
		if mine {
			return s.fill(ctx, vs)
		}
		if err := s.settled.Wait(ctx, "use a value opened by", rt.TaskOf(ctx)); err != nil {
			var zero T
			return zero, err
		}
		if v, ok := s.get(vs); ok {
			return v, nil
		}
	}
}

// Lookup returns the value of ctx's task, if it has one.
func (l *Local[T]) Lookup(ctx context.Context) (v T, ok bool) {
	vs := valuesOf(ctx)
	s := slotIn(vs, l)
	if s == nil {
		return v, false
	}
	return s.get(vs)
}

// Set makes v the value of ctx's task. One it had before is closed. In a task that has ended v is
// closed, and it is [ErrEnded].
func (l *Local[T]) Set(ctx context.Context, v T) error {
	return errors.Join(l.Delete(ctx), (&slot[T]{of: l}).set(valuesOf(ctx), v))
}

// Delete closes the value of ctx's task, if it has one, and returns close's error.
func (l *Local[T]) Delete(ctx context.Context) error {
	vs := valuesOf(ctx)
	s := slotIn(vs, l)
	if s == nil {
		return nil
	}
	if v, ok := s.take(vs); ok && l.close != nil {
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

func (l *Local[T]) opened(ctx context.Context) (v T, err error) {
	if l.open == nil {
		return v, errors.New("skein: this Local has no open function and no value was set")
	}
	return l.open(ctx)
}
