package queue

import (
	"context"

	"github.com/skein-go/skein"
)

// Acked is an item whose producer learns what became of it: see [PutAck]. Of one that was put by
// other means nobody learns anything.
type Acked[T any] struct {
	Value T // the item

	promise *skein.Promise[struct{}]
}

// PutAck puts v into q, as Put does, and returns the task of its being dealt with: it finishes when
// the consumer calls Done, and fails with what the consumer gives Fail, with [ErrClosed] or ctx's
// cause if v did not get into q, and with ErrClosed or [ErrDropped] if it does not come out. The task
// belongs to the Run of ctx, which does not end before. Stopping it withdraws the wish: whoever takes
// the item sees that its Context has ended.
func PutAck[T any](ctx context.Context, q *Queue[Acked[T]], v T) *skein.Task[struct{}] {
	name := "acknowledged put"
	if q.name != "" {
		name += " into " + q.name
	}
	p := skein.NewPromise[struct{}](ctx, name)
	if p.Task().State().Ended() {
		return p.Task() // nobody would learn what becomes of v
	}
	err := ErrClosed
	defer func() {
		if err != nil { // or Put has panicked
			p.Resolve(struct{}{}, err)
		}
	}()
	err = q.Put(ctx, Acked[T]{v, p})
	return p.Task()
}

// Done says that the item has been dealt with. The first of Done and Fail counts.
func (a Acked[T]) Done() { a.Fail(nil) }

// Fail says that dealing with the item has failed. A nil err makes it Done.
func (a Acked[T]) Fail(err error) {
	if a.promise != nil {
		a.promise.Resolve(struct{}{}, err)
	}
}

// Context ends when the producer does not want the item dealt with any more.
func (a Acked[T]) Context() context.Context {
	if a.promise == nil {
		return context.Background()
	}
	return a.promise.Context()
}

func (a Acked[T]) abandoned(why error) { a.Fail(why) }
