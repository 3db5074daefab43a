package work

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/rt"
)

// An Executor runs jobs: in the caller ([Inline]), on goroutines ([Pool]), in processes, on
// machines. skeintest.TestExecutor says what is asked of one.
type Executor interface {
	// Exec accepts j, waiting for room until ctx ends. An error means that j will not run: an
	// [ErrClosed], an [ErrFull] if j does not wait, or ctx's cause. Exec may run j before it returns.
	Exec(ctx context.Context, j *Job) error
	// Width is how many jobs it runs at a time.
	Width() int
	// Close accepts no more, and waits for what was accepted. When ctx ends, it stops that with
	// ctx's cause and waits for it to end.
	Close(ctx context.Context) error
}

// A Job is one function with its argument, on its way through an executor. Executors in this
// process call [Job.Claim] and [Job.Run]; others send [Job.Encode] elsewhere, and call
// [Job.Claim], [Job.Started] and in the end [Job.FinishEncoded] or [Job.Fail]. Its methods may be
// called concurrently.
type Job struct {
	call  caller
	pool  atomic.Pointer[Pool]  // the pool it was given to
	place atomic.Pointer[place] // where it runs there, or elsewhere
	opts  *jobOptions           // nil: all defaults
}

// jobOptions are what few jobs have.
type jobOptions struct {
	name     string
	noWait   bool
	priority int
	timeout  time.Duration
	progress func(any)
	attempt  bool // at another job, which sees to retries
}

// forAttempt are the options of an attempt at a job that has o.
func (o *jobOptions) forAttempt() *jobOptions {
	c := *o
	c.attempt = true
	return &c
}

// caller is the typed half of a job: a *call[A, T] or a *chunk[A, T].
type caller interface {
	rt.Body
	Context() context.Context
	Begin() bool
	arg() any
	run()
	fail(err error) bool
	task() skein.Handle
}

// single is what a *call[A, T] can do besides: chunks, which are made for executors of this process
// and without options, are neither encoded nor tried again.
type single interface {
	encode(Codec) ([]byte, error)
	finishEncoded(Codec, []byte) (bool, error)
	attempt(ctx context.Context, opts *jobOptions) *Job
	settleAs(of *Job) bool
}

// Name is the name of the function, or the one given by [With].
func (j *Job) Name() string {
	if j.opts != nil && j.opts.name != "" {
		return j.opts.name
	}
	return j.call.Name()
}

// Context is the context of the job's task: it ends when the task is stopped. Its values are
// those of who submitted it.
func (j *Job) Context() context.Context { return j.call.Context() }

// Task is the job's task.
func (j *Job) Task() skein.Handle { return j.call.task() }

// Arg is the argument, until the job runs.
func (j *Job) Arg() any { return j.call.arg() }

// Encode is the argument in c's encoding.
func (j *Job) Encode(c Codec) ([]byte, error) { return j.call.(single).encode(c) }

// NoWait reports whether Exec is to return [ErrFull] rather than wait for room.
func (j *Job) NoWait() bool { return j.opts != nil && j.opts.noWait }

// Priority is what [With] asked for: larger first, 0 without.
func (j *Job) Priority() int {
	if j.opts == nil {
		return 0
	}
	return j.opts.priority
}

// Timeout is how long it may run, 0 for as long as it takes. [Job.Run] sees to it; executors
// elsewhere do so themselves.
func (j *Job) Timeout() time.Duration {
	if j.opts == nil {
		return 0
	}
	return j.opts.timeout
}

// Claim takes the job for running. It reports false if somebody has done so before, or if the job
// was stopped; then the caller drops it.
func (j *Job) Claim() bool { return j.call.Begin() }

// Started says where a claimed job runs, for dumps.
func (j *Job) Started(where string) { j.place.Store(&place{where: where}) }

// Run runs a claimed job on the caller's goroutine, and finishes it, even by a panic or a Goexit.
func (j *Job) Run() { j.call.run() }

// FinishEncoded ends the job with a result in c's encoding. The first of FinishEncoded, Run and
// Fail wins, and reports true. What cannot be decoded fails the job, and is returned.
func (j *Job) FinishEncoded(c Codec, result []byte) (won bool, err error) {
	return j.call.(single).finishEncoded(c, result)
}

// Fail ends the job with err.
func (j *Job) Fail(err error) (won bool) { return j.call.fail(err) }

// Stop asks the job to end; one that was not claimed has ended when Stop returns.
func (j *Job) Stop(cause error) { j.call.task().Stop(cause) }

// Progress tells whoever submitted the job of ctx, and asked by [Options].OnProgress, how far it
// is. Tasks that the job has started may call it too. Elsewhere it does nothing.
func Progress(ctx context.Context, v any) {
	for t := rt.TaskOf(ctx); t != nil; t = t.Up() {
		if j, ok := t.Body().(interface{ job() *Job }); ok {
			j.job().Progress(v)
			return
		}
	}
}

// Progress hands v to who asked for it.
func (j *Job) Progress(v any) {
	if j.opts != nil && j.opts.progress != nil {
		j.opts.progress(v)
	}
}
