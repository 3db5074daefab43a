package work

import (
	"context"
	"fmt"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/rt"
)

// A Func is a function that executors can run. It may be used concurrently.
type Func[A, T any] struct {
	fn   func(context.Context, A) (T, error)
	kind *skein.PromiseKind
	name string
}

// Wrap makes a Func of any function, closures and methods included, for executors of this
// process. name is what dumps call its tasks.
func Wrap[A, T any](name string, fn func(ctx context.Context, a A) (T, error)) *Func[A, T] {
	if fn == nil {
		panic(fmt.Sprintf("work: Wrap(%q): the function is nil", name))
	}
	return &Func[A, T]{fn: fn, kind: skein.NewPromiseKind(name, fn), name: name}
}

// Name is the name it was made with.
func (f *Func[A, T]) Name() string { return f.name }

// Call runs the function in the caller, as if it had been called directly.
func (f *Func[A, T]) Call(ctx context.Context, a A) (T, error) { return f.fn(ctx, a) }

// Submit gives a to ex and returns the task that will have the result. The task belongs to the
// Run of ctx and takes ctx's values; it is stopped when ctx ends, at any time. Submit waits for
// room in ex, if that is bounded. If ex does not accept it, the task has failed with the reason.
func (f *Func[A, T]) Submit(ctx context.Context, ex Executor, a A) *skein.Task[T] {
	return f.submit(ctx, ex, a, true).Task()
}

func (f *Func[A, T]) submit(ctx context.Context, ex Executor, a A, alone bool) *call[A, T] {
	c := &call[A, T]{f: f, a: a}
	c.Job.call = c
	if c.Init(ctx, f.kind, c) {
		if alone {
			rt.TaskOf(c.Context()).Obey(ctx)
		}
		submit(ctx, ex, &c.Job)
	}
	return c
}

func submit(ctx context.Context, ex Executor, j *Job) {
	err := ex.Exec(ctx, j)
	if err == nil {
		return
	}
	if cause := rt.CauseOf(ctx); cause != nil {
		err = cause // the executor may have been closed by the same
		j.Stop(err) // what has not begun ends by that
	}
	j.Fail(err)
}

// call is a job, its task and the argument, in one allocation.
type call[A, T any] struct {
	skein.Promise[T]
	ticket
	f *Func[A, T]
	a A
}

func (c *call[A, T]) run() {
	if c.Job.opts != nil && c.Job.opts.timeout > 0 {
		c.Promise.Run(c.limited)
		return
	}
	c.Promise.Run(func(ctx context.Context) (T, error) { return c.f.fn(ctx, c.takeArg()) })
}

// takeArg is the argument, which the task does not keep alive any longer.
func (c *call[A, T]) takeArg() (a A) {
	a, c.a = c.a, a
	return a
}

// limited is the function under a timeout.
func (c *call[A, T]) limited(ctx context.Context) (T, error) {
	limited, cancel := skein.WithTimeout(ctx, c.Job.opts.timeout)
	defer cancel()
	v, err := c.f.fn(limited, c.takeArg())
	if err != nil && limited.Err() == context.DeadlineExceeded && ctx.Err() == nil {
		err = &TimeoutError{Task: c.Job.Name(), After: c.Job.opts.timeout, Err: err}
	}
	return v, err
}

// StateName implements rt.Body.
func (c *call[A, T]) StateName() string {
	s := c.Promise.StateName()
	if w := c.Job.place.Load(); w != nil && w.where != "" && c.Task().Alive() {
		s += " at " + w.where
	}
	return s
}

func (c *call[A, T]) arg() any           { return c.a }
func (c *call[A, T]) task() skein.Handle { return c.Task() }

func (c *call[A, T]) fail(err error) bool {
	var zero T
	return c.Resolve(zero, err)
}

func (c *call[A, T]) encode(codec Codec) ([]byte, error) { return codec.Encode(&c.a) }

func (c *call[A, T]) finishEncoded(codec Codec, result []byte) (bool, error) {
	var v T
	if err := codec.Decode(result, &v); err != nil {
		err = fmt.Errorf("work: the result of %q: %w", c.f.name, err)
		return c.fail(err), err
	}
	return c.Resolve(v, nil), nil
}

// attempt is another job for the same argument, under ctx, for one who tries again.
func (c *call[A, T]) attempt(ctx context.Context, opts *jobOptions) *Job {
	n := &call[A, T]{f: c.f, a: c.a}
	n.Job.call, n.Job.opts = n, opts
	n.Init(ctx, c.f.kind, n)
	return &n.Job
}

// settleAs ends c as of has ended, which is an attempt at c.
func (c *call[A, T]) settleAs(of *Job) bool {
	t := of.call.(*call[A, T]).Task()
	v, err := t.Join(context.Background()) // it has ended
	return c.Resolve(v, err)
}
