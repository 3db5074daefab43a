package gate

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// An Event is a flag that any number of tasks can wait for. The zero Event is not set and ready
// to use; it must not be copied after first use.
type Event struct {
	// Name is what dumps call it. It may be set before the first use.
	Name string

	set     atomic.Bool // changed under mu
	mu      sync.Mutex
	line    rt.Line
	pollers *rt.Readiness
	done    *rt.Latch // of this time that it is not set, or is; made when first asked for
}

// Set sets the flag and lets everybody through who waits, and who comes until it is cleared.
// Setting it again does nothing. It does not block, and does not allocate.
func (e *Event) Set() {
	rt.Point()
	if !e.set.Load() {
		rt.Lock(&e.mu)
		e.set.Store(true)
		e.line.ServeAll()
		if e.done != nil {
			e.done.Set()
		}
		e.pollers.Set(true)
		e.mu.Unlock()
	}
	rt.Point()
}

// Clear takes the flag back, for those who come from now on. Who waited as it was set goes on
// even if he has not got round to it yet.
//
// An event that is cleared and set again and again is hardly ever what you want. Who has seen it
// set and comes to wait for the next time cannot know whether it was cleared in between: if not,
// he sees the same time twice, and if it was set and cleared meanwhile, he has missed one. There
// is no place to put the Clear that is early enough for some and late enough for others. For what
// happens again and again use a [Cond], whose lock says who saw what, or a [Ticker], whose numbers
// do.
func (e *Event) Clear() {
	rt.Point()
	rt.Lock(&e.mu)
	if e.set.Load() {
		e.set.Store(false)
		e.done = nil
		e.pollers.Set(false)
	}
	e.mu.Unlock()
	rt.Point()
}

// IsSet reports whether the flag is set.
func (e *Event) IsSet() bool { return e.set.Load() }

// Wait waits until the flag is set: nil, even under a cancelled context, if it is. ctx ends the
// waiting with the cause for which it ended. Who waits when the event is set goes through, also if
// it is cleared right after.
func (e *Event) Wait(ctx context.Context) error {
	rt.Point()
	if !e.set.Load() {
		if err := e.wait(ctx); err != nil {
			return err
		}
	}
	rt.Point()
	return nil
}

func (e *Event) wait(ctx context.Context) error {
	rt.Lock(&e.mu)
	if e.set.Load() {
		e.mu.Unlock()
		return nil
	}
	_, err := e.line.Pass(ctx, &e.mu, "pass", e, 0)
	return err
}

// Done is closed while the flag is set, for a select. After a Clear it is another channel, so ask
// each time. In a coroutine, receiving from it stops the whole loop: use Wait there. The channel
// is made when first asked for.
func (e *Event) Done() <-chan struct{} {
	rt.Lock(&e.mu)
	defer e.mu.Unlock()
	if e.done == nil {
		e.done = new(rt.Latch)
		if e.set.Load() {
			e.done.Set()
		}
	}
	return e.done.Done()
}

// Watch and Unwatch are for package poll.

// Watch has p told whether the flag is set.
func (e *Event) Watch(p rt.Poller) {
	rt.Lock(&e.mu)
	defer e.mu.Unlock()
	e.pollers = e.pollers.Add(p, e.set.Load())
}

// Unwatch undoes Watch.
func (e *Event) Unwatch(p rt.Poller) {
	rt.Lock(&e.mu)
	defer e.mu.Unlock()
	e.pollers = e.pollers.Remove(p)
}

// ProbeInfo implements probe.Resource.
func (e *Event) ProbeInfo() probe.Info { return probe.Info{Kind: "event", Name: e.Name} }
