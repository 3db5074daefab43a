package poll

import (
	"context"
	"sync/atomic"

	"github.com/skein-go/skein"
)

// Task has f called with the result of t, once, when t has ended; at the next Wait, if it has already.
// A failure of t counts as read.
func Task[T any](p *Poller, t *skein.Task[T], f func(v T, err error)) *Registration {
	needHandler(f == nil)
	return p.must(&taskSource[T]{t: t, f: f}, true)
}

type taskSource[T any] struct {
	t   *skein.Task[T]
	f   func(T, error)
	off atomic.Pointer[func() bool]
}

func (s *taskSource[T]) watch(r *Registration) error {
	off := s.t.OnDone(func(*skein.Task[T]) { (*told)(r).Ready(true) })
	s.off.Store(&off)
	return nil
}

func (s *taskSource[T]) release(*Registration) {
	if off := s.off.Load(); off != nil {
		(*off)()
	}
}

func (s *taskSource[T]) serve(r *Registration) bool {
	if !r.retire() {
		return false
	}
	s.f(s.t.Join(context.Background())) // it has ended: nothing to wait for
	return true
}
