package rt

import (
	"context"

	"github.com/skein-go/skein/internal/probe"
)

// A place is what a wait needs to know about the context it was given and about who executes.
type place struct {
	task   *Task           // where the wait is listed; nil outside every task
	strand Strand          // nil on a goroutine
	done   <-chan struct{} // ends a goroutine's wait, nil if stopping task is all that can
	watch  *watch          // likewise on a strand
	shield bool            // stopping task does not end the wait
}

// resolve answers step 3 of the life of a wait. It may call a user's Value, Done and Err
// methods, so no lock is held.
func resolve(ctx context.Context) place {
	own, native := ctx.(*Ctx)
	if s := Executing(); s != nil {
		return resolveStrand(ctx, s)
	}
	if native {
		p := place{task: (*Task)(own)}
		if p.task.has(fForeign) {
			p.done = own.Done()
		}
		if loops.n.Load() != 0 {
			checkForeign(p.task)
		}
		return p
	}
	p := place{task: TaskOf(ctx), done: ctx.Done(), shield: true}
	if p.task != nil && loops.n.Load() != 0 {
		checkForeign(p.task)
	}
	return p
}

// resolveStrand is resolve on a coroutine: it waits as the coroutine it is. The context only
// says what else may end the wait.
func resolveStrand(ctx context.Context, s Strand) place {
	self := s.Task()
	named := TaskOf(ctx)
	if named != nil && named.executor() == self {
		if own, native := ctx.(*Ctx); native && !(*Task)(own).has(fForeign) {
			return place{task: named, strand: s}
		}
		// Derived from the strand's own context: it ends with the task, unless it was shielded
		// on purpose, which only it can tell.
		return place{task: self, strand: s, watch: self.watchFor(ctx), shield: true}
	}
	site := probe.Callers(2)
	if named == nil {
		probe.Report(probe.Finding{
			Kind:     "lost runtime",
			Sentence: "task \"" + self.Name() + "\" waits with a context that names no task; it waits on its loop all the same. Pass the context the task was given",
			Where:    site.Where(), Evidence: site.String(),
		})
	} else {
		probe.Report(probe.Finding{
			Kind:     "borrowed context",
			Sentence: "task \"" + self.Name() + "\" waits with the context of task \"" + named.Name() + "\". Pass the context the task was given",
			Where:    site.Where(), Evidence: site.String(),
		})
	}
	return place{task: self, strand: s, watch: self.watchFor(ctx)}
}

// checkForeign tells the runtime of t that a goroutine it does not know waits in t's name.
func checkForeign(t *Task) {
	if r := t.Runtime(); r != nil {
		r.Foreign(probe.Callers(3))
	}
}
