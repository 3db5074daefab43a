package lock

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A core is what a Held refers to, and what has a place in the order.
type core struct {
	state atomic.Uint64
	self  releaser              // whose core it is
	class atomic.Pointer[Class] // nil until the first use
	id    uint64                // set before class

	mu    sync.Mutex // also for the use of self
	depth int        // how many more Helds there are
}

// holds reports whether word is that of the Held that holds it.
func (c *core) holds(word uint64) bool { return c.state.Load()&^busy == word }

// enter counts one more Held, if word holds it.
func (c *core) enter(word uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.swap(word, word) {
		return false
	}
	c.depth++
	return true
}

// leave counts one Held less, and reports whether it was the last. The mutex is held. It panics if word
// does not hold it.
func (c *core) leave(word uint64) (last bool) {
	if !c.holds(word) {
		c.misused()
	}
	if c.depth == 0 {
		return true
	}
	c.depth--
	return false
}

// swap has another word hold it, with busy set, if word does.
func (c *core) swap(word, to uint64) bool {
	for {
		s := c.state.Load()
		if s&^busy != word {
			return false
		}
		if c.state.CompareAndSwap(s, to|busy) {
			return true
		}
	}
}

// misused ends the caller, who used a Held that holds nothing any more.
func (c *core) misused() {
	name := "several locks"
	if l, ok := c.self.(locked); ok {
		name = l.label()
	}
	panic("lock: use of a Held that is not held any more: " + name)
}

// A releaser is what a Held can give back; word is that of the Held.
type releaser interface{ unlock(word uint64) }

// A locked is a lock that can be held: a Mutex, or one of the sides of a RWMutex.
type locked interface {
	releaser
	probe.Resource
	label() string
	// own is the core of the Held, and tag that with the lock's place in the order.
	own() *core
	tag() *core
}

// A Held is the proof that a lock, or several, are held, and the way to give them back. It may be
// copied; of all copies one may be unlocked.
//
// A Held belongs to the task that locked it. If another is to unlock it, say so with
// [Held.HandOver], lest the first be blamed for what it does not hold.
type Held struct { // no more than four words, which the compiler keeps in registers
	of   *core
	word uint64 // what the state is while this is true and nobody waits
	ctx  context.Context
}

// The state of a lock that can be held by one at a time is 0 while it is free, and else a word:
//
//	bit 0        whoever unlocks has more to do than to write a 0
//	bits 1–40    the ID of the Holder
//	bits 41–63   a number that grows with each Held of that Holder
const (
	busy     = rt.HoldBusy
	idMask   = 1<<41 - 2
	nextWord = 1 << 41

	stranger = 1 << 1 // held by whom we do not know
	handed   = 2 << 1 // held by nobody, and kept for who was woken
)

var strangers atomic.Uint64

// wordFor is a new word for the caller.
func wordFor(by *rt.Holder) uint64 {
	if by == nil {
		return strangers.Add(nextWord) | stranger
	}
	by.Seq += nextWord
	return by.Seq | by.ID<<1
}

// holder is who holds what has this state, nil if that is not known.
func holder(state uint64) *rt.Holder {
	if id := state & idMask >> 1; id >= rt.FirstHolder {
		return rt.HolderOf(id)
	}
	return nil
}

// holders are the names of those who hold what has this state.
func holders(state uint64) []string {
	if state&^busy == 0 {
		return nil
	}
	if h := holder(state); h != nil {
		return []string{h.Task().Name()}
	}
	return []string{"somebody unknown"}
}

// Unlock gives back what is held, the last lock first. It does not block. A lock that was locked
// again with [Held.Context] is given back by the last Unlock.
//
// Unlock panics if it is not held any more, because it was unlocked before, and if h is the zero Held
// that comes with an error.
func (h Held) Unlock() {
	if !h.of.state.CompareAndSwap(h.word, 0) {
		h.unlock()
	}
}

func (h Held) unlock() {
	rt.Point()
	h.of.self.unlock(h.word)
	rt.Point()
}

// HandOver is a Held in place of h, which must not be used any more, that belongs to nobody: a task
// that gives it to another is not taken for the holder, in reports and checks of the order. It
// panics if h is not held any more.
func (h Held) HandOver() Held {
	if s, ok := h.of.self.(*several); ok {
		h.of = &s.handOver().core
		return h
	}
	to := wordFor(nil)
	if !h.of.swap(h.word, to) {
		h.of.misused()
	}
	h.word = to
	return h
}

// each are the locks that it holds, one by one.
func (h Held) each() iter.Seq2[locked, uint64] {
	return func(yield func(locked, uint64) bool) {
		switch of := h.of.self.(type) {
		case *several:
			for _, p := range of.list {
				if !yield(p.of, p.word) {
					return
				}
			}
		case locked:
			yield(of, h.word)
		}
	}
}

// Context is the context that the lock was taken with, and also says that it is held: a Lock with
// it of the same lock does not wait, but counts. Tasks that are started with it do not hold the
// lock. It is of no use after Unlock.
func (h Held) Context() context.Context { return &heldContext{h.ctx, h} }

type heldContext struct {
	context.Context
	held Held
}

type heldKey struct{}

// Value is the context itself for heldKey.
func (c *heldContext) Value(key any) any {
	if _, ok := key.(heldKey); ok {
		return c
	}
	return c.Context.Value(key)
}

// heldIn are the locks that ctx says are held, with their words, by whoever uses ctx now.
func heldIn(ctx context.Context) iter.Seq2[locked, uint64] {
	return func(yield func(locked, uint64) bool) {
		home := rt.Home(ctx)
		for c, _ := ctx.Value(heldKey{}).(*heldContext); c != nil; c, _ = c.Context.Value(heldKey{}).(*heldContext) {
			if rt.Home(c.Context) != home {
				return // inherited by a task
			}
			for l, word := range c.held.each() {
				if !yield(l, word) {
					return
				}
			}
		}
	}
}

// bare is ctx without what says that locks are held: a wait with a task's own context is known to
// be one that only a stop of the task can end.
func bare(ctx context.Context) context.Context {
	for {
		c, ok := ctx.(*heldContext)
		if !ok {
			return ctx
		}
		ctx = c.Context
	}
}

// again counts one more Held of l, if ctx says that it is held.
func again(ctx context.Context, l locked) (Held, bool) {
	if m, ok := l.(*Mutex); ok && m.state.Load() == 0 {
		return Held{}, false // nobody holds it
	}
	for of, word := range heldIn(ctx) {
		if of.tag() == l.tag() && of.own().enter(word) {
			return Held{of.own(), word, ctx}, true
		}
	}
	return Held{}, false
}
