package rt

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/skein-go/skein/internal/probe"
)

// A Task is one node of the tree of everything that runs. It has ended when its body has
// returned and every task started under it, daemons included, has ended.
//
// It is small, because a program may have a million; what only some tasks need hangs off ext.
type Task struct {
	up    *Task // nil for a root
	prev  *Task // siblings: a ring, under up.mu
	next  *Task
	body  Body
	mu    sync.Mutex
	flags atomic.Uint32 // changed under mu, but for fStarted and by Return
	self  atomic.Uint32 // the goroutine that executes the body: see Enter
	waits *Waiter       // the waits in its name: a list
	joins Line          // who waits for its end
	ext   atomic.Pointer[ext]
}

// A Body is the typed task around a Task: it knows what the tree does not.
type Body interface {
	Name() string
	// StateName is a word for a dump: "pending", "running", "failed".
	StateName() string
	// Site is the user's line that started the task, if known.
	Site() string
	// StoppedPending is called, without locks, when the task is stopped before it has begun.
	StoppedPending()
}

// Named is the body of a task that has a name and nothing else.
type Named string

// Name implements Body.
func (n Named) Name() string { return string(n) }

// StateName implements Body.
func (Named) StateName() string { return "running" }

// Site implements Body.
func (Named) Site() string { return "" }

// StoppedPending implements Body.
func (Named) StoppedPending() {}

// ext is the part of a task that few need. Under task.mu, unless said otherwise.
type ext struct {
	parent   context.Context // where values come from, if not from the parent task; never changes
	real     atomic.Pointer[realContext]
	strand   Strand // the coroutine that executes it; never changes
	host     *Task  // who executes a scope: the task that called Run; never changes
	cause    error  // why it was stopped
	kids     *Task  // a ring
	pending  int    // kids that keep this one open: those that are no daemons
	quiet    Line   // who waits for kids to end
	done     chan struct{}
	spare    atomic.Pointer[Waiter] // for its next join
	onEnd    []*endCall
	unread   []func(report bool) (unread bool)
	watch    []*watch
	attached Attached
	holder   atomic.Pointer[Holder] // of its body; set by that
	blocked  atomic.Pointer[Waiter] // what its body last waited in that a DeadlockFinder was told of
}

const (
	fDaemon    uint32 = 1 << iota // does not keep its parent open
	fScope                        // a Run: executed by who called it
	fForeign                      // its context can end without it being stopped through the tree
	fStarted                      // its body runs, or has run
	fStopped                      // asked to stop
	fDeadline                     // asked to stop because a deadline passed
	fKilled                       // to be unwound
	fUnwinding                    // being unwound
	fReturned                     // its body is over
	fEnded                        // and so is every kid
	fDone                         // and everybody may know
	fNoticed                      // it has an ext, or somebody waits for its end
	fRooted                       // it has a Holder, and no context above can end it but through the tree
)

// Kinds of task, for Init.
const (
	Daemon = fDaemon // does not keep its parent open
	Scope  = fScope  // executed by the caller, for as long as it runs
)

// Init makes t, which must be new, a task under up, or a root if up is nil. Values, a deadline
// and perhaps a cancellation from outside the tree come from ctx.
//
// The error says why t may not start: up has ended ([ErrEnded]) or has been stopped (the cause).
// Then t has ended already.
func (t *Task) Init(up *Task, ctx context.Context, kind uint32, body Body) error {
	t.up, t.body = up, body
	own, native := ctx.(*Ctx)
	if native = native && (*Task)(own) == up; !native {
		t.ext.Store(&ext{parent: ctx})
		kind |= fNoticed
		if ctx.Done() != nil {
			kind |= fForeign
		}
	}
	if up == nil {
		t.flags.Store(kind)
		roots.add(t)
		return nil
	}
	return t.enrol(kind, native)
}

func (t *Task) enrol(kind uint32, native bool) (err error) {
	up := t.up
	e := up.extend()
	up.mu.Lock()
	f := up.flags.Load()
	if native {
		kind |= f & fForeign // what can end up's context can end t's
	}
	switch {
	case f&fEnded != 0, f&fReturned != 0 && e.pending == 0:
		err = ErrEnded
	case f&fStopped != 0:
		err = e.cause
		kind |= f & fDeadline
	default:
		if kind != 0 {
			t.flags.Store(kind)
		}
		e.kids = insert(e.kids, t)
		if kind&fDaemon == 0 {
			e.pending++
		}
	}
	up.mu.Unlock()
	if err != nil {
		own := t.extend()
		own.cause = err
		if own.parent == nil {
			own.parent = up.Context()
		}
		t.up = nil
		t.flags.Store(kind | fStopped | fReturned | fEnded | fDone | fNoticed)
	}
	return err
}

