package rt

import (
	"sync"
	"unsafe"
)

// enter lists w under t. It reports false if t has been stopped, which ends the wait at once,
// unless w is shielded.
func (t *Task) enter(w *Waiter) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch f := t.flags.Load(); {
	case w.shield && (w.strand == nil || f&(fKilled|fUnwinding) != fKilled):
	case f&(fStopped|fEnded) != 0:
		return false
	}
	w.task.Store(t)
	w.tnext = t.waits
	if t.waits != nil {
		t.waits.tprev = w
	}
	t.waits = w
	return true
}

func (t *Task) leave(w *Waiter) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w.tprev != nil {
		w.tprev.tnext = w.tnext
	} else {
		t.waits = w.tnext
	}
	if w.tnext != nil {
		w.tnext.tprev = w.tprev
	}
	w.task.Store(nil)
	w.tnext, w.tprev = nil, nil
}

// shards spreads what has no task of its own over several mutexes.
const shards = 16

// outsiders list the waits of those who wait without a task.
var outsiders [shards]Task

func outsider(w *Waiter) *Task {
	return &outsiders[uintptr(unsafe.Pointer(w))>>7%shards]
}

// forest holds the tasks without a parent.
type forest [shards]struct {
	sync.Mutex
	ring *Task
}

var roots forest

func (f *forest) shard(t *Task) *struct {
	sync.Mutex
	ring *Task
} {
	return &f[uintptr(unsafe.Pointer(t))>>8%shards]
}

func (f *forest) add(t *Task) {
	s := f.shard(t)
	s.Lock()
	defer s.Unlock()
	s.ring = insert(s.ring, t)
}

func (f *forest) remove(t *Task) {
	s := f.shard(t)
	s.Lock()
	defer s.Unlock()
	s.ring = remove(s.ring, t)
}

func (f *forest) list() []*Task {
	var all []*Task
	for i := range f {
		f[i].Lock()
		all = ringList(all, f[i].ring)
		f[i].Unlock()
	}
	return all
}
