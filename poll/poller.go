package poll

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/skein-go/skein/internal/netpoll"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// ErrClosed is returned by the Wait of a closed Poller, and by registrations with one.
var ErrClosed = errors.New("poll: closed")

// Options of a [Poller]. Nil means all defaults.
type Options struct {
	Name string // what dumps call it; default "poller"
}

// A Poller waits for any of its registrations to become ready. Its methods, and the functions that
// register, may be called concurrently and from handlers.
type Poller struct {
	core  rt.Task
	name  string
	clock rt.Clock

	mu     sync.Mutex // taken under the mutexes of sources, and never before them
	line   rt.Line
	head   *Registration // of a ring: those that are ready and not being served, in turn
	all    map[*Registration]struct{}
	err    error        // why it has ended
	set    *netpoll.Set // made with the first descriptor
	fds    int          // registrations that use it
	asleep bool         // it may have to be started
}

// New makes a poller that belongs to the Run of ctx, and is closed when ctx ends. Timers go by the clock
// of its runtime. It holds nothing that needs closing until something is registered, but it is listed
// among the tasks; so close one that its Run outlives.
func New(ctx context.Context, opts *Options) *Poller {
	p := &Poller{name: "poller", clock: rt.ClockOf(ctx), all: make(map[*Registration]struct{})}
	if opts != nil && opts.Name != "" {
		p.name = opts.Name
	}
	if err := p.core.Init(rt.TaskOf(ctx), ctx, rt.Daemon, (*node)(p)); err != nil {
		p.err = why(err)
		return p
	}
	p.core.Obey(ctx)
	return p
}

// Wait waits until a registration is ready, calls its handler, or its OnEnd, and returns. Registrations
// take turns: one that is still ready afterwards stands behind all others that are. A panic in a handler
// goes on in the caller, and the poller works on.
//
// ctx ends the wait, with the cause for which it ended, and a ctx that has ended lets no handler run:
// nothing is lost by that. On a poller that was closed, or whose Run has ended, Wait returns [ErrClosed],
// and on one whose Run was stopped, the cause.
//
// Any number of goroutines and coroutines may wait. Each handler is called by one of them at a time.
func (p *Poller) Wait(ctx context.Context) error {
	rt.Point()
	defer rt.Point()
	for {
		r, err := p.next(ctx)
		if err != nil || p.serve(r) {
			return err
		}
	}
}

// Run calls Wait until ctx ends or the poller is closed. The latter is no error.
func (p *Poller) Run(ctx context.Context) error {
	for {
		if err := p.Wait(ctx); err == ErrClosed {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Close ends all registrations, and every Wait. It does not wait for handlers that are running.
// Closing again does nothing.
func (p *Poller) Close() {
	rt.Point()
	p.shut(ErrClosed)
	rt.Point()
}

// next takes the turn of a registration that is ready, and waits for one.
func (p *Poller) next(ctx context.Context) (*Registration, error) {
	if ctx.Err() != nil {
		return nil, rt.CauseOf(ctx)
	}
	rt.Lock(&p.mu)
	defer p.mu.Unlock()
	for again := false; ; again = true {
		if p.err != nil {
			return nil, p.err
		}
		if p.asleep {
			p.asleep = false
			p.set.Start()
		}
		if r := p.head; r != nil {
			p.unlink(r)
			r.running = true
			if r.once {
				r.ready = false
			}
			return r, nil
		}
		if err := p.park(ctx, again); err != nil {
			return nil, err
		}
	}
}

// park waits until something is linked, or there is news. The mutex is held.
func (p *Poller) park(ctx context.Context, again bool) error {
	if p.fds > 0 && rt.Executing() != nil {
		defer rt.AfterFunc(ctx, worldly, func() {})()
	}
	if again {
		return p.line.WaitAgain(ctx, &p.mu, "poll", p)
	}
	return p.line.Wait(ctx, &p.mu, "poll", p)
}

// worldly is the delay of a timer that only shows a loop that something may still happen: who waits for
// the outside world is not deadlocked.
const worldly = 365 * 24 * time.Hour

// serve has the source of r, whose turn it is, call the handler, and reports whether anything was called.
func (p *Poller) serve(r *Registration) (called bool) {
	defer p.served(r)
	return r.source.serve(r)
}

func (p *Poller) served(r *Registration) {
	rt.Lock(&p.mu)
	r.running = false
	p.place(r)
	p.mu.Unlock()
}

// place links r, or unlinks it, by what is known of it, and wakes one to serve it. The mutex is held.
func (p *Poller) place(r *Registration) {
	switch want := r.ready && !r.running && !r.over; {
	case want == (r.next != nil):
	case want:
		p.link(r)
		if !p.line.Empty() {
			p.line.Serve().Wake()
		}
	default:
		p.unlink(r)
	}
}

func (p *Poller) link(r *Registration) {
	if p.head == nil {
		p.head, r.next, r.prev = r, r, r
		return
	}
	r.next, r.prev = p.head, p.head.prev
	r.prev.next, r.next.prev = r, r
}

func (p *Poller) unlink(r *Registration) {
	if r.next == r {
		p.head = nil
	} else {
		r.prev.next, r.next.prev = r.next, r.prev
		if p.head == r {
			p.head = r.next
		}
	}
	r.next, r.prev = nil, nil
}

// shut ends the poller for the first reason that is given.
func (p *Poller) shut(err error) {
	rt.Lock(&p.mu)
	if p.err != nil {
		p.mu.Unlock()
		return
	}
	p.err = err
	all, set := p.all, p.set
	p.all = nil
	for r := range all {
		r.over = true
		p.place(r)
	}
	p.line.ServeAll()
	p.mu.Unlock()
	for r := range all {
		r.source.release(r)
	}
	if set == nil {
		p.core.Return()
		return
	}
	set.Close() // calls Return once its goroutine has ended
}

// descriptors is the set for a new descriptor.
func (p *Poller) descriptors() (*netpoll.Set, error) {
	rt.Lock(&p.mu)
	defer p.mu.Unlock()
	if p.err != nil {
		return nil, p.err
	}
	if p.set == nil {
		set, err := netpoll.NewSet(p.core.Return)
		if err != nil {
			return nil, fmt.Errorf("poll: %w", err)
		}
		p.set = set
	}
	return p.set, nil
}

// ProbeInfo implements probe.Resource.
func (p *Poller) ProbeInfo() probe.Info {
	rt.Lock(&p.mu)
	defer p.mu.Unlock()
	return probe.Info{Kind: "poller", Name: p.name, Detail: fmt.Sprintf("%d registered", len(p.all))}
}

// A node is a poller as a task of its Run, which never begins and has ended when the poller has.
type node Poller

// Name implements rt.Body.
func (n *node) Name() string { return n.name }

// StateName implements rt.Body.
func (n *node) StateName() string { return "poller, " + (*Poller)(n).ProbeInfo().Detail }

// Site implements rt.Body.
func (*node) Site() string { return "" }

// StoppedPending implements rt.Body.
func (n *node) StoppedPending() { (*Poller)(n).shut(why(n.core.Cause())) }

// why is what Wait returns after cause has ended the poller. That its Run is over is no more than Close.
func why(cause error) error {
	if errors.Is(cause, rt.ErrEnded) {
		return ErrClosed
	}
	return cause
}
