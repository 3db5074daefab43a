package skein

import "github.com/skein-go/skein/internal/probe"

// taskBody is a task as the tree of tasks sees it: the same allocation under another set of
// methods, which users have no use for.
type taskBody[T any] Task[T]

// Name implements rt.Body.
func (b *taskBody[T]) Name() string { return b.about.name }

// Site implements rt.Body.
func (b *taskBody[T]) Site() string { return probe.SiteName(b.about.site) }

// StateName implements rt.Body.
func (b *taskBody[T]) StateName() string {
	t := (*Task[T])(b)
	s := t.State()
	switch {
	case s == Running && t.phase.Load() == settled:
		return "waits for its tasks"
	case s == Running && t.core.Stopped():
		return "stopping"
	}
	return s.String()
}

// StoppedPending implements rt.Body.
func (b *taskBody[T]) StoppedPending() {
	t := (*Task[T])(b)
	if !t.phase.CompareAndSwap(uint32(Pending), settled) {
		return
	}
	t.err, t.quit = &StoppedError{Task: t.Name(), Cause: t.core.Cause()}, true
	if t.about.group != nil {
		t.about.group.ended(t, Stopped, t.err)
	}
	t.core.Return()
}
