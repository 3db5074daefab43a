package skeintest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// patience is how long tasks that are about to end may take.
const patience = time.Second

// NoLeaks fails the test if something that was started during it is still there at its end: tasks,
// with what each waits for and where, and goroutines that Skein started for them, with their
// stacks. What is just ending has a second for it, by the clock of the test: in a bubble of
// testing/synctest that passes at once.
//
// Call it first: cleanups run last in, first out, so it looks after all others have run.
func NoLeaks(t testing.TB) {
	t.Helper()
	before := inventory()
	t.Cleanup(func() {
		t.Helper()
		left := before.left()
		for pause := time.Millisecond; !left.empty() && pause < patience; pause *= 2 {
			rt.Sleep(context.Background(), pause)
			left = before.left()
		}
		if !left.empty() {
			t.Error(left)
		}
	})
}

// A stock is what exists at one moment.
type stock struct {
	tasks      map[*rt.Task]bool
	goroutines map[int]bool
}

func inventory() stock {
	s := stock{make(map[*rt.Task]bool), make(map[int]bool)}
	for _, sign := range rt.Census() {
		if sign.Task != nil {
			s.tasks[sign.Task] = true
		}
	}
	for _, g := range goroutines() {
		s.goroutines[g.id] = true
	}
	return s
}

// leftovers are what is there and was not in a stock.
type leftovers struct {
	tasks      []probe.Task
	goroutines []goroutine
}

// left lists the newest tasks' topmost ones, with what is under them, and the goroutines that are
// ours. A goroutine that runs a task which is listed anyway is listed too: its stack says more.
func (s stock) left() leftovers {
	var l leftovers
	seen := make(map[*rt.Task]bool)
	for _, sign := range rt.Census() { // parents come before their kids
		t := sign.Task
		if t == nil || s.tasks[t] {
			continue
		}
		seen[t] = true
		if !seen[t.Up()] {
			l.tasks = append(l.tasks, t.Snapshot())
		}
	}
	for _, g := range goroutines() {
		if !s.goroutines[g.id] && g.ours() {
			l.goroutines = append(l.goroutines, g)
		}
	}
	return l
}

func (l leftovers) empty() bool { return len(l.tasks) == 0 && len(l.goroutines) == 0 }

func (l leftovers) String() string {
	var b strings.Builder
	if len(l.tasks) > 0 {
		fmt.Fprintf(&b, "skeintest: tasks are left at the end of the test:\n")
		probe.Write(&b, rt.Now(context.Background()), l.tasks, nil)
	}
	if len(l.goroutines) > 0 {
		fmt.Fprintf(&b, "skeintest: %d goroutines that Skein started are left at the end of the test:\n", len(l.goroutines))
		for _, g := range l.goroutines {
			b.WriteString("\n" + g.stack + "\n")
		}
	}
	return b.String()
}
