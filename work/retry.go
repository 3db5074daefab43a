package work

import (
	"context"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/rt"
)

// retry is the task that watches the attempts at a job, each of which is a job of its own.
type retry struct {
	view *view
	of   *Job
	core rt.Task
}

// execRetrying runs attempts at j, and ends j as the last one ended.
func (v *view) execRetrying(ctx context.Context, j *Job) error {
	if !j.Claim() {
		return nil
	}
	r := &retry{view: v, of: j}
	first := r.next()
	if err := v.exec(ctx, first); err != nil {
		refuse(first, err)
		return err
	}
	if r.core.Init(rt.TaskOf(j.Context()), j.Context(), 0, rt.Named("retry "+j.Name())) != nil {
		j.call.(single).settleAs(first) // j was stopped, and the attempt with it
		return nil
	}
	r.core.Start(func() {
		defer r.core.Return()
		r.watch(first)
	})
	return nil
}

// next makes the next attempt.
func (r *retry) next() *Job {
	return r.of.call.(single).attempt(r.of.Context(), r.of.opts.forAttempt())
}

func (r *retry) watch(attempt *Job) {
	ctx := r.core.Context()
	delay := r.view.opts.RetryDelay
	for left := r.view.opts.Retry; ; left-- {
		err := attempt.Task().Wait(context.WithoutCancel(ctx))
		again := attempt.Task().State() == skein.Failed && left > 0 && ctx.Err() == nil &&
			(r.view.opts.RetryIf == nil || r.view.opts.RetryIf(err))
		if !again || skein.Sleep(ctx, delay-time.Duration(rt.Rand(ctx)%uint64(delay/4+1))) != nil {
			r.of.call.(single).settleAs(attempt)
			return
		}
		delay = min(2*delay, 30*time.Second)
		next := r.next()
		// Waiting for room ends when it has run meanwhile, in the place of somebody who waits for it.
		room, cancel := context.WithCancelCause(ctx)
		off := rt.TaskOf(next.Context()).OnEnd(func() { cancel(nil) })
		err = r.view.exec(room, next)
		off()
		cancel(nil)
		if err != nil {
			refuse(next, err)
			r.of.call.(single).settleAs(attempt) // the error it had counts, not that there is no room
			return
		}
		attempt = next
	}
}

// refuse ends an attempt that was not accepted, without its counting as a failure that nobody reads.
func refuse(attempt *Job, err error) {
	attempt.Stop(err)
	attempt.Fail(err)
}
