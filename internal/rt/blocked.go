package rt

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/skein-go/skein/internal/probe"
)

// An Owned resource is waited for until each of its owners has acted: a lock.
type Owned interface {
	probe.Resource
	// Owners appends the IDs of the Holders that every waiter waits for.
	Owners(ids []uint64) []uint64
}

// A Blockage is one wait of a body. Two are equal if they are the same wait.
type Blockage struct {
	On   probe.Resource
	w    *Waiter
	turn uint32
}

// A DeadlockFinder looks for deadlocks.
type DeadlockFinder interface {
	// Find is called when the body of t has begun to wait, for a task or for what is Owned, and
	// nothing but what it waits for, or a stop of t, can end that. If it finds something, report is
	// called next, by the same body and without locks. With mayRefuse, report's error ends the wait
	// if refuse is true.
	Find(t *Task, mayRefuse bool) (report func() error, refuse bool)
}

var finder struct {
	atomic.Pointer[DeadlockFinder]
	sync.Mutex // one at a time looks, so that of those in a deadlock one is refused
}

// FindDeadlocks has f look, instead of whoever did so before; nobody if f is nil.
func FindDeadlocks(f DeadlockFinder) {
	if f == nil {
		finder.Store(nil)
	} else {
		finder.Store(&f)
	}
}

// begun is called when w is listed under p.task and has yet to park.
func (w *Waiter) begun(p place) error {
	f := finder.Load()
	if f == nil || !w.own {
		return nil
	}
	_, owned := w.on.(Owned)
	if _, task := w.on.(*Task); !owned && !task {
		return nil
	}
	head := p.task.Head()
	head.extend().blocked.Store(w)
	finder.Lock()
	report, refuse := (*f).Find(head, owned)
	if refuse {
		w.state.Or(stopped) // so that the next who looks knows
	}
	finder.Unlock()
	if report == nil {
		return nil
	}
	if err := report(); refuse {
		return err
	}
	return nil
}

// number marks w as one more wait, and whether the body of the task makes it under a context that
// ends with the task and not before.
func (w *Waiter) number(p place) {
	w.turn++
	w.own = false
	if finder.Load() != nil && p.task.executed() && p.watch == nil {
		w.own = !p.shield || p.done != nil && p.done == p.task.knownDone()
		if h := p.task.Head().Holder(); h != nil {
			h.show()
		}
	}
}

func (t *Task) knownDone() <-chan struct{} {
	if e := t.ext.Load(); e != nil {
		if r := e.real.Load(); r != nil {
			return r.Done()
		}
	}
	return nil
}

// bodies are t, which is its own Head, and the scopes that its body executes.
func (t *Task) bodies() []*Task {
	list := []*Task{t}
	me := t.self.Load()
	for i := 0; i < len(list) && me != 0; i++ {
		for _, k := range list[i].Kids() {
			if k.self.Load() == me && k.has(fScope) {
				list = append(list, k)
			}
		}
	}
	return list
}

// Blocked is the wait of the body of t, which is its own [Task.Head]. It is not ok unless that is
// the only wait in its name, and one that a [DeadlockFinder] is told of.
func (t *Task) Blocked() (b Blockage, ok bool) {
	e := t.ext.Load()
	if e == nil {
		return b, false
	}
	w := e.blocked.Load()
	if w == nil {
		return b, false
	}
	at := w.task.Load() // t, or a scope that its body executes; or by now it is the wait of others
	if at == nil || at.Head() != t {
		return b, false
	}
	for x := at; ; x = x.up {
		x.mu.Lock()
		switch {
		case x != at:
			ok = x.waits == nil
		case x.waits == w: // so it may be looked at
			ok = w.tnext == nil && w.own && w.state.Load()&(served|stopped) == 0
			b = Blockage{w.on, w, w.turn}
		}
		x.mu.Unlock()
		if !ok || x == t {
			return b, ok
		}
	}
}

// Working reports whether the body of t has begun and is not over.
func (t *Task) Working() bool { return t.flags.Load()&(fStarted|fReturned) == fStarted }

// Timed reports whether time may end a wait of the body of t, which is its own [Task.Head].
func (t *Task) Timed() bool {
	for _, x := range t.bodies() {
		if _, timed := x.Context().Deadline(); timed {
			return true
		}
	}
	return false
}

// BodyWaits describes the waits of the body of t, which is its own [Task.Head], with stacks where
// the waiting can be asked: goroutines, and the other coroutines of the caller's loop.
func (t *Task) BodyWaits() (waits []probe.Wait) {
	me := Executing()
	if r := t.Runtime(); me != nil && r == me.Runtime() && t.executor() != me.Task() {
		t.AskStrand()
		me.Yield()
		return t.StrandWaits()
	}
	for range 100 { // it may be about to park
		waits = nil
		for _, x := range t.bodies() {
			waits = append(waits, x.snapshotWaits()...)
		}
		if len(waits) == 1 && waits[0].Stack != nil {
			break
		}
		runtime.Gosched()
	}
	return waits
}
