package lock

import (
	"context"
	"sync"
	"time"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A Mutex is a lock that one at a time can hold. The zero Mutex is free. It must not be copied after
// first use, nor its fields changed.
//
// Who waits is served first come, first served, but one who just comes along may be faster. Once that
// has kept somebody waiting for a millisecond, the lock is handed to the waiting, one by one, until
// none of them has waited that long: the two modes of sync.Mutex.
type Mutex struct {
	Name  string // what dumps and reports call it; default none
	Class *Class // which locks are like it; default see [Class]

	core // its mu guards what follows, and setting busy

	line     rt.Line
	called   bool // a goroutine has been woken and has not arrived yet
	starving bool // the lock is handed over
}

// patience is how long one may wait before it is served before those who just come along.
const patience = time.Millisecond

// maxTries is how many times one may be woken in vain, where no time passes meanwhile.
const maxTries = 100

// Lock waits until nobody holds m, and holds it. ctx ends that wait, with the cause for which it
// ended. A context that has ended is refused even if m is free.
//
// With the context of a Held of m it counts one more Held and does not wait. Any other way of locking
// m again in the task that holds it waits for ever, and is found out: see [Policy].
//
// Lock does not allocate unless it waits, or nests locks of two classes in a way that is new.
func (m *Mutex) Lock(ctx context.Context) (Held, error) {
	by, live := rt.Caller(ctx)
	if by == nil || !live || m.class.Load() == nil || rt.Simulated() {
		return m.lock(ctx, by, live)
	}
	// What the Holder remembers is trimmed here, not in Unlock, which anybody may call.
	again := len(by.Holds) == 1 && by.Holds[0].State == &m.state
	if !again && len(by.Holds) > 0 && !m.fits(by) {
		return m.lock(ctx, by, live)
	}
	word := wordFor(by)
	if !m.state.CompareAndSwap(0, word) {
		return m.lock(ctx, by, live)
	}
	if again {
		by.Holds[0].Word = word
	} else {
		by.Hold(m, &m.state, word)
	}
	return Held{&m.core, word, ctx}, nil
}

// lock is Lock in full.
func (m *Mutex) lock(ctx context.Context, by *rt.Holder, live bool) (Held, error) {
	rt.Point()
	defer rt.Point()
	if !live {
		return Held{}, rt.CauseOf(ctx)
	}
	m.known(m, m.Name, m.Class)
	if h, ok := again(ctx, m); ok {
		return h, nil
	}
	if err := ordered(by, m); err != nil {
		return Held{}, err
	}
	word := wordFor(by)
	if err := m.take(ctx, word); err != nil {
		return Held{}, err
	}
	hold(by, m, &m.state, word)
	return Held{&m.core, word, ctx}, nil
}

// TryLock is Lock without waiting: it reports false if that would have to wait. It is not checked
// against the order and teaches none, since who does not wait cannot be part of a deadlock.
func (m *Mutex) TryLock(ctx context.Context) (Held, bool) {
	rt.Point()
	defer rt.Point()
	by, live := rt.Caller(ctx)
	if !live {
		return Held{}, false
	}
	m.known(m, m.Name, m.Class)
	if h, ok := again(ctx, m); ok {
		return h, true
	}
	word := wordFor(by)
	if !m.grab(word) {
		return Held{}, false
	}
	hold(by, m, &m.state, word)
	return Held{&m.core, word, ctx}, true
}

// grab takes m if it is free.
func (m *Mutex) grab(word uint64) bool {
	if rt.Simulated() {
		word |= busy // for Unlock to have its points
	}
	for {
		s := m.state.Load()
		if s&^busy != 0 {
			return false
		}
		if m.state.CompareAndSwap(s, word|s) {
			return true
		}
	}
}

// take makes word the state of m, waiting for that if it must.
func (m *Mutex) take(ctx context.Context, word uint64) error {
	if m.grab(word) {
		return nil
	}
	// The reason is that of rt.Lock. More than one try is slower, also where the section is short: two
	// that fight for a cache line are slower than two that take turns.
	rt.Pass()
	if m.grab(word) {
		return nil
	}
	return m.wait(ctx, word)
}

// wait is the part of take that waits in line.
func (m *Mutex) wait(ctx context.Context, word uint64) (err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.next() // also when a killed coroutine unwinds
	if m.takeOrMark(word, false) {
		return nil
	}
	since := rt.Now(ctx)
	err = m.line.Wait(bare(ctx), &m.mu, "lock", m)
	for tries := 1; err == nil; tries++ {
		m.called = false
		m.starving = tries > maxTries || rt.Now(ctx).Sub(since) >= patience
		if m.takeOrMark(word, true) {
			return nil
		}
		err = m.line.WaitAgain(bare(ctx), &m.mu, "lock", m)
	}
	return err
}

// takeOrMark takes m if it is free, or kept for the woken; else it has the holder look for us.
func (m *Mutex) takeOrMark(word uint64, woken bool) bool {
	for {
		s := m.state.Load()
		free := s&^busy == 0 || woken && s&^busy == handed
		to := s | busy
		if free {
			to = word | busy
		}
		if m.state.CompareAndSwap(s, to) {
			return free
		}
	}
}

// next sees to it that somebody wakes those who wait. The mutex is held.
func (m *Mutex) next() {
	if m.line.Empty() {
		m.starving = false
		return
	}
	for !m.called && !m.line.Empty() {
		s := m.state.Load()
		switch {
		case s&^busy == 0:
			m.wake()
			return
		case s&busy != 0 || m.state.CompareAndSwap(s, s|busy):
			return
		}
	}
}

// wake has the first of the line come. The mutex is held.
func (m *Mutex) wake() {
	w := m.line.Serve()
	m.called = !w.OnLoop() // a coroutine may be long on its way, and must not hold up the others
	w.Wake()
}

// unlock implements locked.
func (m *Mutex) unlock(word uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case !m.leave(word):
	case m.called || m.line.Empty():
		m.state.Store(0)
	case m.starving:
		m.state.Store(handed)
		m.wake()
	default:
		m.wake()
		free := uint64(0)
		if !m.called && !m.line.Empty() {
			free = busy
		}
		m.state.Store(free)
	}
}

func (m *Mutex) own() *core { return &m.core }

func (m *Mutex) tag() *core { return &m.core }

func (m *Mutex) label() string { return m.core.label(m.Name) }

// Owners implements rt.Owned.
func (m *Mutex) Owners(ids []uint64) []uint64 {
	return append(ids, m.state.Load()&idMask>>1)
}

// ProbeInfo implements probe.Resource.
func (m *Mutex) ProbeInfo() probe.Info {
	i := probe.Info{Kind: "mutex", Name: m.Name, Holders: holders(m.state.Load())}
	if i.Holders == nil {
		i.Detail = "free"
	}
	return i
}

// Locker is m for who wants a sync.Locker. Its Lock waits whatever happens to ctx, which only says who
// locks; it panics if [Policy] has it fail. Its Unlock panics if m is not locked by it.
func (m *Mutex) Locker(ctx context.Context) sync.Locker {
	return &locker{m: m, ctx: context.WithoutCancel(ctx)}
}

type locker struct {
	m    *Mutex
	ctx  context.Context
	held Held // while m is held by it; guarded by m
}

func (l *locker) Lock() {
	h, err := l.m.Lock(l.ctx)
	if err != nil {
		panic(err)
	}
	l.held = h
}

func (l *locker) Unlock() {
	if l.held.of == nil {
		l.m.misused()
	}
	h := l.held
	l.held = Held{}
	h.Unlock()
}
