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
	name   string
	parent context.Context // values, deadline, and what may end it from outside the tree
	up     *Task           // nil for a root
	prev   *Task           // siblings: a ring, under up.mu
	next   *Task

	mu      sync.Mutex
	flags   flags
	pending int32   // kids that keep this one open: those that are no daemons
	cause   error   // why it was stopped
	kids    *Task   // a ring
	waits   *Waiter // a list
	ext     atomic.Pointer[ext]
	done    Latch
	body    Body // the typed task around this one; may be nil
}

// A Body is the typed task around a Task: it knows what the tree does not.
type Body interface {
	// State is a word for a dump: "pending", "running", "failed".
	StateName() string
	// Site is the user's line that started the task, if known.
	Site() string
	// StoppedPending is called, without locks, when the task is stopped before it has begun.
	StoppedPending()
}

// ext is the part of a task that few need.
type ext struct {
	real   atomic.Pointer[realContext]
	strand Strand // the coroutine that executes it
	host   *Task  // who executes a scope: the task that called Run
	quiet  Line   // who waits for kids to end; under task.mu
	unread []func()
	locals map[any]*local
	onEnd  []func()
	watch  []*watch
}

type flags uint16

const (
	fDaemon    flags = 1 << iota // does not keep its parent open
	fForeign                     // its parent context can end without its parent task being stopped
	fStarted                     // its body runs, or has run
	fStopped                     // asked to stop
	fDeadline                    // asked to stop because a deadline passed
	fKilled                      // to be unwound
	fUnwinding                   // being unwound
	fReturned                    // its body is over
	fEnded                       // and so is every kid
)

// Init makes t, which must be new, a task under up, or a root if up is nil. Values, a deadline
// and perhaps a cancellation from outside the tree come from ctx. body may be nil.
//
// The error says why t may not start: up has ended ([ErrEnded]) or has been stopped (the cause).
// Then t has ended already.
func (t *Task) Init(up *Task, ctx context.Context, name string, daemon bool, body Body) error {
	t.name, t.parent, t.body, t.up = name, ctx, body, up
	if daemon {
		t.flags = fDaemon
	}
	own, native := ctx.(*Ctx)
	native = native && (*Task)(own) == up
	if !native && ctx.Done() != nil {
		t.flags |= fForeign
	}
	return t.enrol(native)
}

func (t *Task) enrol(native bool) error {
	if t.up == nil {
		roots.add(t)
		return nil
	}
	up := t.up
	up.mu.Lock()
	if native {
		t.flags |= up.flags & fForeign // what can end up's context can end t's
	}
	err := error(nil)
	switch {
	case up.flags&fEnded != 0, up.flags&fReturned != 0 && up.pending == 0:
		err = ErrEnded
	case up.flags&fStopped != 0:
		err = up.cause
		t.flags |= up.flags & fDeadline
	default:
		up.kids = insert(up.kids, t)
		if t.flags&fDaemon == 0 {
			up.pending++
		}
	}
	up.mu.Unlock()
	if err != nil {
		t.up = nil
		t.flags |= fStopped | fReturned | fEnded
		t.cause = err
		t.done.Set()
	}
	return err
}

// AdoptParent has a scope watch its parent context on behalf of its kids, so that theirs need
// not be watched one by one. release ends that.
func (t *Task) AdoptParent() (release func()) {
	t.mu.Lock()
	foreign := t.flags&fForeign != 0
	t.flags &^= fForeign
	t.mu.Unlock()
	if !foreign {
		return func() {}
	}
	stop := context.AfterFunc(t.parent, func() { t.stopFrom(t.parent) })
	return func() { stop() }
}

// Name is the name it was given.
func (t *Task) Name() string { return t.name }

// Up is the task it was started under, nil for a root.
func (t *Task) Up() *Task { return t.up }

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
func (t *Task) Begin() {
	t.mu.Lock()
	t.flags |= fStarted
	t.mu.Unlock()
}

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

// runtimeAbove is the runtime a new task starts on: that of the nearest task above which has one.
func (t *Task) runtimeAbove() Runtime {
	if loops.n.Load() == 0 {
		return nil
	}
	for up := t.up; up != nil; up = up.up {
		if r := up.Runtime(); r != nil {
			return r
		}
		if up.started() {
			return nil
		}
	}
	return nil
}

func (t *Task) extend() *ext {
	if e := t.ext.Load(); e != nil {
		return e
	}
	e := new(ext)
	if !t.ext.CompareAndSwap(nil, e) {
		e = t.ext.Load()
	}
	return e
}

func (t *Task) has(f flags) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.flags&f != 0
}

func (t *Task) foreign() bool { return t.has(fForeign) }
func (t *Task) started() bool { return t.has(fStarted) }

// Stopped reports whether t was asked to stop.
func (t *Task) Stopped() bool { return t.has(fStopped) }

// Daemon reports whether t is one.
func (t *Task) Daemon() bool { return t.has(fDaemon) }

// Cause is why t was asked to stop, nil if it was not.
func (t *Task) Cause() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cause
}

// Done is set once t has ended.
func (t *Task) Done() *Latch { return &t.done }

// Body is what t was made with.
func (t *Task) Body() Body { return t.body }

// ProbeInfo describes t as something waited for.
func (t *Task) ProbeInfo() probe.Info {
	return probe.Info{Kind: "task", Name: t.name, Detail: t.describeState()}
}

func (t *Task) describe() string { return `"` + t.name + `"` }

func (t *Task) describeState() string {
	if t.body != nil {
		return t.body.StateName()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.flags&fEnded != 0:
		return "ended"
	case t.flags&fReturned != 0:
		return "waits for its tasks"
	case t.flags&fStarted == 0:
		return "pending"
	}
	return "running"
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
