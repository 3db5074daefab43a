package lock

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// ErrDeadlock is what every [*DeadlockError] is.
var ErrDeadlock = errors.New("lock: deadlock")

// A DeadlockError says that tasks wait for each other in a circle: for locks that the next one holds,
// or for its end. It is certain: each of them makes one wait, itself, and only a stop can end that.
type DeadlockError struct {
	Tasks []DeadlockedTask // each waits for the next, the last for the first, which has closed the circle
}

// A DeadlockedTask is one in the circle.
type DeadlockedTask struct {
	Name  string   // of the task
	Waits string   // what it waits for and, if known, since when and where
	Holds []string // the locks it holds
	Stack string   // where it waits; empty if it could not be asked
}

// Is makes every DeadlockError an [ErrDeadlock].
func (e *DeadlockError) Is(target error) bool { return target == ErrDeadlock }

// Error tells all of it, over several lines.
func (e *DeadlockError) Error() string {
	var b strings.Builder
	b.WriteString("lock: " + e.summary())
	for _, t := range e.Tasks {
		fmt.Fprintf(&b, "\n%s %s", t.Name, t.Waits)
		if len(t.Holds) > 0 {
			b.WriteString("; it holds " + strings.Join(t.Holds, ", "))
		}
		if t.Stack != "" {
			b.WriteString("\n" + strings.TrimRight(t.Stack, "\n"))
		}
	}
	return b.String()
}

func (e *DeadlockError) summary() string {
	var names []string
	for _, t := range e.Tasks {
		names = append(names, t.Name)
	}
	slices.Sort(names)
	return fmt.Sprintf("deadlock of %d tasks that wait for each other: %s", len(names), strings.Join(names, ", "))
}

// watch has this package told of waits, unless p is Off.
func watch(p Policy) {
	if p == Off {
		rt.FindDeadlocks(nil)
	} else {
		rt.FindDeadlocks(finder{})
	}
}

type finder struct{}

// Find implements rt.DeadlockFinder.
func (finder) Find(t *rt.Task, mayRefuse bool) (report func() error, refuse bool) {
	circle := findCircle(t)
	if circle == nil {
		return nil, false
	}
	refuse = mayRefuse && Policy(policy.Load()) == Fail
	return func() error {
		e := new(DeadlockError)
		for _, s := range circle {
			e.Tasks = append(e.Tasks, s.describe())
		}
		e.Tasks[0].Stack = probe.Callers(1).String() // who is about to wait cannot be asked
		if !refuse {
			probe.Report(probe.Finding{Kind: "deadlock", Sentence: e.summary(), Evidence: e.Error()})
		}
		return e
	}, refuse
}

// A step is a task that waits for the next.
type step struct {
	task *rt.Task
	wait rt.Blockage
}

// maxSteps is how many tasks a search looks at. It finds no deadlock that is larger.
const maxSteps = 1000

// A search goes from a task to those whose every one has to act before it can go on.
type search struct {
	goal  *rt.Task
	seen  map[*rt.Task]bool
	trail []step
	ids   []uint64
}

// findCircle is a circle of waits that t is in, nil if there is none.
//
// What it looks at changes while it looks, so it looks three times. The tasks found waiting in the
// first pass, and still in the same waits in the last, have waited all the time between; so what
// the second finds that they wait for is so at one moment.
func findCircle(t *rt.Task) []step {
	s := search{goal: t}
	wait, ok := t.Blocked()
	if !ok || !s.from(t, wait) {
		return nil
	}
	for i, st := range s.trail {
		next := s.trail[(i+1)%len(s.trail)].task
		if st.task.Timed() || !slices.Contains(s.needs(st.wait.On), next) {
			return nil
		}
	}
	for _, st := range s.trail {
		if wait, ok := st.task.Blocked(); !ok || wait != st.wait {
			return nil
		}
	}
	return s.trail
}

// from reports whether the goal is among those whom t waits for, and leaves the way there in trail.
func (s *search) from(t *rt.Task, wait rt.Blockage) bool {
	s.trail = append(s.trail, step{t, wait})
	for _, next := range s.needs(wait.On) {
		if next == s.goal {
			return true
		}
		if s.seen[next] || len(s.seen) >= maxSteps {
			continue
		}
		if s.seen == nil {
			s.seen = make(map[*rt.Task]bool)
		}
		s.seen[next] = true
		if wait, ok := next.Blocked(); ok && s.from(next, wait) {
			return true
		}
	}
	s.trail = s.trail[:len(s.trail)-1]
	return false
}

// needs lists the tasks that all have to act before a wait for on can end.
func (s *search) needs(on probe.Resource) (list []*rt.Task) {
	switch on := on.(type) {
	case rt.Owned:
		s.ids = on.Owners(s.ids[:0])
		for _, id := range s.ids {
			if h := rt.HolderOf(id); h != nil {
				list = append(list, h.Task())
			}
		}
	case *rt.Task:
		list = keepOpen(list, on)
	}
	return list
}

// keepOpen adds the bodies that have to return before t has ended.
func keepOpen(list []*rt.Task, t *rt.Task) []*rt.Task {
	if t.Working() {
		list = append(list, t.Head())
	}
	for _, k := range t.Kids() {
		if len(list) >= maxSteps {
			break
		}
		if !k.Daemon() { // which are stopped in the end
			list = keepOpen(list, k)
		}
	}
	return list
}

func (s step) describe() DeadlockedTask {
	d := DeadlockedTask{Name: s.task.Name(), Waits: "waits"}
	for _, w := range s.task.BodyWaits() {
		d.Waits, d.Stack = w.String(), w.Stack.String()
		if !w.Since.IsZero() {
			d.Waits += ", since " + w.Since.Format("15:04:05.000")
		}
	}
	if h := s.task.Holder(); h != nil {
		for _, l := range h.Shown() {
			d.Holds = append(d.Holds, l.ProbeInfo().String())
		}
	}
	return d
}
