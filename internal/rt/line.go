package rt

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/skein-go/skein/internal/probe"
)

// A Line is where tasks wait their turn at an object: first in, first out. Its owner's mutex
// guards it. The zero Line is empty and ready.
type Line struct {
	head *Waiter                // a ring: head.prev is the tail
	free atomic.Pointer[Waiter] // to use again, linked by next: taken under the mutex, given back without
}

// Empty reports whether nobody waits.
func (l *Line) Empty() bool { return l.head == nil }

// Len counts the waiting, one by one.
func (l *Line) Len() int {
	n := 0
	for w := l.head; w != nil; w = w.next {
		n++
		if w.next == l.head {
			break
		}
	}
	return n
}

// Wait joins the tail of the line and waits to be served, like sync.Cond's Wait: the caller
// holds mu, which is released while waiting and held again on return.
//
// It returns nil when [Line.Serve] let it through, else the cause for which ctx ended or the
// executing task was stopped; then the caller has left the line and nobody served it.
//
// A killed task does not return from Wait: it unwinds, mu held as on return. So release mu by a
// deferred call.
//
// on is what a dump shows as waited for, verb what is wanted of it ("get from").
func (l *Line) Wait(ctx context.Context, mu sync.Locker, verb string, on probe.Resource) error {
	return l.wait(ctx, mu, verb, on, new(entry))
}

// WaitAgain is Wait at the head of the line: for one who was served, found that somebody faster
// had taken what there was, and does not lose its place for that.
func (l *Line) WaitAgain(ctx context.Context, mu sync.Locker, verb string, on probe.Resource) error {
	return l.wait(ctx, mu, verb, on, &entry{front: true})
}

// Pass is Wait for who has no more to do with the object once it was served: it returns with mu
// released, and does not take it after a service, for which many may have been waiting.
//
// The word goes with the waiter: it says what is wanted, to who serves the line, and what was given,
// if he has changed it before the wake. Pass returns it as he left it.
func (l *Line) Pass(ctx context.Context, mu sync.Locker, verb string, on probe.Resource, word int64) (int64, error) {
	e := entry{pass: true, word: word}
	err := l.wait(ctx, mu, verb, on, &e)
	return e.word, err
}

// WaitReleasing is Wait that calls release once it stands in line and mu is released: for a
// condition variable, whose user's lock may not be touched under mu.
func (l *Line) WaitReleasing(ctx context.Context, mu sync.Locker, verb string, on probe.Resource, release func()) error {
	return l.wait(ctx, mu, verb, on, &entry{release: release})
}

// An entry is how a wait begins and ends.
type entry struct {
	front   bool   // at the head of the line
	pass    bool   // see Pass
	word    int64  // see Pass
	release func() // see WaitReleasing
}

func (l *Line) wait(ctx context.Context, mu sync.Locker, verb string, on probe.Resource, e *entry) error {
	w := l.take()
	err := l.waitAs(w, ctx, mu, verb, on, e)
	e.word = w.Word
	l.release(w)
	if err != nil {
		unwind()
	}
	return err
}

// waitAs is the wait of w, which is the caller's and has been used up when it returns.
func (l *Line) waitAs(w *Waiter, ctx context.Context, mu sync.Locker, verb string, on probe.Resource, e *entry) error {
	w.onLoop = loops.n.Load() != 0 && onStrand()
	w.Word = e.word
	l.link(w, e.front)
	mu.Unlock()
	returned := false
	defer func() {
		if !returned { // a method of a user's context has panicked, or there was none
			mu.Lock()
			if w.line != nil {
				l.unlink(w)
			}
			if e.pass {
				mu.Unlock()
			}
		}
	}()
	if e.release != nil {
		e.release()
	}
	err := w.park(ctx, verb, on)
	returned = true
	if err != nil {
		mu.Lock()
		if w.line != nil {
			l.unlink(w)
			w.state.Store(0)
			if e.pass {
				mu.Unlock()
			}
			return err
		}
		mu.Unlock()
		w.settle() // served after all, and that wins
	}
	if !e.pass {
		mu.Lock()
	}
	return nil
}

// First is the waiter at the head of the line, nil if nobody waits.
func (l *Line) First() *Waiter { return l.head }

// Serve takes the first waiter out of the line and returns it; the caller calls its Wake,
// under the mutex or right after releasing it.
func (l *Line) Serve() *Waiter {
	w := l.head
	l.unlink(w)
	return w
}

// ServeAll takes everybody out of the line and wakes them.
func (l *Line) ServeAll() {
	for l.head != nil {
		l.Serve().Wake()
	}
}

func (l *Line) link(w *Waiter, front bool) {
	w.line = l
	if l.head == nil {
		l.head, w.next, w.prev = w, w, w
		return
	}
	w.next, w.prev = l.head, l.head.prev
	w.prev.next, w.next.prev = w, w
	if front {
		l.head = w
	}
}

func (l *Line) unlink(w *Waiter) {
	if w.next == w {
		l.head = nil
	} else {
		w.prev.next, w.next.prev = w.next, w.prev
		if l.head == w {
			l.head = w.next
		}
	}
	w.line, w.next, w.prev = nil, nil, nil
}

func (l *Line) take() *Waiter {
	for {
		w := l.free.Load()
		if w == nil {
			return new(Waiter)
		}
		if l.free.CompareAndSwap(w, w.next) {
			w.next = nil
			return w
		}
	}
}

func (l *Line) release(w *Waiter) {
	for {
		w.next = l.free.Load()
		if l.free.CompareAndSwap(w.next, w) {
			return
		}
	}
}
