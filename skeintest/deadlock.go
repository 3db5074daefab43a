package skeintest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A DeadlockError is the cause with which [NoDeadlock] stops a test that makes no progress.
type DeadlockError struct {
	Limit time.Duration // how long nothing had changed
	Dump  string        // all tasks and what each waits for, as skein.Dump writes it
}

// Error says how long nothing has happened, and is the dump.
func (e *DeadlockError) Error() string {
	return fmt.Sprintf("skeintest: deadlock: all tasks wait and nothing has changed for %v:\n%s", e.Limit, e.Dump)
}

// NoDeadlock is [NoDeadlockWithin] 5 seconds.
func NoDeadlock(t testing.TB) context.Context {
	t.Helper()
	return NoDeadlockWithin(t, 5*time.Second)
}

// NoDeadlockWithin watches until the end of the test whether it makes progress. If it has made none
// for limit, the test fails with a dump of all tasks, what each waits for and where; the tasks
// started since are stopped, and the context it returns ends, both with a [*DeadlockError] as
// cause. So a test that waits with this context, or a context of its tasks, ends. If even then
// nothing has changed after another limit, the process is crashed with the dump, as the time-out
// of go test would do much later without it.
//
// No progress means: there are waits in Skein; every task started since is in one, or has yet to
// begin; none of these waits began or ended, nor does time alone end one, as with a sleep or a
// deadline; and the goroutine that called is blocked. A task that computes, or is blocked
// elsewhere (in a read, on a plain channel), counts as making progress. So do tasks of other
// tests. Time is what the caller's clock says: in a bubble of testing/synctest give a
// limit beyond the longest timer that some task waits for.
func NoDeadlockWithin(t testing.TB, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	w := &watcher{t: t, limit: limit, tester: self(), before: inventory(), cancel: cancel, unlook: probe.Look()}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.arm()
	t.Cleanup(w.close)
	return ctx
}

// looks is how many times within the limit a watcher looks. It counts them rather than ask the clock: a
// process that was not run for a while has not made progress either, and is not to blame.
const looks = 10

// A watcher looks again and again whether the test makes progress.
type watcher struct {
	t      testing.TB
	limit  time.Duration
	tester int // the goroutine of the test
	before stock
	cancel context.CancelCauseFunc
	unlook func()

	mu     sync.Mutex
	stop   func() bool // the timer
	mark   uint64      // of the waits at the last look; 0: there was progress
	same   int         // how many looks since have found these
	failed *DeadlockError
	over   bool
}

func (w *watcher) arm() { w.stop = rt.AfterFunc(context.Background(), w.limit/looks, w.look) }

func (w *watcher) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.stop()
	w.unlook()
	w.cancel(context.Canceled)
}

func (w *watcher) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	defer w.arm()
	if mark := w.stuck(); mark == 0 || mark != w.mark {
		w.mark, w.same = mark, 0
		return
	}
	if w.same++; w.same < looks {
		return
	}
	w.same = 0
	if w.failed != nil {
		panic(w.failed.Error() + "\nthe test was stopped for that and still makes no progress")
	}
	w.fail()
}

// stuck gives a number that stands for the waits that are going on, and 0 if somebody may be
// making progress.
func (w *watcher) stuck() (mark uint64) {
	waits := false
	for _, sign := range rt.Census() {
		if w.before.tasks[sign.Task] {
			continue
		}
		if sign.Busy || sign.Timed {
			return 0
		}
		waits = waits || sign.Mark != 0
		mark = mark*31 + sign.Mark + 1
	}
	if !waits || !w.testerBlocked() {
		return 0
	}
	return max(mark, 1)
}

func (w *watcher) testerBlocked() bool {
	for _, g := range goroutines() {
		if g.id == w.tester {
			return g.blocked()
		}
	}
	return true // the test itself is over, its subtests or cleanups are not
}

func (w *watcher) fail() {
	tasks, outside := rt.Snapshot()
	var dump strings.Builder
	probe.Write(&dump, rt.Now(context.Background()), tasks, outside)
	w.failed = &DeadlockError{Limit: w.limit, Dump: dump.String()}
	w.t.Error(w.failed)
	w.cancel(w.failed)
	for _, t := range rt.Roots() {
		if !w.before.tasks[t] {
			t.Stop(w.failed)
		}
	}
}
