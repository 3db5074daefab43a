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
	if w := t.Job.place.Load(); w != nil && w != &w.pool.waiting {
		return &w.core
	}
	return nil
}

// Lend implements rt.Lender: who joins a job that waits in a pool, from a place in that pool, has
// a substitute run it in that place.
func (t *ticket) Lend(joiner *rt.Task) (back func()) {
	j := &t.Job
	at := j.place.Load()
	if at == nil || at != &at.pool.waiting {
		return func() {}
	}
	w, by := at.pool.placeOf(joiner)
	if w == nil {
		return func() {}
	}
	e := entry{job: j}
	w.want(e, by)
	return func() { w.unwant(e) }
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
			if w := j.place.Load(); w != nil && w.pool == p && w != &p.waiting {
				return w, j
			}
		}
	}
	return nil, nil
}

// want has e run in this place, after those wanted before, while by, which runs here, waits.
func (w *place) want(e entry, by *Job) {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	w.wanted = append(w.wanted, e)
	if w.sub != nil && w.sub.job.Load() == by {
		w.sub = nil // it is the substitute that waits now; another takes over
	}
	w.engage()
}

// unwant takes e back, unless it has begun, and reports whether it had not.
func (w *place) unwant(e entry) bool {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	i := slices.IndexFunc(w.wanted, func(x entry) bool { return x.job == e.job && x.done == e.done })
	if i < 0 {
		return false
	}
	w.wanted = slices.Delete(w.wanted, i, i+1)
	return true
}

// engage starts a substitute, unless there is one or nothing is wanted. The pool's mutex is held.
func (w *place) engage() {
	if w.sub != nil || len(w.wanted) == 0 {
		return
	}
	s := &substitute{place: w}
	if s.core.Init(&w.pool.core, w.pool.core.Context(), 0, rt.Named(w.Name()+"'s substitute")) != nil {
		return // the pool was killed, and with it what is wanted
	}
	w.sub = s
	w.pool.subs[s] = struct{}{}
	s.core.Start(s.work)
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
		e, ok := s.next()
		if !ok {
			return
		}
		s.place.run(e, &s.job)
	}
}

// next is what to run next, if anything is wanted and nobody has taken over.
func (s *substitute) next() (e entry, ok bool) {
	w := s.place
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	if w.sub != s || len(w.wanted) == 0 {
		return e, false
	}
	e, w.wanted = w.wanted[0], w.wanted[1:]
	return e, true
}

// leave ends the substitute, also when a job has ended its goroutine.
func (s *substitute) leave() {
	w := s.place
	w.pool.mu.Lock()
	delete(w.pool.subs, s)
	if w.sub == s {
		w.sub = nil
		w.engage()
	}
	w.pool.mu.Unlock()
	s.core.Return()
}

// runNow is what becomes of e, given to its own full pool by a task that runs in w: it runs there
// at once, as waiting for room could be waiting for itself. It has ended when runNow returns nil.
func (p *Pool) runNow(ctx context.Context, w *place, by *Job, e entry) error {
	e.done = new(rt.Latch)
	w.want(e, by)
	err := e.done.Wait(ctx, "have a job run by", &p.core)
	if err != nil && !w.unwant(e) {
		return nil // it has begun
	}
	return err
}
