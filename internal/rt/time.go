package rt

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/skein-go/skein/internal/probe"
)

// runtimeOf is the runtime whose clock and dice count under ctx: that of the task it names, or
// of the strand that executes. Nil means goroutines.
func runtimeOf(ctx context.Context) Runtime {
	if loops.n.Load() == 0 {
		return nil
	}
	if s := Executing(); s != nil {
		return s.Runtime()
	}
	for t := TaskOf(ctx); t != nil; t = t.up {
		if r := t.Runtime(); r != nil {
			return r
		}
	}
	return nil
}

// Now is the time by the clock of the runtime ctx belongs to.
func Now(ctx context.Context) time.Time { return ClockOf(ctx).Now() }

func nowOf(t *Task) time.Time { return Clock{t.Runtime()}.Now() }

// Rand is a random number from the source of the runtime ctx belongs to.
func Rand(ctx context.Context) uint64 {
	if r := runtimeOf(ctx); r != nil {
		return r.Rand()
	}
	return rand.Uint64()
}

// AfterFunc calls f once d has passed by the runtime's clock: on a goroutine of its own, or on
// the loop outside every strand. So f must be short and may not wait. stop reports whether it
// prevented the call.
func AfterFunc(ctx context.Context, d time.Duration, f func()) (stop func() bool) {
	return ClockOf(ctx).AfterFunc(d, f)
}

// A Clock is the time of one runtime, for objects that own time and are used from others.
type Clock struct{ runtime Runtime }

// ClockOf is the clock of the runtime ctx belongs to.
func ClockOf(ctx context.Context) Clock { return Clock{runtimeOf(ctx)} }

// Now is the time by c.
func (c Clock) Now() time.Time {
	if c.runtime != nil {
		return c.runtime.Now()
	}
	return time.Now()
}

// AfterFunc is [AfterFunc] by c.
func (c Clock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	if c.runtime != nil {
		return c.runtime.AfterFunc(d, f)
	}
	return time.AfterFunc(d, f).Stop
}

// Alarm is AfterFunc for who watches over c's runtime: f is called on a goroutine of its own, also
// while a task keeps the thread of a loop busy. The runtimes there are have the time of the process.
func (c Clock) Alarm(d time.Duration, f func()) (stop func() bool) { return time.AfterFunc(d, f).Stop }

// Sleep waits until d has passed by the runtime's clock, or for the cause for which ctx ended or
// the executing task was stopped. With d ≤ 0 it returns at once, with that cause if there is one.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return CauseOf(ctx)
	}
	var s sleeper
	s.mu.Lock()
	defer s.mu.Unlock()
	defer AfterFunc(ctx, d, s.ring)()
	return s.line.Wait(ctx, &s.mu, "sleep", sleepFor(d))
}

type sleeper struct {
	mu   sync.Mutex
	line Line
	over bool
}

func (s *sleeper) ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	s.line.ServeAll()
}

type sleepFor time.Duration

func (d sleepFor) EndsByTime()           {}
func (d sleepFor) ProbeInfo() probe.Info { return probe.Info{Detail: time.Duration(d).String()} }

// WithDeadline is context.WithDeadline by the clock of the runtime.
func WithDeadline(ctx context.Context, at time.Time) (context.Context, context.CancelFunc) {
	r := runtimeOf(ctx)
	if r == nil {
		return context.WithDeadline(ctx, at)
	}
	if cur, ok := ctx.Deadline(); ok && cur.Before(at) {
		return context.WithCancel(ctx)
	}
	clock := &deadline{Context: ctx, at: at, fired: make(chan struct{})}
	child, cancel := context.WithCancelCause(clock)
	stopTimer := func() bool { return false }
	if wait := at.Sub(r.Now()); wait > 0 {
		stopTimer = r.AfterFunc(wait, clock.fire)
	} else {
		clock.fire()
	}
	stopParent := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	return child, func() {
		stopTimer()
		stopParent()
		cancel(context.Canceled)
	}
}

// deadline is the part of a context that ends by a runtime's clock. The standard library asks
// it for AfterFunc, so the contexts derived from it need no goroutine, and gets Err right.
type deadline struct {
	context.Context
	at    time.Time
	fired chan struct{}
	mu    sync.Mutex
	err   error
	calls map[*int]func()
}

func (d *deadline) Deadline() (time.Time, bool) { return d.at, true }
func (d *deadline) Done() <-chan struct{}       { return d.fired }

func (d *deadline) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// Value hides the parent's real context: a derived context must register here.
func (d *deadline) Value(key any) any {
	if _, private := key.(*int); private {
		return nil
	}
	return d.Context.Value(key)
}

// AfterFunc is the interface by which the standard library registers derived contexts.
func (d *deadline) AfterFunc(f func()) (stop func() bool) {
	d.mu.Lock()
	if d.err != nil {
		d.mu.Unlock()
		f()
		return func() bool { return false }
	}
	defer d.mu.Unlock()
	key := new(int)
	if d.calls == nil {
		d.calls = make(map[*int]func())
	}
	d.calls[key] = f
	return func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		_, there := d.calls[key]
		delete(d.calls, key)
		return there
	}
}

func (d *deadline) fire() {
	d.mu.Lock()
	d.err = context.DeadlineExceeded
	calls := d.calls
	d.calls = nil
	close(d.fired)
	d.mu.Unlock()
	for _, f := range calls {
		f()
	}
}

// OnStop has f called once ctx ends: on a goroutine of its own, or as a strand of the loop.
// off takes f back and reports whether that prevented the call.
func OnStop(ctx context.Context, f func()) (off func() bool) {
	r := runtimeOf(ctx)
	if r == nil {
		return context.AfterFunc(ctx, f)
	}
	return context.AfterFunc(ctx, func() {
		if !alive(r) {
			f()
			return
		}
		t := new(Task)
		if t.Init(nil, shielded(ctx), Daemon, Named("on stop")) == nil {
			t.Begin()
			r.Start(t, func() { defer t.Return(); f() })
		}
	})
}

// pointer is the hook of the one simulation that may run in a process.
var pointer atomic.Pointer[func()]

// Point is a place where a simulation may choose who goes on. It stands at the entry and the
// exit of every primitive, never under an internal mutex, and costs one load otherwise.
func Point() {
	if f := pointer.Load(); f != nil {
		(*f)()
	}
}

// OnPoint installs the hook; f nil removes it. It reports false if another one is installed.
func OnPoint(f func()) bool {
	if f == nil {
		pointer.Store(nil)
		return true
	}
	return pointer.CompareAndSwap(nil, &f)
}
