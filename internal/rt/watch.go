package rt

import (
	"context"
	"reflect"
)

// A watch tells the waits of one task on a strand that a foreign context has ended.
type watch struct {
	ctx  context.Context
	stop func() bool
}

// maxWatches is how many contexts a task remembers that it watches. A task uses few at a time;
// one that derives a context for each call would otherwise collect them.
const maxWatches = 8

// watchFor registers ctx with t, once. It is nil for a context that cannot end.
func (t *Task) watchFor(ctx context.Context) *watch {
	if ctx.Done() == nil {
		return nil
	}
	comparable := reflect.TypeOf(ctx).Comparable()
	e := t.extend()
	t.mu.Lock()
	if comparable {
		for _, w := range e.watch {
			if w.ctx == ctx {
				t.mu.Unlock()
				return w
			}
		}
	}
	var drop *watch
	if len(e.watch) == maxWatches {
		drop = e.watch[0]
		e.watch = append(e.watch[:0], e.watch[1:]...)
	}
	t.mu.Unlock()
	if drop != nil {
		drop.stop()
	}
	w := &watch{ctx: ctx}
	w.stop = context.AfterFunc(ctx, func() { t.ended(w) })
	t.mu.Lock()
	e.watch = append(e.watch, w)
	t.mu.Unlock()
	return w
}

// ended ends the waits of t that depend on w.
func (t *Task) ended(w *watch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for x := t.waits; x != nil; x = x.tnext {
		if x.watch == w {
			x.signal(stopped)
		}
	}
}

// Recheck ends the waits of t whose foreign context has ended, and reports whether there was
// any: the standard library tells us on a goroutine of its own, and so perhaps later than a
// loop decides that nothing can happen any more.
func (t *Task) Recheck() (woke bool) {
	woke = t.recheckWatched()
	for _, x := range t.hosted() {
		if p := x.parent(); p.Err() != nil && !x.Stopped() {
			x.stopFrom(p)
			woke = true
		}
	}
	return woke
}

// recheckWatched is the first half of Recheck: the waits.
func (t *Task) recheckWatched() (woke bool) {
	t.mu.Lock()
	var due []*watch
	for x := t.waits; x != nil; x = x.tnext {
		if x.watch != nil {
			due = append(due, x.watch)
		}
	}
	t.mu.Unlock()
	for _, w := range due {
		if w.ctx.Err() != nil { // a user's method, so not under the mutex
			t.ended(w)
			woke = true
		}
	}
	return woke
}
