package work

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/rt"
)

// retry is the task that watches the attempts at a job, each of which is a job of its own.
type retry struct {
	view *view
	of   *Job
	core rt.Task

	mu       sync.Mutex
	attempt  *Job       // the one going on
	lendings []*lending // who waits for the job in a place that the attempts may have
}

// execRetrying runs attempts at j, and ends j as the last one ended.
func (v *view) execRetrying(ctx context.Context, j *Job) error {
	if !j.Claim() {
		return nil
	}
	r := &retry{view: v, of: j}
	j.opts.retry = r
	r.attempt = r.next()
	if err := v.exec(ctx, r.attempt); err != nil {
		r.attempt.Stop(err)
		return err
	}
	if r.core.Init(rt.TaskOf(j.Context()), j.Context(), 0, rt.Named("retry "+j.Name())) != nil {
		j.call.settleAs(r.attempt) // j was stopped, and the attempt with it
		return nil
	}
	r.core.Start(func() {
		defer r.core.Return()
		r.watch(r.attempt)
	})
	return nil
}

// next makes the next attempt.
func (r *retry) next() *Job {
	return r.of.call.attempt(r.of.Context(), r.of.opts.forAttempt())
}

func (r *retry) watch(attempt *Job) {
	ctx := r.core.Context()
	delay := r.view.opts.RetryDelay
	for left := r.view.opts.Retry; ; left-- {
		err := attempt.Task().Wait(context.WithoutCancel(ctx))
		again := attempt.Task().State() == skein.Failed && left > 0 && ctx.Err() == nil &&
			(r.view.opts.RetryIf == nil || r.view.opts.RetryIf(err))
		if !again || skein.Sleep(ctx, delay-time.Duration(rt.Rand(ctx)%uint64(delay/4+1))) != nil {
			r.of.call.settleAs(attempt)
			return
		}
		delay = min(2*delay, 30*time.Second)
		next := r.next()
		// Those who wait in the pool lend their places even while this waits for room there,
		// unless it has to pass another view or wait for the rate first.
		pool, direct := r.view.Executor.(*Pool)
		direct = direct && r.view.opts.Rate == 0
		if direct {
			next.pool = pool
			r.lend(next)
		}
		// Waiting for room ends when it has run in such a place.
		room, cancel := context.WithCancelCause(ctx)
		off := rt.TaskOf(next.Context()).OnEnd(func() { cancel(nil) })
		err = r.view.exec(room, next)
		off()
		cancel(nil)
		if err != nil && next.Task().State() == skein.Pending {
			next.Stop(err)
			r.of.call.settleAs(attempt) // the error it had counts, not that there is no room
			return
		}
		if !direct {
			r.lend(next)
		}
		attempt = next
	}
}

// A lending is somebody who waits for a job with attempts, and whose place those may have.
type lending struct {
	joiner *rt.Task
	back   func()
}

// lendTo is Lend for a job with attempts: it holds for those to come, too.
func (r *retry) lendTo(joiner *rt.Task) (back func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := &lending{joiner, r.attempt.call.(rt.Lender).Lend(joiner)}
	r.lendings = append(r.lendings, l)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		l.back()
		r.lendings = slices.DeleteFunc(r.lendings, func(x *lending) bool { return x == l })
	}
}

// lend has next be the attempt that those who wait lend their places to.
func (r *retry) lend(next *Job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempt = next
	for _, l := range r.lendings {
		l.back()
		l.back = next.call.(rt.Lender).Lend(l.joiner)
	}
}
