package rt

import (
	"context"
	"errors"
)

// ErrEnded is why a task is not started under a task that has ended.
var ErrEnded = errors.New("skein: its Run has ended")

// Stop asks t, and every task under it, to stop: their contexts are cancelled with cause, and
// the waits they are in return it. The first cause stays.
func (t *Task) Stop(cause error) { t.stop(cause, 0) }

// Kill is Stop for a task on a strand, and has it unwind: the wait it is in, or the next, does
// not return, but runs its deferred calls. On a goroutine, where that cannot be, it is Stop.
func (t *Task) Kill(cause error) { t.stop(cause, fKilled) }

// stopFrom stops t because ctx has ended.
func (t *Task) stopFrom(ctx context.Context) {
	extra := uint32(0)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		extra = fDeadline
	}
	t.stop(context.Cause(ctx), extra)
}

// CatchUp stops t if the end of a context above it is still on its way to do so. The standard
// library tells contexts derived from that one at once and us, who stop the tree, on a goroutine;
// so a task may fail by it before it has been stopped.
func (t *Task) CatchUp() {
	for x := t; x != nil; x = x.up {
		if e := x.ext.Load(); e != nil && e.parent != nil && e.parent.Err() != nil {
			x.stopFrom(e.parent) // if somebody is at it, this waits for him
		}
	}
}

func (t *Task) stop(cause error, extra uint32) {
	if t.has(fDone) {
		return
	}
	if cause == nil {
		cause = context.Canceled
	}
	var after aftermath
	t.stopTree(cause, extra, &after)
	for _, real := range after.reals {
		real.cancel(cause)
	}
	for _, strand := range after.strands {
		strand.recheckWatched()
	}
	for _, body := range after.pending {
		body.StoppedPending()
	}
}

// An aftermath is what a stop leaves to be done once no mutex is held any more: contexts to
// cancel, which may call methods of a user's contexts; tasks on strands, which may wait with
// contexts derived from those; and bodies that had not begun and end now.
type aftermath struct {
	reals   []*realContext
	strands []*Task
	pending []Body
}

// stopTree stops t and everything under it.
func (t *Task) stopTree(cause error, extra uint32, after *aftermath) {
	e := t.extend()
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.flags.Load()
	kill := extra&fKilled != 0 && f&(fKilled|fEnded) == 0
	first := f&(fStopped|fEnded) == 0
	if !first && !kill {
		return
	}
	if first {
		e.cause = cause
		if f&fStarted == 0 {
			after.pending = append(after.pending, t.body)
		}
		if real := e.real.Load(); real != nil {
			after.reals = append(after.reals, real)
			if e.strand != nil {
				after.strands = append(after.strands, t.executor())
			}
		}
	}
	t.add(fStopped | extra)
	for w := t.waits; w != nil; w = w.tnext {
		if kill || !w.shield {
			w.signal(stopped)
		}
	}
	// A kid takes its own mutex only, and never its parent's while holding it.
	for k := e.kids; k != nil; {
		k.stopTree(cause, extra, after)
		if k = k.next; k == e.kids {
			break
		}
	}
}

func (t *Task) beginUnwinding() bool {
	if !t.has(fKilled) {
		return false
	}
	return t.flags.Or(fUnwinding)&fUnwinding == 0
}