// AdoptParent has a scope watch its parent context on behalf of its kids, so that theirs need
// not be watched one by one. release ends that.
func (t *Task) AdoptParent() (release func()) {
	if !t.has(fForeign) {
		return func() {}
	}
	t.mu.Lock()
	t.clear(fForeign)
	t.mu.Unlock()
	parent := t.parent()
	if parent.Err() != nil { // no kid shall begin before a goroutine has told us so
		t.stopFrom(parent)
		return func() {}
	}
	stop := context.AfterFunc(parent, func() { t.stopFrom(parent) })
	return func() { stop() }
}

// Obey has t end with ctx, its parent context, even before it has begun. Nothing need be done for
// the context of a task, which stops t itself.
func (t *Task) Obey(ctx context.Context) {
	if _, own := ctx.(*Ctx); !own && ctx.Done() != nil {
		t.OnEnd(t.AdoptParent())
	}
}

// parent is the context that t's own derives from.
func (t *Task) parent() context.Context {
	if e := t.ext.Load(); e != nil && e.parent != nil {
		return e.parent
	}
	return t.up.Context()
}

// Name is the name it was given.
func (t *Task) Name() string { return t.body.Name() }

// Up is the task it was started under, nil for a root.
func (t *Task) Up() *Task { return t.up }

// Body is what t was made with.
func (t *Task) Body() Body { return t.body }

// Start has f run as t: as a goroutine, or on the loop its parent runs on.
func (t *Task) Start(f func()) {
	t.Begin()
	if r := t.runtimeAbove(); r != nil {
		r.Start(t, f)
		return
	}
	go f()
}

// Begin marks t as running.
func (t *Task) Begin() { t.flags.Or(fStarted) }

// Host says that whoever is executing executes t too: Run does so, which starts nothing for it.
func (t *Task) Host() {
	if s := Executing(); s != nil {
		e := t.extend()
		e.strand, e.host = s, s.Task()
	}
}

// Executor is the task whose strand executes t: itself, unless it is a scope.
func (t *Task) executor() *Task {
	for {
		e := t.ext.Load()
		if e == nil || e.host == nil || e.host == t {
			return t
		}
		t = e.host
	}
}

// SetStrand is called by a runtime as it starts t.
func (t *Task) SetStrand(s Strand) { t.extend().strand = s }

// Runtime is what t runs on, nil for goroutines.
func (t *Task) Runtime() Runtime {
	if e := t.ext.Load(); e != nil && e.strand != nil {
		return e.strand.Runtime()
	}
	return nil
}

// runtimeAbove is the runtime a new task starts on: that of the nearest task above which runs.
func (t *Task) runtimeAbove() Runtime {
	if loops.n.Load() == 0 {
		return nil
	}
	for up := t.up; up != nil; up = up.up {
		if r := up.Runtime(); r != nil {
			return r
		}
		if up.has(fStarted) {
			return nil
		}
	}
	return nil
}

func (t *Task) extend() *ext {
	if e := t.ext.Load(); e != nil {
		return e
	}
	t.ext.CompareAndSwap(nil, new(ext))
	t.add(fNoticed) // before anybody looks whether t has ended: see Return
	return t.ext.Load()
}

func (t *Task) has(f uint32) bool { return t.flags.Load()&f != 0 }
func (t *Task) add(f uint32)      { t.flags.Or(f) }
func (t *Task) clear(f uint32)    { t.flags.And(^f) }

// Stopped reports whether t was asked to stop.
func (t *Task) Stopped() bool { return t.has(fStopped) }

// IsScope reports whether t is one.
func (t *Task) IsScope() bool { return t.has(fScope) }

// Daemon reports whether t is one.
func (t *Task) Daemon() bool { return t.has(fDaemon) }

// Killed reports whether t is to unwind, or does.
func (t *Task) Killed() bool { return t.has(fKilled) }

// Ended reports whether t has ended.
func (t *Task) Ended() bool { return t.has(fDone) }

// Cause is why t was asked to stop, nil if it was not.
func (t *Task) Cause() error {
	if !t.has(fStopped) {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ext.Load().cause
}

// ProbeInfo describes t as something waited for.
func (t *Task) ProbeInfo() probe.Info {
	return probe.Info{Kind: "task", Name: t.Name(), Detail: t.body.StateName()}
}

func insert(ring, t *Task) *Task {
	if ring == nil {
		t.next, t.prev = t, t
		return t
	}
	t.next, t.prev = ring, ring.prev
	t.prev.next, t.next.prev = t, t
	return ring
}

func remove(ring, t *Task) *Task {
	if t.next == t {
		t.next, t.prev = nil, nil
		return nil
	}
	t.prev.next, t.next.prev = t.next, t.prev
	if ring == t {
		ring = t.next
	}
	t.next, t.prev = nil, nil
	return ring
}
