package queue

import "fmt"

// Options of a queue. Nil means all defaults: no bound, first in, first out.
type Options[T any] struct {
	Cap  int    // how many items it holds at most, returned leases apart; default 0: no bound
	Name string // what dumps and findings call it; default none

	// LIFO has the last item that was put come out first. LIFO, ByPriority and Less exclude each
	// other.
	LIFO bool
	// ByPriority, if not nil, has items come out by what it says of them: larger first, and
	// among equals in the order they were put. It is called once per item, by who puts it, with no
	// mutex held. Ranks from 0 to 63 cost less than others.
	ByPriority func(T) int
	// Less, if not nil, has items come out of which it says that they are before others, and among
	// equals in the order they were put. It is called under the queue's mutex, so it must be quick
	// and may not use Skein. If it panics, so does the call it was for, which has done nothing.
	// CloseNow and the return of a lease do not panic: they go on without the order.
	Less func(a, b T) bool

	// Full is what becomes of an item for which there is no room. Default: Wait.
	Full Full
	// OnDrop, if not nil, is called with each item that Full has dropped, by who put one, and with
	// each lease that came back after CloseNow. No mutex is held: it may use the queue.
	OnDrop func(T)
	// Clone, if not nil, makes of an item what is put in its place, so that the producer may go on
	// changing it. It is called by who puts it, with no mutex held.
	Clone func(T) T
}

// Full is what a bounded queue does with an item for which there is no room.
type Full uint8

const (
	// Wait has Put wait for room; TryPut and Send return [ErrFull].
	Wait Full = iota
	// DropNewest drops the item, and Put, TryPut and Send return nil.
	DropNewest
	// DropOldest drops the item that has been in the queue for longest. It is not for queues in an
	// order of priority.
	DropOldest
)

// rules are the options that few queues have.
type rules[T any] struct {
	rank   func(T) int
	clone  func(T) T
	full   Full
	onDrop func(T)
}

func (q *Queue[T]) configure(o *Options[T]) {
	refuse := func(format string, args ...any) { panic("queue: New: " + fmt.Sprintf(format, args...)) }
	ordered := 0
	for _, set := range []bool{o.LIFO, o.ByPriority != nil, o.Less != nil} {
		if set {
			ordered++
		}
	}
	switch {
	case o.Cap < 0:
		refuse("Cap is %d; it must be positive, or 0 for no bound", o.Cap)
	case ordered > 1:
		refuse("LIFO, ByPriority and Less exclude each other")
	case o.Full > DropOldest:
		refuse("Full is %d; it must be Wait, DropNewest or DropOldest", o.Full)
	case o.Full != Wait && o.Cap == 0:
		refuse("Full is set and Cap is not; a queue without a bound is never full")
	case o.Full == DropOldest && ordered > 0 && !o.LIFO:
		refuse("DropOldest with ByPriority or Less; use DropNewest, as finding the oldest would mean looking at all")
	}
	q.cap, q.name, q.lifo = o.Cap, o.Name, o.LIFO
	if o.ByPriority != nil || o.Clone != nil || o.Full != Wait || o.OnDrop != nil {
		q.rules = &rules[T]{rank: o.ByPriority, clone: o.Clone, full: o.Full, onDrop: o.OnDrop}
	}
	switch {
	case o.ByPriority != nil:
		q.order = new(levels[T])
	case o.Less != nil:
		q.order, q.careful = &heap[T]{less: o.Less}, true
	}
	q.whole = ordered > 0 || o.Full != Wait
}
