package work

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/skein-go/skein/internal/rt"
)

// A ticket is a job as part of a body: what a pool needs to know of a task.
type ticket struct{ Job Job }

func (t *ticket) job() *Job { return &t.Job }

// Place implements rt.Placed.
func (t *ticket) Place() *rt.Task {
	if w := t.Job.place.Load(); w != nil && w.pool != nil {
		return &w.core
	}
	return nil
}

// Lend implements rt.Lender: who joins a job that waits in a pool, from a place in that pool, has
// a substitute run it in that place.
func (t *ticket) Lend(joiner *rt.Task) (back func()) {
	j := &t.Job
	if j.opts != nil && j.opts.retry != nil {
		return j.opts.retry.lendTo(joiner)
	}
	if j.pool == nil || j.place.Load() != nil {
		return func() {}
	}
	w, by := j.pool.placeOf(joiner)
	if w == nil {
		return func() {}
	}
	wish := wish{entry: entry{job: j}, done: new(rt.Latch)}
	w.want(wish, by)
	return func() { w.unwant(wish) }
}

// A wish is an entry that somebody who waits in a place wants run there.
type wish struct {
	entry
	done *rt.Latch // set when that has happened
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

// want has x run in this place, after those wanted before, while by, which runs here, waits.
func (w *place) want(x wish, by *Job) {
	w.pool.mu.Lock()
	w.wanted = append(w.wanted, x)
	if w.sub != nil && w.sub.job.Load() == by {
		w.sub = nil // it is the substitute that waits now; another takes over
	}
	orphans := w.engage()
	w.pool.mu.Unlock()
	w.pool.dropAll(orphans)
}

// unwant takes x back, unless it has begun, and reports whether it had not.
func (w *place) unwant(x wish) bool {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	i := slices.IndexFunc(w.wanted, func(y wish) bool { return y.done == x.done })
	if i < 0 {
		return false
	}
	w.wanted = slices.Delete(w.wanted, i, i+1)
	return true
}

// engage starts a substitute, unless there is one or nothing is wanted. The pool's mutex is held.
// If the pool was killed, it returns what was wanted, for dropAll.
func (w *place) engage() (orphans []wish) {
	if w.sub != nil || len(w.wanted) == 0 {
		return nil
	}
	s := &substitute{place: w}
	if s.core.Init(&w.pool.core, w.pool.core.Context(), 0, rt.Named(w.Name()+"'s substitute")) != nil {
		orphans, w.wanted = w.wanted, nil
		return orphans
	}
	w.sub = s
	w.pool.subs[s] = struct{}{}
	s.core.Start(s.work)
	return nil
}

// dropAll ends wishes that nobody will fulfil.
func (p *Pool) dropAll(wishes []wish) {
	for _, x := range wishes {
		p.drop(x.entry, p.core.Cause())
		x.done.Set()
	}
}

// A substitute runs what is wanted in a place whose worker waits for it.
type substitute struct {
	place *place
	core  rt.Task
	job   atomic.Pointer[Job] // what it runs
}

func (s *substitute) work() {
	defer s.leave()
	for {
		x, ok := s.next()
		if !ok {
			return
		}
		s.run(x)
	}
}

func (s *substitute) run(x wish) {
	defer x.done.Set()
	s.place.run(x.entry, &s.job)
}

// next is what to run next, if anything is wanted and nobody has taken over.
func (s *substitute) next() (x wish, ok bool) {
	w := s.place
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	if w.sub != s || len(w.wanted) == 0 {
		return x, false
	}
	x, w.wanted = w.wanted[0], w.wanted[1:]
	return x, true
}

// leave ends the substitute, also when a job has ended its goroutine.
func (s *substitute) leave() {
	w := s.place
	w.pool.mu.Lock()
	delete(w.pool.subs, s)
	var orphans []wish
	if w.sub == s {
		w.sub = nil
		orphans = w.engage()
	}
	w.pool.unhookLast()
	w.pool.mu.Unlock()
	w.pool.dropAll(orphans)
	s.core.Return()
}

// runNow is what becomes of e, given to its own full pool by a task that runs in w: it runs there
// at once, as waiting for room could be waiting for itself. It has ended when runNow returns nil.
func (p *Pool) runNow(ctx context.Context, w *place, by *Job, e entry) error {
	x := wish{entry: e, done: new(rt.Latch)}
	w.want(x, by)
	err := x.done.Wait(ctx, "have a job run by", &p.core)
	if err != nil && !w.unwant(x) {
		return nil // it has begun
	}
	return err
}
