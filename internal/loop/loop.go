package loop

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// Options of a loop. Nil means all defaults.
type Options struct {
	// Patience is how long a loop whose tasks are all asleep waits for another thread to wake
	// one, before it calls that a deadlock. Default one second; negative: for ever.
	Patience time.Duration
}

// A Loop runs tasks as coroutines on the goroutine that called Run.
type Loop struct {
	patience time.Duration
	current  atomic.Pointer[coroutine] // whose turn it is
	inbox    atomic.Pointer[coroutine] // became ready since the loop last looked, newest first
	roused   chan struct{}             // capacity 1: something is in the inbox
	ready    ring
	timers   timers
	alive    map[*coroutine]struct{}
	turns    uint
}

// Run runs body as a task on a new loop and returns when it, and every task started under it,
// has ended. It returns body's error, or a [*DeadlockError]. A panic in body goes on in Run's
// caller, and so does a Goexit.
func Run(ctx context.Context, opts *Options, body func(ctx context.Context) error) (err error) {
	if s := rt.Executing(); s != nil {
		site := probe.Callers(1)
		probe.Report(probe.Finding{Kind: "nested loop", Where: site.Where(), Evidence: site.String(),
			Sentence: "a loop is run inside a coroutine of another loop, which stands still until it ends"})
	}
	l := &Loop{patience: time.Second, roused: make(chan struct{}, 1), alive: make(map[*coroutine]struct{})}
	if opts != nil && opts.Patience != 0 {
		l.patience = opts.Patience
	}
	defer rt.Alive(l)()
	t := new(rt.Task)
	if err := t.Init(rt.TaskOf(ctx), ctx, 0, rt.Named("loop")); err != nil {
		return err
	}
	defer t.AdoptParent()()
	var out outcome
	t.Begin()
	l.Start(t, func() {
		defer t.Return()
		out.run(t.Context(), body)
	})
	dead := l.run()
	switch {
	case out.value != nil:
		panic(fmt.Sprintf("%v\n\n%s", out.value, out.stack))
	case dead != nil:
		return dead
	case !out.returned:
		runtime.Goexit()
	}
	return out.err
}

// run gives turns until no coroutine is left.
func (l *Loop) run() (dead *DeadlockError) {
	for len(l.alive) > 0 || l.ready.n > 0 || l.inbox.Load() != nil {
		l.drain()
		if l.turns++; l.turns%64 == 0 {
			l.timers.fire(time.Now())
		}
		if c := l.ready.pop(); c != nil {
			l.turn(c)
			continue
		}
		if l.timers.fire(time.Now()) || l.sleep() || l.recheck() {
			continue
		}
		if dead != nil {
			l.abandon()
			return dead
		}
		dead = l.deadlock()
		for c := range l.alive {
			c.task.Kill(dead)
		}
	}
	return dead
}

// sleep waits for the next timer or for another thread; false means patience has run out.
func (l *Loop) sleep() bool {
	if l.inbox.Load() != nil {
		return true
	}
	wait, timed := l.timers.next(time.Now())
	if !timed {
		if l.patience < 0 {
			<-l.roused
			return true
		}
		wait = l.patience
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-l.roused:
		return true
	case <-timer.C:
		return timed
	}
}

// recheck finds tasks whose context has ended without our having been told yet.
func (l *Loop) recheck() (woke bool) {
	for c := range l.alive {
		if c.task.Recheck() {
			woke = true
		}
	}
	return woke
}

// turn gives c the turn until it parks, yields or ends.
func (l *Loop) turn(c *coroutine) {
	if c.next == nil {
		l.alive[c] = struct{}{}
		c.create()
	}
	l.current.Store(c)
	c.next()
	l.current.Store(nil)
	switch c.state {
	case returned:
		delete(l.alive, c)
	case exited:
		delete(l.alive, c)
		go c.stop() // the undertaker
	}
}

// drain moves the inbox to the ready ring, oldest first.
func (l *Loop) drain() {
	var first *coroutine
	for c := l.inbox.Swap(nil); c != nil; {
		older := c.older
		c.older = first
		first, c = c, older
	}
	for c := first; c != nil; {
		newer := c.older
		c.older = nil
		l.ready.push(c)
		c = newer
	}
}

// post puts c into the inbox. Any thread may call it.
func (l *Loop) post(c *coroutine) {
	for {
		newest := l.inbox.Load()
		c.older = newest
		if l.inbox.CompareAndSwap(newest, c) {
			break
		}
	}
	if l.current.Load() == nil { // the loop may be asleep
		select {
		case l.roused <- struct{}{}:
		default:
		}
	}
}

// Start implements rt.Runtime.
func (l *Loop) Start(t *rt.Task, f func()) {
	c := &coroutine{loop: l, task: t, body: f}
	c.id.Store(-1)
	t.SetStrand(c)
	l.post(c)
}

// Current implements rt.Runtime.
func (l *Loop) Current() rt.Strand {
	if c := l.current.Load(); c != nil {
		return c
	}
	return nil
}

// Now implements rt.Runtime.
func (l *Loop) Now() time.Time { return time.Now() }

// Rand implements rt.Runtime.
func (l *Loop) Rand() uint64 { return rand.Uint64() }

// AfterFunc implements rt.Runtime.
func (l *Loop) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	t := l.timers.add(time.Now().Add(d), f)
	if s := rt.Executing(); s == nil || s.Runtime() != l { // another thread: the loop may sleep past it
		select {
		case l.roused <- struct{}{}:
		default:
		}
	}
	return func() bool { return l.timers.remove(t) }
}

// Foreign implements rt.Runtime.
func (l *Loop) Foreign(site probe.Stack) {
	probe.Report(probe.Finding{
		Kind: "foreign goroutine", Where: site.Where(), Evidence: site.String(),
		Sentence: "a goroutine waits with the context of a task on a loop; it waits as a goroutine, and its order among the tasks is not the loop's. Start a task instead",
	})
}
