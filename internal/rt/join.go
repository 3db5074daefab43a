package rt

import "context"

// A Lender is the body of a task that waits for a place in an executor. Whoever joins such a task
// from a place in the same executor lends it that place, and so cannot wait for ever for a task
// that waits for the joiner.
type Lender interface {
	// Lend is told that joiner is about to wait for the body's task, and gives back what is to be
	// called when that wait is over.
	Lend(joiner *Task) (back func())
}

// Join waits until target has ended.
func Join(ctx context.Context, target *Task) error {
	Point()
	if target.Ended() {
		return nil
	}
	defer Lend(ctx, target.body)()
	return target.Wait(ctx)
}

// Lend tells body, if it is a [Lender], that the task of ctx is about to wait for it.
func Lend(ctx context.Context, body Body) (back func()) {
	if l, ok := body.(Lender); ok {
		if joiner := TaskOf(ctx); joiner != nil {
			return l.Lend(joiner)
		}
	}
	return func() {}
}
