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
// ask meanwhile wait. In a task that has ended, whose values nobody would close, it is [ErrEnded].
func LocalOf(ctx context.Context, key any, open func() (any, error), close func(any)) (any, error) {
	t := keeper(ctx)
	for {
		l, found := t.local(key, close)
		if l == nil {
			return nil, ErrEnded
		}
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
		if err != nil {
			t.forgetLocal(key)
			return nil, err
		}
		return t.fillLocal(l, v)
	}
}

func (t *Task) forgetLocal(key any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.ext.Load().locals, key)
}

// fillLocal makes v the value of l, unless t has ended and closed its values meanwhile.
func (t *Task) fillLocal(l *local, v any) (any, error) {
	t.mu.Lock()
	ended := t.has(fEnded)
	l.value, l.ok = v, !ended
	t.mu.Unlock()
	if !ended {
		return v, nil
	}
	closeLocals([]*local{l})
	return nil, ErrEnded
}

// local finds what is kept under key, or makes the entry that the caller is to fill; nil if t has
// ended.
func (t *Task) local(key any, close func(any)) (l *local, found bool) {
	e := t.extend()
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := e.locals[key]; l != nil {
		if l.ok || !l.ready.IsSet() {
			return l, true
		}
	}
	if t.has(fEnded) {
		return nil, false
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

// SetLocal keeps v under key. In a task that has ended it closes v and returns [ErrEnded].
func SetLocal(ctx context.Context, key, v any, close func(any)) error {
	t := keeper(ctx)
	l, _ := t.local(key, close)
	if l == nil {
		l = &local{close: close}
	}
	_, err := t.fillLocal(l, v)
	l.ready.Set()
	return err
}

// openLocals are the values of a task that are open. Its mutex is held.
func openLocals(locals map[any]*local) (open []*local) {
	for _, l := range locals {
		if l.ok {
			open = append(open, l)
		}
	}
	return open
}

// closeLocals closes what a task has left open as it ends.
func closeLocals(locals []*local) {
	if len(locals) == 0 {
		return
	}
	defer closeLocals(locals[1:]) // even if closing one calls runtime.Goexit
	if l := locals[0]; l.close != nil {
		l.close(l.value)
	}
}
