package rt

import "unsafe"

// Roots lists the tasks without a parent.
func Roots() []*Task { return roots.list() }

// A Sign is what can be told of a task without disturbing it.
type Sign struct {
	Task  *Task  // nil for a wait outside every task
	Busy  bool   // it is executing: begun, not over, and in no wait
	Timed bool   // time alone ends one of its waits
	Mark  uint64 // another number once it has begun or ended a wait; needs somebody to look
}

// Census lists all tasks, and the waits outside every task.
func Census() []Sign {
	var list []Sign
	for _, t := range roots.list() {
		list = t.census(list)
	}
	for i := range outsiders {
		o := &outsiders[i]
		o.mu.Lock()
		for w := o.waits; w != nil; w = w.tnext {
			list = append(list, Sign{Timed: w.endsByTime(), Mark: w.mark()})
		}
		o.mu.Unlock()
	}
	return list
}

func (t *Task) census(list []Sign) []Sign {
	kids := t.Kids()
	a := Sign{Task: t}
	t.mu.Lock()
	a.Busy = t.waits == nil && t.flags.Load()&(fStarted|fReturned) == fStarted
	for w := t.waits; w != nil; w = w.tnext {
		a.Timed = a.Timed || w.endsByTime()
		a.Mark = a.Mark*31 + w.mark()
	}
	t.mu.Unlock()
	for _, k := range kids {
		if k.has(fScope) {
			a.Busy = false // it executes the scope, which tells for itself
		}
	}
	list = append(list, a)
	for _, k := range kids {
		list = k.census(list)
	}
	return list
}

// Timed is a resource that time alone makes ready: who waits for it is not stuck.
type Timed interface{ EndsByTime() }

func (w *Waiter) endsByTime() bool {
	_, timed := w.on.(Timed)
	return timed || w.timed
}

func (w *Waiter) mark() uint64 { return uint64(uintptr(unsafe.Pointer(w)))*31 + uint64(w.since) }
