package work

import (
	"context"
	"slices"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/rt"
)

// A ticket is a job as part of a body: what a pool needs to know of a task.
type ticket struct{ Job Job }

func (t *ticket) job() *Job { return &t.Job }

// Place is where its task-local values are: see skein.Local.
func (t *ticket) Place() *rt.Task {
	if w := t.Job.place.Load(); w != nil && w.pool != nil {
		return &w.core
	}
	return nil
}

// Executor implements rt.Lender.
func (t *ticket) Executor() any {
	if w := t.Job.place.Load(); w != nil && w.pool != nil {
		return w.pool
	}
	return nil
}

// Lend implements rt.Lender.
func (t *ticket) Lend(target *rt.Task) (back func()) {
	return t.Job.place.Load().lend(&t.Job, target)
}

// Executor implements rt.Lender.
func (w *place) Executor() any { return w.pool }

// Lend implements rt.Lender.
func (w *place) Lend(target *rt.Task) (back func()) { return w.lend(nil, target) }

// A wish is an entry that somebody who waits in a place wants run there.
type wish struct {
	entry
	of   *lending  // whose it is, if somebody's who waits for a task
	done *rt.Latch // set when it has been run, if somebody waits for that
}

// A lending is a place whose occupant waits for target: meanwhile jobs may run there that are
// target, or were started under it and so keep it from ending. Without a target it waits for a
// wish of its own.
type lending struct {
	place  *place
	target *rt.Task
	done   *rt.Latch   // of the wish
	by     *substitute // the occupant; nil for the worker
	turn   int         // which of the jobs that by has run
}

// over reports whether the wait is, though who waits may not know it yet.
func (l *lending) over() bool {
	if l.target == nil {
		return l.done.IsSet()
	}
	return l.target.Ended()
}

// sameOccupant reports whether both waits are of one job.
func (l *lending) sameOccupant(m *lending) bool {
	return l.place == m.place && l.by == m.by && l.turn == m.turn
}

// lend lends the place while by, which runs here, waits for target. by is nil for a function given
// to Go.
func (w *place) lend(by *Job, target *rt.Task) (back func()) {
	l := w.startLending(by, &lending{target: target})
	w.want(w.pool.waitingUnder(nil, target, l))
	return func() { w.endLending(l) }
}

func (w *place) startLending(by *Job, l *lending) *lending {
	p := w.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	l.place, l.by = w, w.occupant(by)
	if l.by == nil {
		w.waits++
	} else {
		l.turn = l.by.turn
		if l.by.waits++; l.by.waits == 1 {
			w.subsWaiting++
		}
	}
	p.lendings = append(p.lendings, l)
	p.lent.Add(1) // before anybody looks for jobs: see Exec
	return l
}

func (w *place) endLending(l *lending) {
	p := w.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lent.Add(-1)
	p.lendings = slices.DeleteFunc(p.lendings, func(x *lending) bool { return x == l })
	w.wanted = slices.DeleteFunc(w.wanted, func(x wish) bool { return x.of == l })
	switch {
	case l.by == nil:
		w.waits--
	case l.by.running && l.by.turn == l.turn:
		if l.by.waits--; l.by.waits == 0 {
			w.subsWaiting--
		}
	}
}

// waitingUnder appends to list, as wishes of l, the jobs that wait in p at t and under it.
func (p *Pool) waitingUnder(list []wish, t *rt.Task, l *lending) []wish {
	if b, ok := t.Body().(interface{ job() *Job }); ok {
		if j := b.job(); j.pool.Load() == p && j.Task().State() == skein.Pending {
			list = append(list, wish{entry: entry{job: j}, of: l})
		}
	}
	for _, kid := range t.Kids() {
		list = p.waitingUnder(list, kid, l)
	}
	return list
}

// offer has j run in the places whose occupants wait for it, or for a task that it keeps from
// ending. It still is in the queue as well; who claims it first runs it.
func (p *Pool) offer(j *Job) {
	var orphans []wish
	t := rt.TaskOf(j.Context())
	p.mu.Lock()
	for _, l := range p.lendings {
		if t.Under(l.target) {
			l.place.wanted = append(l.place.wanted, wish{entry: entry{job: j}, of: l})
			orphans = append(orphans, l.place.engage()...)
		}
	}
	p.mu.Unlock()
	p.dropAll(orphans)
}

// placeOf is the place in p where t runs, and the job there: that of t itself or of the task it
// was started under, directly or not. The job is nil for a function given to Go.
func (p *Pool) placeOf(t *rt.Task) (w *place, by *Job) {
	for ; t != nil; t = t.Up() {
		switch b := t.Body().(type) {
		case *place:
			if b.pool == p {
				return b, nil
			}
		case interface{ job() *Job }:
			j := b.job()
			if w := j.place.Load(); w != nil && w.pool == p {
				return w, j
			}
		}
	}
	return nil, nil
}

// want has list run in this place, after what was wanted before.
func (w *place) want(list []wish) {
	w.pool.mu.Lock()
	w.wanted = append(w.wanted, list...)
	orphans := w.engage()
	w.pool.mu.Unlock()
	w.pool.dropAll(orphans)
}

// unwant takes x back, unless it has begun, and reports whether it had not.
func (w *place) unwant(x wish) bool {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	before := len(w.wanted)
	w.wanted = slices.DeleteFunc(w.wanted, func(y wish) bool { return y.done == x.done })
	return len(w.wanted) < before
}

// runNow is what becomes of e, given to its own full pool by a task that runs in w: it runs there
// at once, as waiting for room could be waiting for itself. It has ended when runNow returns nil.
func (p *Pool) runNow(ctx context.Context, w *place, by *Job, e entry) error {
	x := wish{entry: e, done: new(rt.Latch)}
	defer w.endLending(w.startLending(by, &lending{done: x.done}))
	w.want([]wish{x})
	err := x.done.Wait(ctx, "have a job run by", &p.core)
	if err != nil && !w.unwant(x) {
		return nil // it has begun
	}
	return err
}

// dropAll ends wishes that nobody will fulfil.
func (p *Pool) dropAll(wishes []wish) {
	for _, x := range wishes {
		p.drop(x.entry, p.core.Cause())
		if x.done != nil {
			x.done.Set()
		}
	}
}
