package lock

import (
	"context"
	"errors"
	"fmt"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A RWMutex is a lock that one writer or any number of readers can hold. The zero RWMutex is free.
// It must not be copied after first use, nor its fields changed.
//
// It is fair by phases: who comes to read while a writer waits, waits behind that one, and when a
// writer is done all who wait to read go before the next writer. So neither side can starve the
// other. A writer that gives up waiting lets in the readers that it held back.
//
// Its order is checked as that of a [Mutex] is, reading and writing alike: readers that wait behind
// a writer can be part of a deadlock too. It costs two or three times as much as a Mutex; use it where
// readers hold it for long.
type RWMutex struct {
	Name  string // what dumps and reports call it; default none
	Class *Class // which locks are like it; default see [Class]

	core // of the writer's Held; its mu guards what follows

	reading   int // readers that hold it, or have been let in and are on their way
	writing   bool
	wantRead  rt.Line
	wantWrite rt.Line
	readers   *reader // who holds it: a ring
	free      *reader // to use again
}

// A reader is the Held of one reader.
type reader struct {
	core       // its mu guards its state
	rw         *RWMutex
	next, prev *reader
}

// Lock waits until nobody holds rw, and holds it to write. What [Mutex.Lock] says of ctx, of locking
// again and of the order holds here too. Who holds rw to read must give that back first: it gets an
// [*OrderError] if its context says so.
func (rw *RWMutex) Lock(ctx context.Context) (Held, error) {
	return rw.lock(ctx, true, rw.awaitWrite)
}

// RLock waits until no writer holds rw or waits for it, and holds it to read.
func (rw *RWMutex) RLock(ctx context.Context) (Held, error) {
	return rw.lock(ctx, false, rw.awaitRead)
}

// TryLock is Lock without waiting, and without regard to the order.
func (rw *RWMutex) TryLock(ctx context.Context) (Held, bool) {
	h, err := rw.lock(ctx, true, nil)
	return h, err == nil
}

// TryRLock is RLock without waiting, and without regard to the order.
func (rw *RWMutex) TryRLock(ctx context.Context) (Held, bool) {
	h, err := rw.lock(ctx, false, nil)
	return h, err == nil
}

// errTaken is why a lock without await fails.
var errTaken = errors.New("lock: taken")

func (rw *RWMutex) lock(ctx context.Context, write bool, await func(context.Context) error) (h Held, err error) {
	rt.Point()
	defer rt.Point()
	by, live := rt.Caller(ctx)
	if !live {
		return h, rt.CauseOf(ctx)
	}
	rw.known(rw, rw.Name, rw.Class)
	if h, ok := again(ctx, rw); ok {
		if _, reads := h.of.self.(*reader); write && reads {
			h.Unlock()
			return Held{}, &OrderError{
				Task: callerName(ctx), Want: rw.label(), Held: rw.label(),
				Why: "it holds it to read, and would wait for itself", Stack: probe.Callers(2).String(),
			}
		}
		return h, nil
	}
	if await != nil {
		if err := ordered(by, rw); err != nil {
			return h, err
		}
	}
	rw.mu.Lock()
	defer rw.mu.Unlock()
	switch {
	case write && !rw.writing && rw.reading == 0:
		rw.writing = true
	case !write && !rw.writing && rw.wantWrite.Empty():
		rw.reading++
	case await == nil:
		return h, errTaken
	default:
		if err := await(bare(ctx)); err != nil {
			return h, err
		}
	}
	return rw.taken(ctx, by, write), nil
}

// awaitWrite waits until it has been let in. The mutex is held.
func (rw *RWMutex) awaitWrite(ctx context.Context) error {
	served := false
	defer func() {
		if !served && !rw.writing && rw.wantWrite.Empty() { // also when a killed coroutine unwinds
			rw.letRead()
		}
	}()
	err := rw.wantWrite.Wait(ctx, &rw.mu, "lock", (*writeSide)(rw))
	served = err == nil
	return err
}

// awaitRead waits until it has been let in. The mutex is held.
func (rw *RWMutex) awaitRead(ctx context.Context) error {
	return rw.wantRead.Wait(ctx, &rw.mu, "read-lock", (*readSide)(rw))
}

// taken notes who holds it. The mutex is held.
func (rw *RWMutex) taken(ctx context.Context, by *rt.Holder, write bool) Held {
	word := wordFor(by)
	c := &rw.core
	var l locked = rw
	if !write {
		r := rw.newReader()
		c, l = &r.core, r
	}
	c.state.Store(word | busy) // so that Unlock comes to unlock
	hold(by, l, &c.state, word)
	return Held{c, word, ctx}
}

func (rw *RWMutex) newReader() *reader {
	r := rw.free
	if r == nil {
		r = &reader{rw: rw}
		r.self = r
	} else {
		rw.free = r.next
	}
	if rw.readers == nil {
		rw.readers, r.next, r.prev = r, r, r
		return r
	}
	r.next, r.prev = rw.readers, rw.readers.prev
	r.next.prev, r.prev.next = r, r
	return r
}

// letRead lets in all who wait to read. The mutex is held, and nobody writes.
func (rw *RWMutex) letRead() {
	rw.reading += rw.wantRead.Len()
	rw.wantRead.ServeAll()
}

// letWrite lets in the next writer if there is one. The mutex is held, and nobody has the lock.
func (rw *RWMutex) letWrite() {
	if !rw.wantWrite.Empty() {
		rw.writing = true
		rw.wantWrite.Serve().Wake()
	}
}

// unlock implements releaser, for the writer.
func (rw *RWMutex) unlock(word uint64) {
	rw.mu.Lock()
	defer rw.mu.Unlock()
	if !rw.leave(word) {
		return
	}
	rw.state.Store(0)
	rw.writing = false
	if rw.letRead(); rw.reading == 0 {
		rw.letWrite()
	}
}

// unlock implements releaser.
func (r *reader) unlock(word uint64) {
	rw := r.rw
	rw.mu.Lock()
	defer rw.mu.Unlock()
	if !r.last(word) {
		return
	}
	if r.next == r {
		rw.readers = nil
	} else {
		r.next.prev, r.prev.next = r.prev, r.next
		rw.readers = r.next
	}
	r.next, r.prev = rw.free, nil
	rw.free = r
	if rw.reading--; rw.reading == 0 {
		rw.letWrite()
	}
}

func (r *reader) last(word uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.leave(word) {
		return false
	}
	r.state.Store(0)
	return true
}

// all ranges over who holds it to read. The mutex is held.
func (rw *RWMutex) all(yield func(*reader) bool) {
	for r := rw.readers; r != nil; {
		if !yield(r) {
			return
		}
		if r = r.next; r == rw.readers {
			return
		}
	}
}

func (rw *RWMutex) own() *core    { return &rw.core }
func (r *reader) own() *core      { return &r.core }
func (rw *RWMutex) tag() *core    { return &rw.core }
func (r *reader) tag() *core      { return &r.rw.core }
func (rw *RWMutex) label() string { return rw.core.label(rw.Name) }
func (r *reader) label() string   { return r.rw.label() }

// ProbeInfo implements probe.Resource.
func (rw *RWMutex) ProbeInfo() probe.Info {
	rw.mu.Lock()
	defer rw.mu.Unlock()
	i := probe.Info{Kind: "rwmutex", Name: rw.Name}
	switch {
	case rw.writing:
		i.Detail, i.Holders = "writing", holders(rw.state.Load())
	case rw.reading > 0:
		i.Detail = fmt.Sprintf("%d reading", rw.reading)
		for r := range rw.all {
			i.Holders = append(i.Holders, holders(r.state.Load())...)
		}
	}
	return i
}

// ProbeInfo implements probe.Resource.
func (r *reader) ProbeInfo() probe.Info { return r.rw.ProbeInfo() }

// A writeSide is a RWMutex as a writer waits for it: for all who hold it.
type writeSide RWMutex

// A readSide is a RWMutex as a reader waits for it: for the writer, if one holds it.
type readSide RWMutex

func (s *writeSide) ProbeInfo() probe.Info { return (*RWMutex)(s).ProbeInfo() }
func (s *readSide) ProbeInfo() probe.Info  { return (*RWMutex)(s).ProbeInfo() }

// Owners implements rt.Owned.
func (s *writeSide) Owners(ids []uint64) []uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids = append(ids, s.state.Load()&idMask>>1)
	for r := range (*RWMutex)(s).all {
		ids = append(ids, r.state.Load()&idMask>>1)
	}
	return ids
}

// Owners implements rt.Owned.
func (s *readSide) Owners(ids []uint64) []uint64 {
	return append(ids, s.state.Load()&idMask>>1)
}
