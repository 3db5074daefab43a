package work

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync/atomic"

	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/queue"
)

// Map runs the function for each value of in, on ex, and yields the results in the order of in,
// each with its error, which does not end the sequence.
//
// Input is pulled by the caller's goroutine, and ahead of what has been yielded by at most twice
// ex's width; on a [Pool], where quick functions run in chunks of up to 50 µs or 64 values, that
// many chunks. A result is yielded as soon as it is the next and the caller is not pulling. While
// an input that was fast keeps the caller waiting, the values of the chunk that is not full yet
// wait too; With a Timeout, say, or a Retry each value is a job of its own, which begins at once.
//
// Leaving the loop stops what was submitted and waits for it. If ctx ends, its cause is yielded as
// the last error.
func (f *Func[A, T]) Map(ctx context.Context, ex Executor, in iter.Seq[A]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		s := stream[A, T]{ctx: ctx, ex: ex, f: f, yield: yield, size: 1}
		s.next = s.oldest
		s.run(in)
	}
}

// MapUnordered is Map that yields each result as it comes.
func (f *Func[A, T]) MapUnordered(ctx context.Context, ex Executor, in iter.Seq[A]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		s := stream[A, T]{ctx: ctx, ex: ex, f: f, yield: yield, size: 1}
		ended := queue.New[batch[T]](nil)
		s.submitted = func(b batch[T]) { b.onEnd(func() { ended.Send(b) }) }
		s.next = func(wait bool) (batch[T], error) { return s.firstEnded(ended, wait) }
		s.run(in)
	}
}

// A stream is one Map going on.
type stream[A, T any] struct {
	ctx       context.Context
	ex        Executor
	f         *Func[A, T]
	yield     func(T, error) bool
	submitted func(batch[T])
	next      func(wait bool) (batch[T], error) // which to yield next; nil if it has not ended and wait is false

	flight []batch[T]   // submitted and not yet yielded, oldest first
	size   int          // of the next chunk
	filled *chunk[A, T] // the chunk being filled
	free   []*chunk[A, T]
}

func (s *stream[A, T]) run(in iter.Seq[A]) {
	done := false
	defer func() {
		if !done { // left, by break, panic or Goexit
			s.abandon(errLeft)
		}
	}()
	for a := range in {
		if !s.add(a) || !s.yieldReady() {
			return
		}
	}
	if !s.flush() {
		return
	}
	for len(s.flight) > 0 {
		if !s.yieldNext(true) {
			return
		}
	}
	done = true
}

// add submits a, or puts it into the chunk being filled. It reports false if ctx has ended.
func (s *stream[A, T]) add(a A) bool {
	if !chunks(s.ex) {
		if s.over() {
			return false
		}
		s.launch(s.f.submit(s.ctx, s.ex, a, false))
		return true
	}
	if s.filled == nil {
		s.filled = s.empty()
	}
	s.filled.in = append(s.filled.in, a)
	return len(s.filled.in) < s.size || s.flush()
}

// flush submits the chunk being filled. It reports false if ctx has ended.
func (s *stream[A, T]) flush() bool {
	c := s.filled
	if c == nil {
		return true
	}
	if s.over() {
		return false
	}
	s.filled = nil
	n := len(c.in)
	c.vals, c.errs = resized(c.vals, n), resized(c.errs, n)
	if c.Init(s.ctx, s.f.kind, c) {
		submit(s.ctx, s.ex, &c.Job)
	}
	s.launch(c)
	return true
}

// over ends the stream if ctx has ended, and reports so. Submitting does not tell: a pool with room
// accepts what is given to it under any context.
func (s *stream[A, T]) over() bool {
	if s.ctx.Err() == nil {
		return false
	}
	s.fail(context.Cause(s.ctx))
	return true
}

// fail ends the stream with err.
func (s *stream[A, T]) fail(err error) {
	s.abandon(err)
	var zero T
	s.yield(zero, err)
}

func resized[E any](list []E, n int) []E {
	if cap(list) < n {
		return make([]E, n, max(n, chunkMost))
	}
	list = list[:n]
	clear(list)
	return list
}

// empty is a chunk to fill, with the buffers of one that was yielded.
func (s *stream[A, T]) empty() *chunk[A, T] {
	c := newChunk(s.f, nil, nil, nil)
	if k := len(s.free); k > 0 {
		old := s.free[k-1]
		s.free = s.free[:k-1]
		clear(old.in)
		c.in, c.vals, c.errs = old.in[:0], old.vals, old.errs
	}
	return c
}

func (s *stream[A, T]) launch(b batch[T]) {
	s.flight = append(s.flight, b)
	if s.submitted != nil {
		s.submitted(b)
	}
}

