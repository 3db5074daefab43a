package gate

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A StalledError says that a task did not feed its [Watchdog]. It is also [ErrStalled].
type StalledError struct {
	Name   string        // of the watchdog: that of the task, unless it was given another
	Limit  time.Duration // within which it should have been fed
	Waits  []string      // what the task waits for, and where; empty if it is in no wait of Skein
	Holds  []string      // what it holds and others wait for
	Report string        // all tasks and what they wait for, and the stacks of all goroutines
}

// Error says who is stuck, and in what.
func (e *StalledError) Error() string {
	s := fmt.Sprintf("gate: %q has not fed its watchdog for %v; it ", e.Name, e.Limit)
	if len(e.Waits) > 0 {
		s += strings.Join(e.Waits, " and ")
	} else {
		s += "is in no wait of Skein: it computes, or is blocked elsewhere"
	}
	if len(e.Holds) > 0 {
		s += "; it holds " + strings.Join(e.Holds, ", ")
	}
	return s
}

// Is makes every StalledError an [ErrStalled].
func (e *StalledError) Is(target error) bool { return target == ErrStalled }

// maxStacks is how many bytes of stacks a report has at most.
const maxStacks = 1 << 20

func newStalledError(w *Watchdog) *StalledError {
	e := &StalledError{Name: w.name, Limit: w.limit}
	tasks, outside := rt.Snapshot()
	if w.task != nil {
		own := w.task.Snapshot()
		for _, wait := range own.Waits {
			s := wait.String()
			if wait.Where != "" {
				s += ", at " + wait.Where
			}
			e.Waits = append(e.Waits, s)
		}
		e.hold(own.Name, outside)
		e.holdAll(own.Name, tasks)
	}
	var report strings.Builder
	probe.Write(&report, rt.Now(context.Background()), tasks, outside)
	stacks := make([]byte, maxStacks)
	report.WriteString("\n")
	report.Write(stacks[:runtime.Stack(stacks, true)])
	e.Report = report.String()
	return e
}

// holdAll notes what others under tasks wait for and the task called name holds.
func (e *StalledError) holdAll(name string, tasks []probe.Task) {
	for _, t := range tasks {
		e.hold(name, t.Waits)
		e.holdAll(name, t.Kids)
	}
}

func (e *StalledError) hold(name string, waits []probe.Wait) {
	for _, w := range waits {
		if s := w.On.String(); slices.Contains(w.On.Holders, name) && !slices.Contains(e.Holds, s) {
			e.Holds = append(e.Holds, s)
		}
	}
}

// report logs and records it.
func (e *StalledError) report() {
	probe.Report(probe.Finding{Kind: "stalled watchdog", Sentence: e.Error(), Evidence: e.Report})
	slog.Error("skein: stalled watchdog", "task", e.Name, "limit", e.Limit, "waits", e.Waits, "holds", e.Holds, "report", e.Report)
}
