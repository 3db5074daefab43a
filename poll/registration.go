package poll

import "github.com/skein-go/skein/internal/rt"

// A Registration is one source and its handler, registered with a [Poller]. Its methods may be called
// concurrently, and from handlers.
//
// It ends by itself when nothing can come from the source any more: a queue that is closed and empty, a
// closed connection, a task or a delay whose one handler call has been. Then there is no need for Remove.
//
// Somebody else who waits may call the handler before the function that registers has returned.
type Registration struct {
	p      *Poller
	source source

	// Under the mutex of p.
	once       bool // being ready is told once for each time, and used up by being served
	ready      bool
	running    bool // it is being served, or made
	over       bool
	next, prev *Registration // in the ring of those to be served
	err        error         // why it ended by itself
	onEnd      func(error)
}

// A source is what a registration is about.
type source interface {
	// watch has told(r) told when it is ready.
	watch(r *Registration) error
	// serve calls the handler, if it is ready indeed, and reports whether it has called anything.
	serve(r *Registration) bool
	// release undoes watch. It may be called twice.
	release(r *Registration)
}

// told is a registration as its source sees it.
type told Registration

// Ready implements rt.Poller.
func (t *told) Ready(ready bool) {
	p := t.p
	rt.Lock(&p.mu)
	t.ready = ready
	p.place((*Registration)(t))
	p.mu.Unlock()
}

// add registers. It counts as being served meanwhile, so that nobody serves it half made.
func (p *Poller) add(s source, once bool) (*Registration, error) {
	rt.Point()
	defer rt.Point()
	r := &Registration{p: p, source: s, once: once, running: true}
	rt.Lock(&p.mu)
	if p.err != nil {
		r.over = true
		p.mu.Unlock()
		return r, p.err
	}
	p.all[r] = struct{}{}
	p.mu.Unlock()
	if err := s.watch(r); err != nil {
		if !r.retire() {
			err = ErrClosed
		}
		return r, err
	}
	rt.Lock(&p.mu)
	r.running = false
	p.place(r)
	over := r.over
	p.mu.Unlock()
	if over { // the poller was closed meanwhile
		s.release(r)
	}
	return r, nil
}

// must is add for sources that cannot fail. With a closed poller, what is registered has ended already.
func (p *Poller) must(s source, once bool) *Registration {
	r, _ := p.add(s, once)
	return r
}

// Remove ends the registration. No handler call begins afterwards; one that is going on in another
// goroutine may not have returned yet. Removing again does nothing.
func (r *Registration) Remove() {
	rt.Point()
	r.retire()
	rt.Point()
}

// OnEnd has f called when the registration ends by itself, in place of a handler, with the reason:
// [queue.ErrClosed] from a queue, net.ErrClosed from a connection, listener or file that somebody has
// closed. If it has ended by then, f is called at once. Neither Remove nor the end of the
// poller calls it, nor does the only handler call of a task or a delay. It returns r.
func (r *Registration) OnEnd(f func(err error)) *Registration {
	rt.Lock(&r.p.mu)
	err := r.err
	r.onEnd = f
	r.p.mu.Unlock()
	if err != nil {
		f(err)
	}
	return r
}

// retire reports whether it was the one to end r.
func (r *Registration) retire() bool {
	p := r.p
	rt.Lock(&p.mu)
	if r.over {
		p.mu.Unlock()
		return false
	}
	r.over = true
	delete(p.all, r)
	p.place(r)
	p.mu.Unlock()
	r.source.release(r)
	return true
}

// end ends r for a reason of its source's, and reports whether it has told somebody.
func (r *Registration) end(why error) bool {
	if !r.retire() {
		return false
	}
	rt.Lock(&r.p.mu)
	r.err = why
	f := r.onEnd
	r.p.mu.Unlock()
	if f == nil {
		return false
	}
	f(why)
	return true
}