// yieldReady yields what has ended, and waits while as much is in flight as may be.
func (s *stream[A, T]) yieldReady() bool {
	for len(s.flight) > 0 {
		full := len(s.flight) >= 2*s.ex.Width()
		if !full && s.filled != nil {
			return true // look again when the chunk is full
		}
		before := len(s.flight)
		if !s.yieldNext(full) {
			return false
		}
		if len(s.flight) == before {
			return true
		}
	}
	return true
}

// yieldNext yields the next batch, if it has ended or wait is true. It reports false if the loop
// was left or ctx has ended.
func (s *stream[A, T]) yieldNext(wait bool) bool {
	b, err := s.next(wait)
	if err != nil {
		s.fail(err)
		return false
	}
	if b == nil {
		return true
	}
	if !b.each(s.yield) {
		return false
	}
	if c, ok := b.(*chunk[A, T]); ok {
		s.size = nextChunk(len(c.in), c.took)
		s.free = append(s.free, c)
	}
	return true
}

// oldest is next for results in order.
func (s *stream[A, T]) oldest(wait bool) (batch[T], error) {
	b := s.flight[0]
	if !b.task().State().Ended() {
		if !wait {
			return nil, nil
		}
		if err := waitFor(s.ctx, b); err != nil {
			return nil, err
		}
	}
	s.flight[0] = nil
	s.flight = s.flight[1:]
	return b, nil
}

// firstEnded is next for results as they come.
func (s *stream[A, T]) firstEnded(ended *queue.Queue[batch[T]], wait bool) (batch[T], error) {
	b, err := ended.TryGet()
	if err != nil {
		if !wait {
			return nil, nil
		}
		for _, b := range s.flight {
			defer rt.Lend(s.ctx, rt.TaskOf(b.Context()))()
		}
		if b, err = ended.Get(s.ctx); err != nil {
			return nil, err
		}
	}
	i := slices.Index(s.flight, b)
	s.flight = slices.Delete(s.flight, i, i+1)
	return b, nil
}

// abandon stops what is in flight and waits for it.
func (s *stream[A, T]) abandon(cause error) {
	for _, b := range s.flight {
		b.job().Stop(cause)
	}
	calm := context.WithoutCancel(s.ctx)
	for _, b := range s.flight {
		b.task().Wait(calm)
	}
	s.flight = nil
}

// MapSlice runs the function for each value of in, on ex, and returns the results in the same
// order. Items that fail leave the zero value; their errors are returned joined, each as an
// [*ItemError]. If ctx ends first, the error is its cause. It costs a few allocations in all.
func (f *Func[A, T]) MapSlice(ctx context.Context, ex Executor, in []A) ([]T, error) {
	vals, errs := make([]T, len(in)), make([]error, len(in))
	if !chunks(ex) {
		i := 0
		for v, err := range f.Map(ctx, ex, func(yield func(A) bool) {
			for _, a := range in {
				if !yield(a) {
					return
				}
			}
		}) {
			if i < len(in) {
				vals[i], errs[i] = v, err
			}
			i++
		}
		return vals, sliceError(ctx, errs)
	}
	var cursor atomic.Int64
	width := ex.Width()
	piece := max(1, len(in)/(16*width))
	sweepers := make([]*chunk[A, T], min(width, (len(in)+piece-1)/piece))
	for i := range sweepers {
		c := newChunk(f, in, vals, errs)
		c.cursor, c.piece = &cursor, piece
		if c.Init(ctx, f.kind, c) {
			submit(ctx, ex, &c.Job)
		}
		sweepers[i] = c
	}
	for _, c := range sweepers {
		if err := waitFor(ctx, c); err != nil {
			for _, c := range sweepers {
				c.Job.Stop(err)
				c.task().Wait(context.WithoutCancel(ctx))
			}
			return vals, err
		}
	}
	// If one ran until nothing was left, each item has been taken, and who was stopped has seen to
	// the errors of those it had.
	if len(sweepers) > 0 && !slices.ContainsFunc(sweepers, func(c *chunk[A, T]) bool { return c.ran }) {
		return vals, sweepers[0].Task().Err()
	}
	return vals, sliceError(ctx, errs)
}

// sliceError joins the errors of a slice's items.
func sliceError(ctx context.Context, errs []error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var failed []error
	for i, err := range errs {
		if err != nil {
			failed = append(failed, &ItemError{Index: i, Err: err})
		}
	}
	return errors.Join(failed...)
}

// waitFor waits until b has ended, whatever its error: that is yielded, not returned.
func waitFor[B caller](ctx context.Context, b B) error {
	t := b.task()
	err := t.Wait(ctx)
	if t.State().Ended() {
		return nil
	}
	return err
}
