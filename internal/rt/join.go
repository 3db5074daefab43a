package rt

import (
	"context"
	"slices"
	"sync/atomic"
)

// A Lender is the body of a task that may have a place in an executor. Before such a task, or one
// started under it, waits for the end of another, it lends that place to what the other waits for
// there; or it could wait for ever for a task that waits for its place.
type Lender interface {
	// Executor is where it has a place; nil if it has none.
	Executor() any
	// Lend lends its place to whatever waits in that executor at target or under it, now and
	// later, until back is called.
	Lend(target *Task) (back func())
}

// Places counts the places there are: while there are none, a join need not look for one.
var Places atomic.Int32

// Join waits until target has ended.
func Join(ctx context.Context, target *Task) error {
	Point()
	if target.Ended() {
		return nil
	}
	defer Lend(ctx, target)()
	return target.Wait(ctx)
}

// Lend lends the places of ctx's task to target, for whose end it is about to wait.
func Lend(ctx context.Context, target *Task) (back func()) {
	if Places.Load() == 0 {
		return nothing
	}
	return lend(TaskOf(ctx), target)
}

// lend lends the place that t has, or the nearest task above it, in each of the executors where
// one of them has any.
func lend(t, target *Task) (back func()) {
	var lent []any
	var backs []func()
	for ; t != nil; t = t.up {
		l, ok := t.body.(Lender)
		if !ok {
			continue
		}
		if ex := l.Executor(); ex != nil && !slices.Contains(lent, ex) {
			lent = append(lent, ex)
			backs = append(backs, l.Lend(target))
		}
	}
	if len(backs) == 0 {
		return nothing
	}
	return func() {
		for _, back := range backs {
			back()
		}
	}
}

func nothing() {}

// Under reports whether t is top or was started under it, directly or not.
func (t *Task) Under(top *Task) bool {
	for ; t != nil; t = t.up {
		if t == top {
			return true
		}
	}
	return false
}
