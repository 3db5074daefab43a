package skein

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/skein-go/skein/internal/rt"
)

// values are what all Locals keep for one task. They are closed as it ends.
type values struct {
	mu    sync.Mutex
	slots map[any]interface{ close() } // of a *Local[T] its *slot[T]
	ended bool
}

// A slot is the value of one Local. It is in values, under whose mutex it is, from when somebody is
// opening it until it is closed, or opening it has failed.
type slot[T any] struct {
	of      *Local[T]
	v       T
	ok      bool     // v is there
	settled rt.Latch // it is there, or will not be
}

// valuesOf are the values of whoever ctx names: the task itself, for a Run the one that called it, and
// for a task in an executor its place. It is nil for a task that has ended.
func valuesOf(ctx context.Context) *values {
	t := rt.TaskOf(ctx)
	if t == nil {
		panic("skein: Local used with a context that belongs to no task: pass the context that Run or a task was given")
	}
	for t.IsScope() && t.Up() != nil {
		t = t.Up()
	}
	if b, ok := t.Body().(interface{ Place() *rt.Task }); ok {
		if place := b.Place(); place != nil {
			t = place
		}
	}
	vs, _ := t.Attach(func() rt.Attached { return &values{slots: make(map[any]interface{ close() })} }).(*values)
	return vs
}

// slotIn is the slot of l, nil if there is none.
func slotIn[T any](vs *values, l *Local[T]) *slot[T] {
	if vs == nil {
		return nil
	}
	vs.mu.Lock()
	defer vs.mu.Unlock()
	s, _ := vs.slots[l].(*slot[T])
	return s
}

// slotOf is the slot of l, or a new one, which is the caller's to fill. It is nil if the task has
// ended.
func slotOf[T any](vs *values, l *Local[T]) (s *slot[T], mine bool) {
	if vs == nil {
		return nil, false
	}
	vs.mu.Lock()
	defer vs.mu.Unlock()
	if s, there := vs.slots[l].(*slot[T]); there || vs.ended {
		return s, false
	}
	s = &slot[T]{of: l}
	vs.slots[l] = s
	return s, true
}

// fill opens the value.
func (s *slot[T]) fill(ctx context.Context, vs *values) (v T, err error) {
	defer s.settle(vs) // also when open panics
	if v, err = s.of.opened(ctx); err == nil {
		err = s.set(vs, v)
	}
	return v, err
}

// settle lets go on who waits for the value; without one, for them to open it themselves.
func (s *slot[T]) settle(vs *values) {
	vs.mu.Lock()
	if !s.ok && vs.slots[s.of] == s {
		delete(vs.slots, s.of)
	}
	vs.mu.Unlock()
	s.settled.Set()
}

// set has v be the value, in place of one that somebody else has set meanwhile. If the task has ended
// it closes v.
func (s *slot[T]) set(vs *values, v T) error {
	if vs == nil {
		s.closeLeft(v)
		return ErrEnded
	}
	vs.mu.Lock()
	ended := vs.ended
	old, _ := vs.slots[s.of].(*slot[T])
	replaced := old != nil && old != s && old.ok
	if !ended {
		s.v, s.ok = v, true
		vs.slots[s.of] = s
	}
	vs.mu.Unlock()
	if ended {
		s.closeLeft(v)
		return ErrEnded
	}
	s.settled.Set()
	if replaced {
		old.close()
	}
	return nil
}

func (s *slot[T]) get(vs *values) (v T, ok bool) {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	return s.v, s.ok
}

// take takes the value out.
func (s *slot[T]) take(vs *values) (v T, ok bool) {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	if !s.ok || vs.slots[s.of] != s {
		return v, false
	}
	delete(vs.slots, s.of)
	return s.v, true
}

// close closes a value that nobody can reach any more.
func (s *slot[T]) close() {
	if s.ok {
		s.closeLeft(s.v)
	}
}

// closeLeft closes a value for which nobody waits to hear how that went.
func (s *slot[T]) closeLeft(v T) {
	if s.of.close == nil {
		return
	}
	defer reportCallback("close of a Local")
	if err := s.of.close(v); err != nil {
		slog.Error("skein: closing a task-local value", "type", fmt.Sprintf("%T", v), "error", err)
	}
}

// Close implements rt.Attached.
func (vs *values) Close() {
	vs.mu.Lock()
	vs.ended = true
	var left []interface{ close() }
	for _, s := range vs.slots {
		left = append(left, s)
	}
	vs.slots = nil
	vs.mu.Unlock()
	closeAll(left)
}

func closeAll(left []interface{ close() }) {
	if len(left) > 0 {
		defer closeAll(left[1:]) // even if closing one calls runtime.Goexit
		left[0].close()
	}
}
