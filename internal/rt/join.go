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
	if l, ok := target.body.(Lender); ok {
		if joiner := TaskOf(ctx); joiner != nil {
			defer l.Lend(joiner)()
		}
	}
	return target.Wait(ctx)
}
