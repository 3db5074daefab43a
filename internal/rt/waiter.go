package rt

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/skein-go/skein/internal/probe"
)

// A Waiter is one wait. It belongs to the object waited for, which keeps it for the next wait.
//
// Its state is a set of bits. Signalling sets one; the signal that finds the waiter parked, and
// no other signal before it, sends the token that ends the park. So at most one token is ever on
// its way, and who was signalled knows whether to expect it.
type Waiter struct {
	// Word is what its owner gave to Line.Pass; under the mutex of the line's owner.
	Word int64

	state  atomic.Uint32
	bubble bool          // ch belongs to a synctest bubble: nobody outside may send on it
	shield bool          // stopping the task does not end this wait
	onLoop bool          // a coroutine waits; under the mutex of the line's owner
	timed  bool          // its context has a deadline; known only while somebody looks
	ch     chan struct{} // where a goroutine parks; made once, capacity 1
	strand Strand        // where a coroutine parks, for the wait going on

	line       *Line // the line it stands in, nil once served; under the mutex of the line's owner
	next, prev *Waiter

	task         atomic.Pointer[Task] // the task it is listed under; changed under that task's mu
	tnext, tprev *Waiter              // the links there; under its mu

	verb  string
	on    probe.Resource
	since int64
	turn  uint32 // which of its waits this is: see number
	own   bool
	watch *watch      // the foreign context that may end the wait, on a loop
	stack probe.Stack // the answer to asked
}

const (
	parked  uint32 = 1 << iota // somebody is, or is about to be, waiting for the token
	served                     // the object let it through
	stopped                    // its task was stopped, or its context ended
	asked                      // somebody wants to know where it waits

	signals = served | stopped | asked
)

// signal sets bit and, if that is what ends a park, sends the token. It never blocks.
func (w *Waiter) signal(bit uint32) {
	old := w.state.Or(bit)
	if old&parked == 0 || old&signals != 0 {
		return
	}
	if w.strand != nil {
		w.strand.Unpark()
	} else {
		w.ch <- struct{}{}
	}
}

// OnLoop reports whether a coroutine waits. When it goes on depends on the others of its loop.
func (w *Waiter) OnLoop() bool { return w.onLoop }

// Wake lets a waiter through that its owner has taken out of the line.
func (w *Waiter) Wake() { w.signal(served) }

// sleep parks until served or stopped is set, or done is closed, and answers questions meanwhile.
// It returns the bits it found. Without served or stopped among them, done was closed.
func (w *Waiter) sleep(done <-chan struct{}) uint32 {
	for {
		ended := false
		if w.state.Or(parked)&signals == 0 {
			ended = w.receive(done)
		}
		old := w.state.And(^parked)
		if ended && old&signals != 0 {
			w.receive(nil) // its token is on the way
		}
		if old&asked != 0 {
			w.stack = probe.Callers(1)
			w.state.And(^asked)
		}
		if ended || old&(served|stopped) != 0 {
			return old
		}
	}
}

// receive takes the token, unless done is closed first.
func (w *Waiter) receive(done <-chan struct{}) (ended bool) {
	switch {
	case w.strand != nil:
		w.strand.Park()
	case done == nil:
		<-w.ch
	default:
		select {
		case <-w.ch:
		case <-done:
			return true
		}
	}
	return false
}

// park waits until w is served (nil) or cut short (the cause). It is called, and returns,
// without locks.
func (w *Waiter) park(ctx context.Context, verb string, on probe.Resource) error {
	p := resolve(ctx)
	if p.task == nil {
		p.task = outsider(w)
	}
	w.strand, w.shield, w.watch = p.strand, p.shield, p.watch
	w.verb, w.on, w.stack = verb, on, nil
	if w.strand == nil && w.ch == nil {
		w.ch, w.bubble = make(chan struct{}, 1), inBubble()
	}
	if probe.Looking() {
		w.since = nowOf(p.task).UnixNano()
		_, w.timed = ctx.Deadline()
	}
	w.number(p)
	if !p.task.enter(w) {
		w.strand, w.on, w.watch, w.since, w.timed = nil, nil, nil, 0, false
		return p.task.whyOver()
	}
	if err := w.begun(p); err != nil {
		p.task.leave(w)
		w.strand, w.on, w.watch, w.since, w.timed = nil, nil, nil, 0, false
		return err
	}
	if w.watch != nil && ctx.Err() != nil {
		w.signal(stopped) // it ended before it was watched
	}
	bits := w.sleep(p.done)
	p.task.leave(w)
	w.strand, w.on, w.watch, w.since, w.timed = nil, nil, nil, 0, false
	switch {
	case bits&served != 0:
		w.state.Store(0)
		return nil
	case bits&stopped == 0, p.watch != nil && ctx.Err() != nil:
		return context.Cause(ctx)
	}
	w.state.And(^stopped)
	return p.task.whyOver()
}

// whyOver is why nothing can wait in t's name: it was stopped, or has ended.
func (t *Task) whyOver() error {
	if cause := t.Cause(); cause != nil {
		return cause
	}
	return ErrEnded
}

// settle waits for the wake of a waiter that was served after its wait had been cut short.
func (w *Waiter) settle() {
	w.state.And(^stopped)
	w.strand = Executing()
	w.sleep(nil)
	w.strand = nil
	w.state.Store(0)
}

// inBubble reports whether the calling goroutine is in a synctest bubble, whose clock has no
// monotonic part.
func inBubble() bool {
	now := time.Now()
	return now == now.Round(0)
}

// where asks a waiter that is parked for its stack. The caller holds the mutex of w's task.
// The answer is in w.stack once the asked bit is gone.
func (w *Waiter) ask() bool {
	if w.bubble && !inBubble() || w.state.Load()&parked == 0 {
		return false
	}
	w.signal(asked)
	return true
}

// unwind ends the executing strand if it has been killed: see Task.Kill.
func unwind() {
	if s := Executing(); s != nil && s.Task().beginUnwinding() {
		runtime.Goexit()
	}
}

// spareWaiter is a waiter that the task of ctx, if that is its own context, has used before, or a
// new one.
func spareWaiter(ctx context.Context) (*Task, *Waiter) {
	c, native := ctx.(*Ctx)
	if !native {
		return nil, new(Waiter)
	}
	if e := (*Task)(c).ext.Load(); e != nil {
		if w := e.spare.Swap(nil); w != nil {
			return (*Task)(c), w
		}
	}
	return (*Task)(c), new(Waiter)
}

// keepWaiter keeps w for t's next wait, if t has where to keep it.
func (t *Task) keepWaiter(w *Waiter) {
	if t == nil {
		return
	}
	if e := t.ext.Load(); e != nil {
		e.spare.Store(w)
	}
}
