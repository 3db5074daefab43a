package poll

import (
	"errors"

	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/queue"
)

// Queue has f called with each item that p gets from q. Others may get items too: one that somebody else
// was faster to take is no call. When q is closed and empty the registration ends by itself, with
// [queue.ErrClosed]; see [Registration.OnEnd].
//
// It panics if f is nil, as all that register do.
func Queue[T any](p *Poller, q *queue.Queue[T], f func(T)) *Registration {
	needHandler(f == nil)
	return p.must(&queueSource[T]{q, f}, false)
}

type queueSource[T any] struct {
	q *queue.Queue[T]
	f func(T)
}

func (s *queueSource[T]) watch(r *Registration) error {
	s.q.Watch((*told)(r))
	return nil
}

func (s *queueSource[T]) release(r *Registration) { s.q.Unwatch((*told)(r)) }

func (s *queueSource[T]) serve(r *Registration) bool {
	v, err := s.q.TryGet()
	switch {
	case err == nil:
		s.f(v)
		return true
	case errors.Is(err, queue.ErrClosed):
		return r.end(err)
	}
	return false
}

// A Source is something of Skein's that tells whether it is ready: a queue that has items, an event that
// is set. Other packages cannot make one.
type Source interface {
	// Watch has p told whether it is ready, now and each time that changes.
	Watch(p rt.Poller)
	// Unwatch undoes Watch.
	Unwatch(p rt.Poller)
}

// On has f called for as long as s is ready, again and again: so f changes that, or removes the
// registration.
func On(p *Poller, s Source, f func()) *Registration {
	needHandler(f == nil)
	return p.must(&plainSource{s, f}, false)
}

type plainSource struct {
	Source
	f func()
}

func (s *plainSource) watch(r *Registration) error {
	s.Watch((*told)(r))
	return nil
}

func (s *plainSource) release(r *Registration) { s.Unwatch((*told)(r)) }

func (s *plainSource) serve(*Registration) bool {
	s.f()
	return true
}

// A Ticking source is ready once for each of its ticks, which have numbers.
type Ticking interface {
	Source
	// Count is the number of the latest tick.
	Count() uint64
}

// Ticks has f called with the number of the latest tick of t, once for any number of ticks since the
// last call.
func Ticks(p *Poller, t Ticking, f func(n uint64)) *Registration {
	needHandler(f == nil)
	return p.must(&plainSource{t, func() { f(t.Count()) }}, true)
}

func needHandler(missing bool) {
	if missing {
		panic("poll: the handler is nil")
	}
}
