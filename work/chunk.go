package work

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/skein-go/skein"
)

// A chunk is a job that runs a function for several arguments, one after the other: for a
// quick function, being a job costs more than running. Each argument keeps its own result and
// error, and its own panic.
type chunk[A, T any] struct {
	skein.Promise[struct{}]
	ticket
	f    *Func[A, T]
	in   []A
	vals []T
	errs []error
	ran  bool          // to its end: each argument has a result or an error
	took time.Duration // of all; only if timed

	// shared by chunks over one slice, which take pieces of it in turn
	cursor *atomic.Int64
	piece  int
}

func newChunk[A, T any](f *Func[A, T], in []A, vals []T, errs []error) *chunk[A, T] {
	c := &chunk[A, T]{f: f, in: in, vals: vals, errs: errs}
	c.Job.call = c
	return c
}

func (c *chunk[A, T]) run() {
	c.Promise.Run(func(ctx context.Context) (struct{}, error) {
		if c.cursor != nil {
			return struct{}{}, c.sweep(ctx)
		}
		c.ran = true
		start := skein.Now(ctx)
		c.span(ctx, 0, len(c.in))
		c.took = skein.Now(ctx).Sub(start)
		return struct{}{}, nil
	})
}

// sweep takes one piece of the slice after the other. It goes on when a Goexit is ending its
// goroutine: it may be the only one.
func (c *chunk[A, T]) sweep(ctx context.Context) error {
	for {
		if c.Stopping() {
			return context.Cause(ctx)
		}
		end := int(c.cursor.Add(int64(c.piece)))
		begin := end - c.piece
		if begin >= len(c.in) {
			c.ran = true
			return nil
		}
		c.sweepPiece(ctx, begin, min(end, len(c.in)))
	}
}

func (c *chunk[A, T]) sweepPiece(ctx context.Context, begin, end int) {
	returned := false
	defer func() {
		if !returned {
			c.sweep(ctx)
		}
	}()
	c.span(ctx, begin, end)
	returned = true
}

// span runs the function for the arguments from begin to end. Once the chunk is stopped it gives
// the rest the cause.
func (c *chunk[A, T]) span(ctx context.Context, begin, end int) {
	for begin < end {
		begin = c.spanUntilBroken(ctx, begin, end)
	}
}

// spanUntilBroken ends early behind an argument for which the function panics. One for which it
// calls Goexit ends the goroutine; the rest is done on its way out.
func (c *chunk[A, T]) spanUntilBroken(ctx context.Context, i, end int) (next int) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			c.errs[i] = skein.NewPanicError(c.f.name, c.f.fn, v)
			next = i + 1
		} else {
			c.errs[i] = skein.ErrGoexit
			c.span(ctx, i+1, end)
		}
	}()
	for ; i < end; i++ {
		if c.Stopping() {
			c.errs[i] = context.Cause(ctx)
			continue
		}
		c.vals[i], c.errs[i] = c.f.fn(ctx, c.in[i])
	}
	returned = true
	return end
}

func (c *chunk[A, T]) task() skein.Handle { return c.Task() }
func (c *chunk[A, T]) arg() any           { return c.in }

func (c *chunk[A, T]) fail(err error) bool { return c.Resolve(struct{}{}, err) }

// each yields the results in order. If the chunk did not run, every one is its error.
func (c *chunk[A, T]) each(yield func(T, error) bool) bool {
	failed := c.Task().Err()
	for i := range c.in {
		err := c.errs[i]
		if !c.ran {
			err = failed
		}
		if !yield(c.vals[i], err) {
			return false
		}
	}
	return true
}

// each makes a call a batch of one.
func (c *call[A, T]) each(yield func(T, error) bool) bool {
	return yield(c.Task().Join(context.Background())) // it has ended
}

// batch is a chunk or a call: what a Map submits, waits for and yields.
type batch[T any] interface {
	caller
	job() *Job
	each(yield func(T, error) bool) bool
	onEnd(f func())
}

func (c *call[A, T]) onEnd(f func())  { c.Task().OnDone(func(*skein.Task[T]) { f() }) }
func (c *chunk[A, T]) onEnd(f func()) { c.Task().OnDone(func(*skein.Task[struct{}]) { f() }) }

// chunker is an executor whose jobs cost so little that a chunk saves more than it delays.
type chunker interface{ chunks() bool }

func (*Pool) chunks() bool { return true }

func chunks(ex Executor) bool {
	c, ok := ex.(chunker)
	return ok && c.chunks()
}

const (
	chunkTime = 50 * time.Microsecond // what a chunk should take
	chunkMost = 64                    // items
)

// nextChunk is how long the next chunk should be, after one of n items that took as long. It grows
// by doubling, and shrinks at once.
func nextChunk(n int, took time.Duration) int {
	if took <= 0 {
		return min(2*n, chunkMost)
	}
	fit := int(chunkTime * time.Duration(n) / took)
	return max(1, min(fit, 2*n, chunkMost))
}
