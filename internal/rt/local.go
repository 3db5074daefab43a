package rt

import "context"

// A Placed is the body of a task that runs in a place of an executor, whose task-local values
// it shares with those that ran there before.
type Placed interface {
	Place() *Task
}

type local struct {
	value any
	close func(any)
	ready Latch // set once value is there, or opening it has failed
	ok    bool
}

// keeper is the task that keeps the values of whoever ctx names: the task itself, for a Run the
// one that called it, and for a task in an executor its place.
func keeper(ctx context.Context) *Task {
	t := TaskOf(ctx)
	if t == nil {
		panic("skein: Local used with a context that belongs to no task: pass the context that Run or a task was given")
	}
	for t.has(fScope) && t.up != nil {
		t = t.up
	}
	if p, ok := t.body.(Placed); ok {
		if place := p.Place(); place != nil {
			return place
		}
	}
	return t
}

// LocalOf is the value kept under key for ctx's task. If there is none it is opened; others who
// ask meanwhile wait.
func LocalOf(ctx context.Context, key any, open func() (any, error), close func(any)) (any, error) {
	t := keeper(ctx)
	for {
		l, found := t.local(key, close)
		if found {
			if err := l.ready.Wait(ctx, "use a value opened by", t); err != nil {
				return nil, err
			}
			if l.ok {
				return l.value, nil
			}
			continue // opening it failed for the other; try ourselves
		}
		defer l.ready.Set() // also when open panics
		v, err := open()
		t.mu.Lock()
		if err != nil {
			delete(t.ext.Load().locals, key)
		} else {
			l.value, l.ok = v, true
		}
		t.mu.Unlock()
		return v, err
	}
}

// local finds what is kept under key, or makes the entry that the caller is to fill.
func (t *Task) local(key any, close func(any)) (l *local, found bool) {
	e := t.extend()
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := e.locals[key]; l != nil {
		if l.ok || !l.ready.IsSet() {
			return l, true
		}
	}
	if e.locals == nil {
		e.locals = make(map[any]*local)
	}
	l = &local{close: close}
	e.locals[key] = l
	return l, false
}

// PeekLocal is LocalOf without opening or waiting.
func PeekLocal(ctx context.Context, key any) (any, bool) {
	t := keeper(ctx)
	e := t.extend()
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := e.locals[key]; l != nil && l.ok {
		return l.value, true
	}
	return nil, false
}

// TakeLocal is PeekLocal that also forgets the value.
func TakeLocal(ctx context.Context, key any) (any, bool) {
	t := keeper(ctx)
	e := t.extend()
	t.mu.Lock()
	defer t.mu.Unlock()
	l := e.locals[key]
	if l == nil || !l.ok {
		return nil, false
	}
	delete(e.locals, key)
	return l.value, true
}

// SetLocal keeps v under key.
func SetLocal(ctx context.Context, key, v any, close func(any)) {
	t := keeper(ctx)
	l, _ := t.local(key, close)
	t.mu.Lock()
	l.value, l.ok = v, true
	t.mu.Unlock()
	l.ready.Set()
}

// closeLocals closes what a task has left open as it ends.
func closeLocals(locals map[any]*local) {
	for _, l := range locals {
		if l.ok && l.close != nil {
			l.close(l.value)
		}
	}
}
