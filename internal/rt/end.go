package rt

import (
	"context"
	"slices"
)

// Return says that the body of t is over. t has ended once its kids have, too.
func (t *Task) Return() {
	// The short way, if nobody has taken notice of t but its parent: no kids, nobody who waits,
	// nothing to give back. Who takes notice first says so and then looks whether t has ended.
	if f := t.flags.Load(); f&fNoticed == 0 && t.flags.CompareAndSwap(f, f|fReturned|fEnded|fDone) {
		t.leaveTree()
		return
	}
	t.mu.Lock()
	e := t.ext.Load()
	if e == nil {
		t.add(fReturned | fEnded | fDone)
		t.joins.ServeAll()
		t.mu.Unlock()
		t.leaveTree()
		return
	}
	t.add(fReturned)
	last := e.kids == nil
	if last {
		t.add(fEnded)
	}
	t.mu.Unlock()
	if last {
		t.end(e)
	}
}

// end is called once, by whoever was last: the body or a kid. fEnded is set.
func (t *Task) end(e *ext) {
	t.mu.Lock()
	unread, watches, attached, cause := e.unread, e.watch, e.attached, e.cause
	e.unread, e.watch, e.attached = nil, nil, nil
	e.holder.Load().forget(t)
	t.mu.Unlock()
	defer t.leaveTree() // deferred, as callbacks may call runtime.Goexit
	defer t.announce(e)
	if attached != nil {
		attached.Close()
	}
	for _, w := range watches {
		w.stop()
	}
	if real := e.real.Load(); real != nil {
		if cause == nil {
			cause = context.Canceled
		}
		real.cancel(cause) // if t was stopped, who did that may not have come to it yet
	}
	for _, check := range unread {
		check(true)
	}
}

// announce lets everybody know that t has ended.
func (t *Task) announce(e *ext) {
	t.mu.Lock()
	t.add(fDone)
	onEnd := e.onEnd
	e.onEnd = nil
	t.joins.ServeAll()
	e.quiet.ServeAll()
	if e.done != nil {
		close(e.done)
	}
	t.mu.Unlock()
	callAll(onEnd)
}

func callAll(list []*endCall) {
	for i, c := range list {
		if c.f != nil {
			defer callAll(list[i+1:]) // even if this one calls runtime.Goexit
			c.f()
			return
		}
	}
}

func (t *Task) leaveTree() {
	if t.up == nil {
		roots.remove(t)
	} else {
		t.up.kidEnded(t)
	}
}

func (t *Task) kidEnded(kid *Task) {
	t.mu.Lock()
	e := t.ext.Load()
	e.kids = remove(e.kids, kid)
	if !kid.has(fDaemon) {
		e.pending--
	}
	last := e.kids == nil && t.flags.Load()&(fReturned|fEnded) == fReturned
	if last {
		t.add(fEnded)
	} else if !e.quiet.Empty() && (e.pending == 0 || e.kids == nil) {
		e.quiet.ServeAll()
	}
	t.mu.Unlock()
	if last {
		t.end(e)
	}
}

// Wait waits until t has ended: nil, even under a cancelled context, if it has already.
func (t *Task) Wait(ctx context.Context) error {
	if t.has(fDone) {
		return nil
	}
	// A task is waited for once, as a rule, so the waiter is kept by who waits.
	joiner, w := spareWaiter(ctx)
	t.add(fNoticed)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.has(fDone) {
		joiner.keepWaiter(w)
		return nil
	}
	err := t.joins.waitAs(w, ctx, &t.mu, "join", t, new(entry))
	joiner.keepWaiter(w)
	if err != nil {
		unwind()
	}
	return err
}

// Done is closed when t has ended.
func (t *Task) Done() <-chan struct{} {
	e := t.extend()
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.done == nil {
		e.done = make(chan struct{})
		if t.has(fDone) {
			close(e.done)
		}
	}
	return e.done
}

// WaitKids waits until every kid of t has ended, or with daemons false every kid that is none; and
// if that is the end of t, until everything which that brings has been done.
func (t *Task) WaitKids(ctx context.Context, daemons bool) error {
	if Places.Load() != 0 {
		defer lend(t.up, t)()
	}
	e := t.extend()
	t.mu.Lock()
	defer t.mu.Unlock()
	for e.pending > 0 || daemons && e.kids != nil || t.flags.Load()&(fEnded|fDone) == fEnded {
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
	e := t.ext.Load()
	if e == nil {
		return nil
	}
	return ringList(nil, e.kids)
}

func ringList(list []*Task, ring *Task) []*Task {
	for t := ring; t != nil; {
		list = append(list, t)
		if t = t.next; t == ring {
			break
		}
	}
	return list
}

// OnEnd has f called, on whatever goroutine t ends, once t can be joined; at once, by the
// caller, if t has ended. off takes f back and reports whether that prevented the call.
func (t *Task) OnEnd(f func()) (off func() bool) {
	e := t.extend()
	t.mu.Lock()
	if t.has(fDone) {
		t.mu.Unlock()
		f()
		return func() bool { return false }
	}
	if len(e.onEnd) == cap(e.onEnd) {
		e.onEnd = slices.DeleteFunc(e.onEnd, func(c *endCall) bool { return c.f == nil })
	}
	c := &endCall{f}
	e.onEnd = append(e.onEnd, c)
	t.mu.Unlock()
	return func() bool {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.has(fDone) || c.f == nil {
			return false
		}
		c.f = nil
		return true
	}
}

// An endCall is a function to call when a task has ended; nil if it was taken back.
type endCall struct{ f func() }

// AtEnd has check(true) called when t's parent ends. A task that failed registers what will look
// whether anybody has read its error by then, and report it if not. check(false) only says whether
// nobody has, so that a parent which goes on for ever can forget the others.
func (t *Task) AtEnd(check func(report bool) (unread bool)) {
	if t.up == nil {
		return
	}
	e := t.up.extend()
	t.up.mu.Lock()
	defer t.up.mu.Unlock()
	if len(e.unread) == cap(e.unread) {
		e.unread = slices.DeleteFunc(e.unread, func(check func(bool) bool) bool { return !check(false) })
	}
	e.unread = append(e.unread, check)
}

// An Attached is what another package keeps for a task. It is closed as the task ends, before anybody
// can know that.
type Attached interface{ Close() }

// Attach is what is attached to t, which is made if there is nothing; nil if t has ended.
func (t *Task) Attach(make func() Attached) Attached {
	e := t.extend()
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.attached == nil && !t.has(fEnded) {
		e.attached = make()
	}
	return e.attached
}
