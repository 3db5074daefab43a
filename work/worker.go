package work

import (
	"context"
	"sync/atomic"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/queue"
)

// A place is where a pool runs one job at a time: a worker's task, and what the jobs that run
// there have in common, such as its task-local values. When a job there waits for another that
// waits in the pool, a substitute runs that one in the same place.
type place struct {
	pool  *Pool  // nil for a place elsewhere
	where string // which, then; see Job.Started
	core  rt.Task
	seen  atomic.Uint32       // the pool's epoch when it last had work
	job   atomic.Pointer[Job] // what its worker runs

	// under pool.mu
	wanted      []wish        // what those who wait in this place want run
	waits       int           // lendings of what the worker runs
	subs        []*substitute // who runs those, one of them at a time
	subsRunning int           // those who are at it
	subsWaiting int           // and of them, who wait themselves
}

// work is the life of a worker.
func (w *place) work() {
	w.core.Enter()
	p := w.pool
	defer w.leave() // also when a job ends the goroutine
	ctx := w.core.Context()
	for {
		e, err := p.queue.TryGet()
		if err == queue.ErrEmpty {
			e, err = w.rest(ctx)
		}
		if err != nil {
			return
		}
		if e.retire() {
			p.retireNext()
			return
		}
		w.run(e, &w.job)
		if p.workers.Load() > p.width.Load() {
			return
		}
	}
}

// rest waits for work.
func (w *place) rest(ctx context.Context) (entry, error) {
	p := w.pool
	w.job.Store(nil)
	p.idle.Add(1)
	if p.workers.Load() > p.width.Load() { // Resize did not see it among the idle
		p.idle.Add(-1)
		return entry{}, nil
	}
	p.sweepLater()
	e, err := p.queue.Get(ctx)
	p.idle.Add(-1)
	if p.workers.Load() < p.width.Load() {
		p.grow() // others counted on this one, and it has work now
	}
	return e, err
}

// retireNext has the next of the idle workers end that there was no room to tell so.
func (p *Pool) retireNext() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.excess > 0 {
		p.retire(p.excess)
	}
}

// run runs e in this place. running is where it is noted, for a kill: that marks the pool as
// stopped and then looks there, so of the two at least one sees the other.
func (w *place) run(e entry, running *atomic.Pointer[Job]) {
	p := w.pool
	if now := p.epoch.Load(); w.seen.Load() != now {
		w.seen.Store(now)
	}
	switch {
	case p.core.Stopped():
		p.drop(e, p.core.Cause())
	case e.job == nil:
		w.runFunc(e.f)
	case e.job.Claim():
		e.job.place.Store(w)
		running.Store(e.job)
		if p.core.Stopped() {
			e.job.Stop(p.core.Cause())
		}
		e.job.Run()
	}
}

func (w *place) runFunc(f func(context.Context) error) {
	returned := false
	defer func() {
		if !returned {
			if v := recover(); v != nil {
				w.pool.failed(skein.NewPanicError(w.Name(), f, v))
			} else {
				w.pool.failed(skein.ErrGoexit)
			}
		}
	}()
	err := f(w.core.Context())
	returned = true
	if err != nil {
		w.pool.failed(err)
	}
}

// leave ends the worker. Who comes next is decided anew: a put that counted this worker may have
// happened meanwhile.
func (w *place) leave() {
	p := w.pool
	p.mu.Lock()
	rt.Places.Add(-1)
	p.workers.Add(-1)
	delete(p.places, w)
	p.hireIfShort()
	p.unhookLast()
	p.mu.Unlock()
	w.core.Return()
}

// sweepLater arranges for workers to expire that stay without work.
func (p *Pool) sweepLater() {
	if p.idleTime < 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sweeper == nil && !p.closed {
		p.sweeper = rt.AfterFunc(p.core.Context(), p.idleTime, p.sweep)
	}
}

// sweep retires the workers that had no work since the last time, or since before it.
func (p *Pool) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweeper = nil
	last := p.epoch.Add(1) - 1
	fresh := 0
	for w := range p.places {
		if w.seen.Load() == last {
			fresh++
		}
	}
	// Those who have waited longest are told first.
	p.retire(min(len(p.places)-fresh, int(p.idle.Load())-p.queue.Len()))
	if fresh > 0 && !p.closed {
		p.sweeper = rt.AfterFunc(p.core.Context(), p.idleTime, p.sweep)
	}
}

// Name implements rt.Body.
func (w *place) Name() string { return w.pool.name + " worker" }

// StateName implements rt.Body.
func (w *place) StateName() string {
	if j := w.job.Load(); j != nil && !j.Task().State().Ended() {
		return "runs " + j.Name()
	}
	return "running"
}

// Site implements rt.Body.
func (w *place) Site() string { return "" }

// StoppedPending implements rt.Body.
func (w *place) StoppedPending() {}

// Place is where its task-local values are: see skein.Local.
func (w *place) Place() *rt.Task { return &w.core }
