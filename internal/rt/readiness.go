package rt

import "slices"

// A Poller is told whether an object is ready: whether a Get, say, would find something. It is called
// under the mutex of the object, so it may neither block nor ask the object anything.
type Poller interface{ Ready(ready bool) }

// A Readiness has the Pollers of one object. Its owner's mutex guards it. A nil Readiness has none: an
// object that nobody polls pays for a nil pointer.
type Readiness struct{ pollers []Poller }

// Add adds p to r, which is made if it is nil, and tells it how things are.
func (r *Readiness) Add(p Poller, ready bool) *Readiness {
	if r == nil {
		r = new(Readiness)
	}
	r.pollers = append(r.pollers, p)
	p.Ready(ready)
	return r
}

// Remove removes p, and returns nil if it was the last.
func (r *Readiness) Remove(p Poller) *Readiness {
	if r == nil {
		return nil
	}
	r.pollers = slices.DeleteFunc(r.pollers, func(x Poller) bool { return x == p })
	if len(r.pollers) == 0 {
		return nil
	}
	return r
}

// Set tells everybody. It is called when the object becomes ready, or ceases to be, and may be called
// when nothing has changed.
func (r *Readiness) Set(ready bool) {
	if r == nil {
		return
	}
	for _, p := range r.pollers {
		p.Ready(ready)
	}
}
