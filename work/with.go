package work

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/skein-go/skein"
)

// Options of [With]. The zero value changes nothing.
type Options struct {
	// Name is what the jobs are called, instead of their function's name.
	Name string
	// NoWait has jobs fail with [ErrFull] where they would wait for room, or for the rate.
	NoWait bool
	// Priority is for executors that order what waits: larger first. Default 0.
	Priority int
	// Timeout ends the context of a job that has run for as long; if it fails by that, the error
	// is a [*TimeoutError]. Waiting does not count. With Retry it holds for each attempt.
	Timeout time.Duration
	// Retry is how many more times a job is tried that fails or panics. Default 0.
	Retry int
	// RetryIf, if not nil, says which errors are worth trying again. What was stopped never is.
	RetryIf func(error) bool
	// RetryDelay is the wait before the first retry; each next one is twice as long, up to 30 s,
	// and varies by a quarter. No place in the executor is held meanwhile. Default 100 ms.
	RetryDelay time.Duration
	// Rate is how many jobs are given to the executor per second, evenly spaced; who submits
	// waits. Default 0: no limit. Retries count.
	Rate float64
	// OnProgress is called with what a job reports by [Progress], by the job.
	OnProgress func(v any)
}

// With is a view of ex whose jobs are treated as opts says; ex itself stays as it is, and closing
// the view closes ex. Views of views add up; where both say something, the outer one wins.
func With(ex Executor, opts *Options) Executor {
	if opts == nil {
		return ex
	}
	if opts.Retry < 0 || opts.Rate < 0 || opts.Timeout < 0 || opts.RetryDelay < 0 {
		panic(fmt.Sprintf("work: With: Retry, Rate, Timeout and RetryDelay may not be negative: %+v", *opts))
	}
	v := &view{Executor: ex, opts: *opts}
	if v.opts.RetryDelay == 0 {
		v.opts.RetryDelay = 100 * time.Millisecond
	}
	return v
}

// view is an executor seen through options.
type view struct {
	Executor
	opts Options

	mu   sync.Mutex
	next time.Time // when the rate allows the next job
}

func (v *view) chunks() bool {
	o := &v.opts
	return chunks(v.Executor) && o.Timeout == 0 && o.Retry == 0 && o.Rate == 0 && o.OnProgress == nil && !o.NoWait
}

// Exec implements Executor.
func (v *view) Exec(ctx context.Context, j *Job) error {
	v.equip(j)
	if v.opts.Retry > 0 && !j.opts.attempt {
		return v.execRetrying(ctx, j)
	}
	return v.exec(ctx, j)
}

// exec gives j to the executor once the rate allows.
func (v *view) exec(ctx context.Context, j *Job) error {
	if v.opts.Rate > 0 {
		if err := v.await(ctx, j.NoWait()); err != nil {
			return err
		}
	}
	return v.Executor.Exec(ctx, j)
}

// equip sets what no view outside of this one has set.
func (v *view) equip(j *Job) {
	if j.opts == nil {
		j.opts = new(jobOptions)
	}
	o := j.opts
	if o.name == "" {
		o.name = v.opts.Name
	}
	if o.priority == 0 {
		o.priority = v.opts.Priority
	}
	if o.timeout == 0 {
		o.timeout = v.opts.Timeout
	}
	if o.progress == nil {
		o.progress = v.opts.OnProgress
	}
	o.noWait = o.noWait || v.opts.NoWait
}

// await waits for the rate.
func (v *view) await(ctx context.Context, noWait bool) error {
	now := skein.Now(ctx)
	v.mu.Lock()
	if noWait && v.next.After(now) {
		v.mu.Unlock()
		return ErrFull
	}
	at := v.next
	if at.Before(now) {
		at = now
	}
	v.next = at.Add(time.Duration(float64(time.Second) / v.opts.Rate))
	v.mu.Unlock()
	return skein.Sleep(ctx, at.Sub(now))
}
