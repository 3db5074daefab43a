package rt

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/skein-go/skein/internal/probe"
)

// A Holder is the body of a task as one that holds locks. The scopes it executes, and the jobs it
// runs inline, share it: what a lock belongs to is the goroutine or coroutine that works.
type Holder struct {
	ID    uint64 // never used again
	Seq   uint64 // the body's own, to count with
	Holds []Hold // what it may hold; the body's own, for nobody else to look at

	task  *Task
	mu    sync.Mutex
	shown []Hold // a copy of Holds, of when it last waited
}

// A Hold is a lock that was taken. It is still held while State is Word, but for [HoldBusy].
type Hold struct {
	On    probe.Resource
	State *atomic.Uint64
	Word  uint64
}

// HoldBusy is the bit of a lock's state that does not matter to who holds it.
const HoldBusy uint64 = 1

// Valid reports whether it is still held.
func (h *Hold) Valid() bool { return h.State.Load()&^HoldBusy == h.Word }

// Caller is the Holder of the task that ctx belongs to, if the body of that task calls, and on a
// loop that of the task whose turn it is. It is nil if somebody else calls, who was lent the context,
// and where that cannot be told. live reports whether ctx has not ended.
func Caller(ctx context.Context) (h *Holder, live bool) {
	c, native := ctx.(*Ctx)
	if !native {
		return holderFor(TaskOf(ctx)), ctx.Err() == nil
	}
	t := (*Task)(c)
	if t.flags.Load()&(fRooted|fStopped|fReturned) == fRooted && t.self.Load() == self() {
		return t.ext.Load().holder.Load(), true
	}
	live, _ = t.live()
	return holderFor(t), live
}

// holderFor is the Holder of who calls with the context of t, which may be nil.
func holderFor(t *Task) *Holder {
	if t != nil && t.executed() {
		return t.newHolder()
	}
	if s := Executing(); s != nil && s.Task().executed() {
		return s.Task().newHolder()
	}
	return nil
}

// live reports whether t's context has not ended: what Err says, without making a real context. It
// is rooted if only a stop of the tree can end it.
func (t *Task) live() (live, rooted bool) {
	for {
		if t.has(fStopped | fEnded) {
			return false, false
		}
		e := t.ext.Load()
		if e == nil || e.parent == nil {
			t = t.up
			continue
		}
		c, native := e.parent.(*Ctx)
		if !native {
			return e.parent.Err() == nil, e.parent.Done() == nil
		}
		t = (*Task)(c)
	}
}

// holders are those whose tasks have not ended.
var holders [shards]struct {
	sync.Mutex
	byID map[uint64]*Holder
}

var lastHolder atomic.Uint64

// FirstHolder is the smallest ID. Those below are for package lock to use.
const FirstHolder = 16

// newHolder finds or makes the Holder of t, whose body calls.
func (t *Task) newHolder() *Holder {
	e := t.extend()
	if h := e.holder.Load(); h != nil {
		return h
	}
	if head := t.Head(); head != t {
		h := head.newHolder()
		e.holder.Store(h)
		t.noteRooted()
		return h
	}
	h := &Holder{ID: FirstHolder + lastHolder.Add(1), task: t}
	s := &holders[h.ID%shards]
	s.Lock()
	defer s.Unlock()
	if s.byID == nil {
		s.byID = make(map[uint64]*Holder)
	}
	s.byID[h.ID] = h
	e.holder.Store(h)
	t.noteRooted()
	return h
}

func (t *Task) noteRooted() {
	if _, rooted := t.live(); rooted {
		t.add(fRooted)
	}
}

// Hold notes that the body holds l while state is word.
func (h *Holder) Hold(l probe.Resource, state *atomic.Uint64, word uint64) {
	n := len(h.Holds)
	if n == cap(h.Holds) {
		h.Holds = append(h.Holds, Hold{l, state, word})
		return
	}
	h.Holds = h.Holds[:n+1]
	next := &h.Holds[n]
	if next.State != state {
		next.On, next.State = l, state
	}
	next.Word = word
}

// forget is called as t ends.
func (h *Holder) forget(t *Task) {
	if h == nil || h.task != t {
		return
	}
	s := &holders[h.ID%shards]
	s.Lock()
	defer s.Unlock()
	delete(s.byID, h.ID)
}

// HolderOf is the Holder with that ID, nil if there is none or its task has ended.
func HolderOf(id uint64) *Holder {
	s := &holders[id%shards]
	s.Lock()
	defer s.Unlock()
	return s.byID[id]
}

// Task is whose body it is.
func (h *Holder) Task() *Task { return h.task }

// Shown is what it held as its body last began to wait, and still holds.
func (h *Holder) Shown() (list []probe.Resource) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.shown {
		if h.shown[i].Valid() {
			list = append(list, h.shown[i].On)
		}
	}
	return list
}

func (h *Holder) show() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.shown)
	h.shown = append(h.shown[:0], h.Holds...)
}

// Home is the task that ctx belongs to; for a scope, the nearest task above that is none.
func Home(ctx context.Context) *Task {
	t := TaskOf(ctx)
	for t != nil && t.has(fScope) && t.up != nil {
		t = t.up
	}
	return t
}

// Holder is that of the body of t, nil if it has held nothing.
func (t *Task) Holder() *Holder {
	if e := t.ext.Load(); e != nil {
		return e.holder.Load()
	}
	return nil
}
