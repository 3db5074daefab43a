package loop

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/skein-go/skein/internal/probe"
)

// A DeadlockError says that every task of a loop was asleep and nothing could wake one.
type DeadlockError struct {
	Waits []TaskWait // by name of the task
}

// A TaskWait is one task of a deadlock and what it waits for.
type TaskWait struct {
	Task string
	probe.Wait
}

func (e *DeadlockError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "skein: deadlock: all %d tasks of the loop are asleep", len(e.Waits))
	for _, w := range e.Waits {
		fmt.Fprintf(&b, "\n  %s %s", w.Task, w.Wait)
		if w.Where != "" {
			b.WriteString(", at " + w.Where)
		}
	}
	return b.String()
}

// deadlock describes one. It gives each sleeper a turn to say where it sleeps.
func (l *Loop) deadlock() *DeadlockError {
	for c := range l.alive {
		c.task.AskStrand()
	}
	l.drain()
	for c := l.ready.pop(); c != nil; c = l.ready.pop() {
		l.turn(c)
	}
	e := new(DeadlockError)
	for c := range l.alive {
		for _, w := range c.task.StrandWaits() {
			e.Waits = append(e.Waits, TaskWait{Task: c.task.Name(), Wait: w})
		}
	}
	slices.SortFunc(e.Waits, func(a, b TaskWait) int { return cmp.Compare(a.Task, b.Task) })
	return e
}

// abandon reports the tasks that wait in a deferred call after a deadlock, for what will never
// come. Their coroutines stay as they are: there is no second way to unwind.
func (l *Loop) abandon() {
	e := l.deadlock()
	probe.Report(probe.Finding{Kind: "stuck in deferred calls", Evidence: e.Error(),
		Sentence: fmt.Sprintf("%d tasks wait for ever in deferred calls and are abandoned", len(e.Waits))})
}
