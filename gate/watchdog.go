package gate

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/rt"
)

// A StallAction is what a watchdog does once it has reported.
type StallAction uint8

// What a watchdog may do after its report.
const (
	ReportOnly  StallAction = iota // nothing
	StopTask                       // stop the task, with the *StalledError as cause
	ExitProcess                    // end the process at once, for a supervisor to start it again
)

// WatchdogOptions of a watchdog. Nil means all defaults.
type WatchdogOptions struct {
	// Name is what reports call it. Default: the name of the task.
	Name string
	// Then is what follows the report. Default ReportOnly.
	Then StallAction
	// ExitCode is that of ExitProcess. Default 1.
	ExitCode int
	// OnStall is called after the report and before what follows it, on a goroutine of the
	// watchdog's own. A panic in it is logged and recorded.
	OnStall func(*StalledError)
}

// A Watchdog wants to be fed. If it is not for longer than its limit, it reports that its task is
// stuck, with what the task waits for, what it holds, and the stacks of everything: in the log, as
// a finding of kind "stalled watchdog", and to OnStall. Then it does what its options say. Each
// silence is reported once; feeding ends it.
//
// It notices a silence after the limit at the earliest and after a limit and a quarter at the
// latest. It counts looks, four to a limit, so a process that was suspended is not blamed for that.
// Between them there is a timer and no goroutine.
//
// To have a task begin again, make the watchdog in a function that runs under [skein.Restarting],
// with StopTask. A task that is stopped still has to come to a wait, or to look at its context; for
// one that never does there is only ExitProcess.
type Watchdog struct {
	fed   atomic.Uint32 // what happened since the last look
	task  *rt.Task      // nil if the context named none
	name  string
	limit time.Duration
	opts  WatchdogOptions
	clock rt.Clock
	off   func() // takes back the watch over the context

	mu     sync.Mutex
	silent int // looks in a row that found it not fed
	stop   func() bool
	closed bool
}

// What happened since a look.
const (
	nothing uint32 = iota
	feeding
	idling
)

// looks is how many times within its limit a watchdog looks.
const looks = 4

// NewWatchdog makes a watchdog over the task of ctx, which may also be a Run: then it is that which is
// stopped. Having been made counts as fed. It is closed when ctx ends. It panics if limit is less
// than four nanoseconds, or if it shall stop a task and ctx names none.
func NewWatchdog(ctx context.Context, limit time.Duration, opts *WatchdogOptions) *Watchdog {
	w := &Watchdog{task: rt.TaskOf(ctx), limit: limit, clock: rt.ClockOf(ctx)}
	if opts != nil {
		w.opts = *opts
	}
	switch {
	case limit < looks:
		panic(fmt.Sprintf("gate: NewWatchdog with a limit of %v", limit))
	case w.opts.Then == StopTask && w.task == nil:
		panic("gate: NewWatchdog: the context names no task that could be stopped")
	}
	if w.name = w.opts.Name; w.name == "" && w.task != nil {
		w.name = w.task.Name()
	}
	w.mu.Lock()
	w.stop = w.clock.Alarm(limit/looks, w.look)
	w.mu.Unlock()
	w.off = rt.Interrupt(ctx, w.shut)
	return w
}

// Feed says that all is well. It is one atomic operation and reads no clock, so it may stand in a
// loop that is run often.
func (w *Watchdog) Feed() {
	if w.fed.Load() != feeding {
		w.fed.Store(feeding)
	}
}

// Idle suspends the watchdog until it is fed: for a task that goes to wait for work, however long.
func (w *Watchdog) Idle() { w.fed.Store(idling) }

// Close ends the watchdog. A report that has begun may still be coming. Closing again does nothing.
func (w *Watchdog) Close() {
	w.shut()
	w.off()
}

func (w *Watchdog) shut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.stop()
}

// look is called by the timer.
func (w *Watchdog) look() {
	if w.stalled() {
		err := newStalledError(w)
		err.report()
		w.act(err)
	}
}

// stalled sets the timer again and reports whether the task has been silent for the limit now.
func (w *Watchdog) stalled() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.stop = w.clock.Alarm(w.limit/looks, w.look)
	switch {
	case w.fed.CompareAndSwap(feeding, nothing), w.fed.Load() == idling:
		w.silent = 0
	default:
		w.silent++
	}
	return w.silent == looks
}

func (w *Watchdog) act(err *StalledError) {
	if w.opts.OnStall != nil {
		w.tell(err)
	}
	switch w.opts.Then {
	case StopTask:
		w.task.Stop(err)
	case ExitProcess:
		code := w.opts.ExitCode
		if code == 0 {
			code = 1
		}
		os.Exit(code)
	}
}

func (w *Watchdog) tell(err *StalledError) {
	defer func() {
		if v := recover(); v != nil {
			skein.NewPanicError("watchdog of "+w.name, w.opts.OnStall, v)
		}
	}()
	w.opts.OnStall(err)
}
