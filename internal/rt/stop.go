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
	extra := flags(0)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		extra = fDeadline
	}
	t.stop(context.Cause(ctx), extra)
}

func (t *Task) stop(cause error, extra flags) {
	var after aftermath
	t.stopTree(cause, extra, &after)
	for _, real := range after.reals {
		real.cancel(cause)
	}
	for _, body := range after.pending {
		body.StoppedPending()
	}
}

// An aftermath is what a stop leaves to be done once no mutex is held any more: contexts to
// cancel, which may call methods of a user's contexts, and bodies that had not begun and end now.
type aftermath struct {
	reals   []*realContext
	pending []Body
}

// stopTree stops t and everything under it.
func (t *Task) stopTree(cause error, extra flags, after *aftermath) {
	t.mu.Lock()
	kill := extra&fKilled != 0 && t.flags&(fKilled|fEnded) == 0
	first := t.flags&(fStopped|fEnded) == 0
	if !first && !kill {
		t.mu.Unlock()
		return
	}
	t.flags |= fStopped | extra
	if first {
		t.cause = cause
		if t.flags&fStarted == 0 && t.body != nil {
			after.pending = append(after.pending, t.body)
		}
	}
	for w := t.waits; w != nil; w = w.tnext {
		if kill || !w.shield {
			w.signal(stopped)
		}
	}
	if e := t.ext.Load(); e != nil && first {
		if real := e.real.Load(); real != nil {
			after.reals = append(after.reals, real)
		}
	}
	// A kid takes its own mutex only, and never its parent's while holding it.
	for k := t.kids; k != nil; {
		k.stopTree(cause, extra, after)
		if k = k.next; k == t.kids {
			break
		}
	}
	t.mu.Unlock()
}

func (t *Task) beginUnwinding() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.flags&fKilled == 0 || t.flags&fUnwinding != 0 {
		return false
	}
	t.flags |= fUnwinding
	return true
}

// Return says that the body of t is over. t has ended once its kids have, too.
func (t *Task) Return() {
	t.mu.Lock()
	t.flags |= fReturned
	last := t.kids == nil
	t.mu.Unlock()
	if last {
		t.end()
	}
}

// end is called once, by whoever was last: the body or a kid.
func (t *Task) end() {
	t.mu.Lock()
	t.flags |= fEnded
	e := t.ext.Load()
	var onEnd, unread []func()
	var watches []*watch
	var real *realContext
	var locals map[any]*local
	if e != nil {
		onEnd, unread, watches, real, locals = e.onEnd, e.unread, e.watch, e.real.Load(), e.locals
		e.onEnd, e.unread, e.watch, e.locals = nil, nil, nil, nil
	}
	t.mu.Unlock()
	closeLocals(locals)
	for _, w := range watches {
		w.stop()
	}
	if real != nil {
		real.cancel(context.Canceled)
	}
	for _, report := range unread {
		report()
	}
	t.done.Set()
	for _, f := range onEnd {
		f()
	}
	if t.up == nil {
		roots.remove(t)
	} else {
		t.up.kidEnded(t)
	}
}

func (t *Task) kidEnded(kid *Task) {
	t.mu.Lock()
	t.kids = remove(t.kids, kid)
	if kid.flags&fDaemon == 0 {
		t.pending--
	}
	if e := t.ext.Load(); e != nil && !e.quiet.Empty() && (t.pending == 0 || t.kids == nil) {
		e.quiet.ServeAll()
	}
	last := t.kids == nil && t.flags&(fReturned|fEnded) == fReturned
	t.mu.Unlock()
	if last {
		t.end()
	}
}

// WaitKids waits until every kid of t has ended, or with daemons false every kid that is none.
func (t *Task) WaitKids(ctx context.Context, daemons bool) error {
	e := t.extend()
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.pending > 0 || daemons && t.kids != nil {
		if err := e.quiet.Wait(ctx, &t.mu, "see the end of the tasks of", t); err != nil {
			return err
		}
	}
	return nil
}

// Kids lists the kids that have not ended.
func (t *Task) Kids() []*Task {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []*Task
	for k := t.kids; k != nil; {
		list = append(list, k)
		if k = k.next; k == t.kids {
			break
		}
	}
	return list
}

// OnEnd has f called, on whatever goroutine t ends, after its latch is set; at once, by the
// caller, if t has ended. remove takes f back and reports whether that prevented the call.
func (t *Task) OnEnd(f func()) (remove func() bool) {
	call := &f
	e := t.extend()
	t.mu.Lock()
	if t.flags&fEnded != 0 {
		t.mu.Unlock()
		f()
		return func() bool { return false }
	}
	e.onEnd = append(e.onEnd, func() { (*call)() })
	i := len(e.onEnd) - 1
	t.mu.Unlock()
	return func() bool {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.flags&fEnded != 0 || e.onEnd[i] == nil {
			return false
		}
		e.onEnd[i] = nil
		return true
	}
}

// AtEnd has report called when t's parent ends. A task that failed registers what will look
// whether anybody has read its error by then.
func (t *Task) AtEnd(report func()) {
	if t.up == nil {
		return
	}
	e := t.up.extend()
	t.up.mu.Lock()
	defer t.up.mu.Unlock()
	e.unread = append(e.unread, report)
}

// Killed reports whether t is to unwind, or does.
func (t *Task) Killed() bool { return t.has(fKilled) }
