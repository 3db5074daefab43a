package queue_test

import (
	"context"
	"errors"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/queue"
)

type acked = queue.Acked[int]

func TestPutAck(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New[acked](nil)
		done, failed, twice := queue.PutAck(ctx, q, 1), queue.PutAck(ctx, q, 2), queue.PutAck(ctx, q, 3)
		for a := range 3 {
			item, err := q.Get(ctx)
			if err != nil || item.Value != a+1 || item.Context().Err() != nil {
				t.Errorf("%v, %v", item, err)
			}
			switch a {
			case 0:
				item.Done()
			case 1:
				item.Fail(errEnough)
			case 2:
				item.Done()
				item.Fail(errEnough)
			}
			if item.Context().Err() == nil {
				t.Error("the context goes on")
			}
		}
		if err := done.Wait(ctx); err != nil {
			t.Errorf("done: %v", err)
		}
		if err := failed.Wait(ctx); !errors.Is(err, errEnough) {
			t.Errorf("failed: %v", err)
		}
		if err := twice.Wait(ctx); err != nil {
			t.Errorf("done, then failed: %v", err)
		}
	})
}

func TestPutAckOfWhatNobodyTakes(t *testing.T) {
	logged(t)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		newest := queue.New(&queue.Options[acked]{Cap: 1, Full: queue.DropNewest})
		oldest := queue.New(&queue.Options[acked]{Cap: 1, Full: queue.DropOldest})
		kept, dropped := queue.PutAck(ctx, newest, 1), queue.PutAck(ctx, newest, 2)
		first, second := queue.PutAck(ctx, oldest, 1), queue.PutAck(ctx, oldest, 2)
		for _, drop := range []*skein.Task[struct{}]{dropped, first} {
			if err := drop.Wait(ctx); !errors.Is(err, queue.ErrDropped) {
				t.Errorf("dropped: %v", err)
			}
		}
		leased := queue.New[acked](nil)
		lost := queue.PutAck(ctx, leased, 1)
		l := lease(t, ctx, leased)
		leased.CloseNow()
		l.GiveBack()
		newest.CloseNow()
		oldest.CloseNow()
		for _, gone := range []*skein.Task[struct{}]{kept, second, lost, queue.PutAck(ctx, newest, 3)} {
			if err := gone.Wait(ctx); !errors.Is(err, queue.ErrClosed) {
				t.Errorf("closed: %v", err)
			}
		}
	})
}

func TestPutAckWithdrawn(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New[acked](nil)
		ack := queue.PutAck(ctx, q, 1)
		ack.Stop(errEnough)
		if err := ack.Wait(ctx); !errors.Is(err, errEnough) {
			t.Errorf("the task: %v", err)
		}
		item, err := q.Get(ctx)
		if err != nil || context.Cause(item.Context()) != errEnough {
			t.Errorf("the item: %v, %v", err, context.Cause(item.Context()))
		}
		item.Done() // has no effect
		if err := ack.Wait(ctx); !errors.Is(err, errEnough) {
			t.Errorf("the task: %v", err)
		}
	})
}

func TestPutAckIntoFullQueueEndsWithItsContext(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New(&queue.Options[acked]{Cap: 1})
		first := queue.PutAck(ctx, q, 1)
		putter := waiting(g, func(ctx context.Context) (error, error) {
			return queue.PutAck(ctx, q, 2).Wait(context.WithoutCancel(ctx)), nil
		})
		putter.Stop(errEnough)
		if err, _ := putter.Join(ctx); !errors.Is(err, errEnough) {
			t.Errorf("%v", err)
		}
		if n := q.Len(); n != 1 {
			t.Errorf("%d items", n)
		}
		q.CloseNow()
		first.Wait(ctx)
	})
}

// An acknowledged put belongs to the Run of its producer, and must not hold it up for nothing.
func TestPutAckAndTheEndOfItsRun(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New[acked](nil)
		var after context.Context
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			after = ctx
			queue.PutAck(ctx, q, 1)
			return errEnough // stops what is pending
		}, nil)
		if !errors.Is(err, errEnough) {
			t.Error(err)
		}
		if item, err := q.TryGet(); err != nil || item.Context().Err() == nil {
			t.Errorf("the item of a Run that has ended: %v, %v", item, err)
		}
		if err := queue.PutAck(after, q, 2).Wait(ctx); err == nil || q.Len() != 0 {
			t.Errorf("put after the end: %v, %d items", err, q.Len())
		}
	})
}

func TestPutAckThatPanicsLeavesNoTask(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		q := queue.New(&queue.Options[acked]{Clone: func(acked) acked { panic("clone") }})
		if !panics(func() { queue.PutAck(ctx, q, 1) }) {
			t.Error("no panic")
		}
	}) // returns
}

func TestAckedThatWasPutByOtherMeans(t *testing.T) {
	item := acked{Value: 1}
	item.Done()
	item.Fail(errEnough)
	if item.Context().Err() != nil {
		t.Error("its context has ended")
	}
}
