package work

import (
	"slices"
	"sync/atomic"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/rt"
)

// A substitute runs what is wanted in a place while all who run there wait: the worker, and the
// substitutes before it.
type substitute struct {
	place *place
	core  rt.Task
	job   atomic.Pointer[Job] // what it runs, for a kill

	// under pool.mu
	now     wish // what it runs
	running bool // it does
	turn    int  // how many it has begun
	waits   int  // lendings of that
}

// occupant is the substitute that runs by in this place, nil if it is the worker. Functions given
// to Go have no job to tell them apart: there it is the last that does not wait. The pool's mutex
// is held.
func (w *place) occupant(by *Job) *substitute {
	for i := len(w.subs) - 1; i >= 0; i-- {
		if s := w.subs[i]; s.running && s.now.job == by && (by != nil || s.waits == 0) {
			return s
		}
	}
	return nil
}

// vacant reports whether all who run in this place wait, and none is about to go on. The pool's
// mutex is held.
func (w *place) vacant() bool {
	if w.waits == 0 || w.subsRunning != w.subsWaiting {
		return false
	}
	for _, l := range w.pool.lendings {
		if l.place == w && l.over() && !slices.ContainsFunc(w.pool.lendings, func(m *lending) bool { return m.sameOccupant(l) && !m.over() }) {
			return false
		}
	}
	return true
}

// anyWanted reports whether anything is wanted in this place. Jobs that somebody else has taken, or
// which are wanted twice, are not. The pool's mutex is held.
func (w *place) anyWanted() bool {
	for len(w.wanted) > 0 {
		if j := w.wanted[0].job; j == nil || w.wanted[0].done != nil || j.Task().State() == skein.Pending {
			return true
		}
		w.wanted = w.wanted[1:]
	}
	w.wanted = nil
	return false
}

// engage starts a substitute if the place is vacant and something is wanted there. The pool's mutex
// is held. If the pool was killed, it returns what was wanted, for dropAll.
func (w *place) engage() (orphans []wish) {
	if !w.anyWanted() || !w.vacant() {
		return nil
	}
	s := &substitute{place: w}
	if s.core.Init(&w.pool.core, w.pool.core.Context(), 0, rt.Named(w.Name()+"'s substitute")) != nil {
		orphans, w.wanted = w.wanted, nil
		return orphans
	}
	w.subs = append(w.subs, s)
	w.pool.subs[s] = struct{}{}
	s.begin()
	s.core.Start(s.work)
	return nil
}

func (s *substitute) work() {
	defer s.leave() // also when a job ends the goroutine
	for {
		s.run(s.now)
		if !s.next() {
			return
		}
	}
}

func (s *substitute) run(x wish) {
	defer s.ran(x) // also when it ends the goroutine
	s.place.run(x.entry, &s.job)
}

// ran lets go on who waits for x, once the substitute cannot be taken for its occupant any more.
// Tasks under x may go on, and wait; that is no matter of this place any more.
func (s *substitute) ran(x wish) {
	w := s.place
	w.pool.mu.Lock()
	s.running = false
	w.subsRunning--
	if s.waits > 0 {
		w.subsWaiting--
	}
	w.pool.mu.Unlock()
	if x.done != nil {
		x.done.Set()
	}
}

// next begins what is wanted next, if the place is vacant.
func (s *substitute) next() bool {
	w := s.place
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	if !w.anyWanted() || !w.vacant() {
		return false
	}
	s.begin()
	return true
}

// begin takes the first wish. The pool's mutex is held.
func (s *substitute) begin() {
	w := s.place
	s.now, w.wanted = w.wanted[0], w.wanted[1:]
	s.running, s.waits = true, 0
	s.turn++
	w.subsRunning++
}

func (s *substitute) leave() {
	w := s.place
	p := w.pool
	p.mu.Lock()
	delete(p.subs, s)
	w.subs = slices.DeleteFunc(w.subs, func(other *substitute) bool { return other == s })
	orphans := w.engage()
	p.unhookLast()
	p.mu.Unlock()
	p.dropAll(orphans)
	s.core.Return()
}
