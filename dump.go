package skein

import (
	"context"
	"io"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A Finding is something wrong in the running program: what, where and the evidence for it.
type Finding = probe.Finding

// Findings lists what was found since the program began, oldest first: panics, failures nobody
// read, overdue tasks, contexts used by the wrong task, and while somebody looks (see [Look])
// waits that could have ended and did not. Each is listed once per place, with a count. At most 1,000
// are kept.
func Findings() []Finding {
	rt.Inspect()
	return probe.Findings()
}

// Dump writes all tasks as a tree: the state of each, what it waits for, since when, at which line
// and who holds it; and then the waits of those who belong to no task. The times are known for
// waits that began while somebody looked (see [Look]). To tell their lines, those who wait are
// woken for an instant.
func Dump(w io.Writer) error {
	tasks, outside := rt.Snapshot()
	return probe.Write(w, rt.Now(context.Background()), tasks, outside)
}

// Look has waits remember when they began, for [Dump] to print, until stop is called. Each wait
// costs one reading of the clock more; what does not wait costs nothing.
func Look() (stop func()) { return probe.Look() }
