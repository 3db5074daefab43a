package rt

import (
	"context"
	"time"
)

// Ctx is the context of a task: the same allocation under a second set of methods, because Done
// means cancelled here and ended there. Until somebody asks for Done, or derives a context, it
// has no channel and is registered nowhere.
type Ctx Task

// Context is t's own context.
func (t *Task) Context() context.Context { return (*Ctx)(t) }

type taskKey struct{}

// TaskOf is the task that ctx belongs to, nil if it belongs to none.
func TaskOf(ctx context.Context) *Task {
	if c, ok := ctx.(*Ctx); ok {
		return (*Task)(c)
	}
	t, _ := ctx.Value(taskKey{}).(*Task)
	return t
}

// realContext is a cancel context of the standard library. Only one of those can hand a cause
// to the contexts derived from it and be their parent without a goroutine for each.
type realContext struct {
	context.Context
	cancel context.CancelCauseFunc
}

func (t *Task) real() *realContext {
	e := t.extend()
	if r := e.real.Load(); r != nil {
		return r
	}
	// Not under t.mu: this may make the real context of the parent, and stopping locks downwards.
	ctx, cancel := context.WithCancelCause(t.parent())
	r := &realContext{ctx, cancel}
	t.mu.Lock()
	if other := e.real.Load(); other != nil {
		t.mu.Unlock()
		cancel(nil)
		return other
	}
	e.real.Store(r)
	cause := e.cause
	if t.has(fEnded) && cause == nil {
		cause = context.Canceled
	}
	t.mu.Unlock()
	if cause != nil {
		cancel(cause)
	}
	return r
}

// Deadline is the parent's.
func (c *Ctx) Deadline() (time.Time, bool) { return (*Task)(c).parent().Deadline() }

// Done is closed when the task is stopped or has ended.
func (c *Ctx) Done() <-chan struct{} { return (*Task)(c).real().Done() }

// Err is nil until then.
func (c *Ctx) Err() error {
	t := (*Task)(c)
	if e := t.ext.Load(); e != nil {
		if r := e.real.Load(); r != nil {
			return r.Err()
		}
	}
	switch f := t.flags.Load(); {
	case f&fDeadline != 0:
		return context.DeadlineExceeded
	case f&(fStopped|fEnded) != 0:
		return context.Canceled
	}
	return t.parent().Err() // the stop may still be on its way down
}

// Value knows the task, and gives the standard library the real context it looks for by a key
// of its own, which is an *int.
func (c *Ctx) Value(key any) any {
	for {
		t := (*Task)(c)
		switch key.(type) {
		case taskKey:
			return t
		case *int:
			return t.real().Value(key)
		}
		if e := t.ext.Load(); e != nil && e.parent != nil {
			return e.parent.Value(key)
		}
		c = (*Ctx)(t.up)
	}
}

// String is what %v prints of a context derived from this one.
func (c *Ctx) String() string { return "skein.Task(" + (*Task)(c).Name() + ")" }

// CauseOf is context.Cause, without making a real context for a task's own.
func CauseOf(ctx context.Context) error {
	c, native := ctx.(*Ctx)
	if !native {
		return context.Cause(ctx)
	}
	if cause := (*Task)(c).Cause(); cause != nil {
		return cause
	}
	if err := c.Err(); err == nil {
		return nil
	}
	return context.Cause(ctx)
}

// shielded is a context that keeps its values and is never cancelled.
func shielded(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }
