package gate

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// SemaphoreOptions of a semaphore. Nil means all defaults.
type SemaphoreOptions struct {
	Name string // what dumps call it; default none
	// Max is how many permits there are in all: more can neither be asked for nor be there.
	// Default 0: no ceiling.
	Max int64
}

// A Semaphore counts permits. Who acquires some waits until they are there; anybody may release
// some, acquired or not. It is made by [NewSemaphore] and must not be copied.
//
// Permits are given first come, first served: somebody who waits for many is not overtaken by
// those who want few, and nobody who comes along takes what others wait for.
type Semaphore struct {
	state   atomic.Int64 // twice the permits there are, +1 if somebody waits: then changed under mu only
	max     atomic.Int64 // changed under mu
	bounded bool
	name    string

	mu   sync.Mutex
	size int64   // what Resize compares with
	line rt.Line // the words are how many each wants
}

const (
	someWait = 1         // the bit of state
	noMax    = 1<<62 - 1 // as many as state can count
	refused  = -1        // the word of a waiter who wants more than there will be
)

// NewSemaphore makes a semaphore with n permits. It panics if n or opts.Max is negative, or if n is
// more than Max.
func NewSemaphore(n int64, opts *SemaphoreOptions) *Semaphore {
	s := &Semaphore{size: n}
	limit := int64(noMax)
	if opts != nil {
		s.name = opts.Name
		if opts.Max != 0 {
			limit, s.bounded, s.size = opts.Max, true, opts.Max
		}
	}
	if n < 0 || n > limit || limit > noMax {
		panic(fmt.Sprintf("gate: NewSemaphore with %d permits of %d", n, limit))
	}
	s.max.Store(limit)
	s.state.Store(n << 1)
	return s
}

// Acquire takes n permits. It waits until they are there and it is the caller's turn; ctx ends
// that wait with the cause for which it ended. If ctx has ended it fails even if there are enough:
// nobody enters what is being shut down. To ask for more than Max is [ErrTooMany], at once, or once it
// is the caller's turn if a Resize has lowered Max meanwhile. After an error nothing was taken. It panics if
// n is negative.
//
// Where there are enough and nobody waits it is one atomic operation; it does not allocate.
func (s *Semaphore) Acquire(ctx context.Context, n int64) error {
	checkWeight("Acquire", n)
	rt.Point()
	if ctx.Err() != nil {
		return rt.CauseOf(ctx)
	}
	if !s.take(n) {
		if err := s.wait(ctx, n); err != nil {
			return err
		}
		if ctx.Err() != nil {
			s.give(n)
			return rt.CauseOf(ctx)
		}
	}
	rt.Point()
	return nil
}

// TryAcquire takes n permits if they are there and nobody waits, and reports whether it did. It
// never blocks. It panics if n is negative.
func (s *Semaphore) TryAcquire(n int64) bool {
	checkWeight("TryAcquire", n)
	rt.Point()
	ok := s.take(n)
	rt.Point()
	return ok
}

// Release adds n permits and lets through who waited for them. It does not block. It panics if n
// is negative, or if there would be more than Max: then a permit was released that nobody held.
func (s *Semaphore) Release(n int64) {
	checkWeight("Release", n)
	rt.Point()
	s.give(n)
	rt.Point()
}

// With runs f while holding n permits, and returns what f returns, or the error of Acquire, with
// which f was not run. The permits are released however f ends, by a panic or a Goexit too.
func (s *Semaphore) With(ctx context.Context, n int64, f func() error) error {
	if err := s.Acquire(ctx, n); err != nil {
		return err
	}
	defer s.Release(n)
	return f()
}

// Resize makes it a semaphore of n permits in all, where there were Max, or, if it has none, as
// many as NewSemaphore was given. The difference is added to those there are, or taken away: then
// there may be less than none until enough have been released. It panics if n is negative or above
// 1<<62 - 1.
func (s *Semaphore) Resize(n int64) {
	if n < 0 || n > noMax {
		panic(fmt.Sprintf("gate: Resize to %d permits", n))
	}
	rt.Point()
	defer rt.Point()
	rt.Lock(&s.mu)
	if s.bounded {
		s.max.Store(n)
	}
	fits := s.add(n - s.size)
	if fits {
		s.size = n
	}
	s.mu.Unlock()
	if !fits {
		panic(fmt.Sprintf("gate: Resize to %d permits, and there would be more than %d", n, int64(noMax)))
	}
}

// Available is how many permits there are to be taken: less than none after a Resize that took
// away more than there were. It is a hint: it may be wrong by the time it is read.
func (s *Semaphore) Available() int64 { return s.state.Load() >> 1 }

// Waiting is how many wait to acquire. Like Available it is a hint.
func (s *Semaphore) Waiting() int {
	rt.Lock(&s.mu)
	defer s.mu.Unlock()
	return s.line.Len()
}

// ProbeInfo implements probe.Resource.
func (s *Semaphore) ProbeInfo() probe.Info {
	i := probe.Info{Kind: "semaphore", Name: s.name, Detail: fmt.Sprintf("%d available", s.Available())}
	if s.bounded {
		i.Detail = fmt.Sprintf("%d of %d available", s.Available(), s.max.Load())
	}
	return i
}

// take takes n permits if that can be done at once.
func (s *Semaphore) take(n int64) bool {
	for n > 0 {
		state := s.state.Load()
		if state&someWait != 0 || n > state>>1 {
			return false
		}
		if s.state.CompareAndSwap(state, state-n<<1) {
			break
		}
	}
	return true
}

// give adds n permits and wakes who can go on.
func (s *Semaphore) give(n int64) {
	for {
		state := s.state.Load()
		if state&someWait != 0 || n > s.max.Load()-state>>1 {
			break
		}
		if s.state.CompareAndSwap(state, state+n<<1) {
			return
		}
	}
	rt.Lock(&s.mu)
	fits := s.add(n)
	s.mu.Unlock()
	if !fits {
		panic(fmt.Sprintf("gate: Release of %d permits, and there would be more than %d", n, s.max.Load()))
	}
}

// wait takes n permits when it is the caller's turn.
func (s *Semaphore) wait(ctx context.Context, n int64) error {
	rt.Lock(&s.mu)
	if n > s.max.Load() {
		s.mu.Unlock()
		return ErrTooMany
	}
	for state := s.state.Load(); state&someWait == 0; state = s.state.Load() {
		if n <= state>>1 {
			if s.state.CompareAndSwap(state, state-n<<1) {
				s.mu.Unlock()
				return nil
			}
		} else if s.state.CompareAndSwap(state, state|someWait) {
			break
		}
	}
	served := false
	defer func() {
		if !served { // by an error or an unwinding: those behind may be able to go on
			s.give(0)
		}
	}()
	word, err := s.line.Pass(ctx, &s.mu, "acquire from", s, n)
	served = err == nil
	if word == refused {
		return ErrTooMany
	}
	return err
}

// add changes how many permits there are, unless there would be too many, and lets through who can
// go on. The mutex is held.
func (s *Semaphore) add(n int64) (fits bool) {
	for {
		state := s.state.Load()
		free := state >> 1
		if fits = n <= 0 || n <= s.max.Load()-free; fits {
			free += n
		}
		if state&someWait != 0 {
			s.serve(free)
			return fits
		}
		if s.state.CompareAndSwap(state, free<<1) {
			return fits
		}
	}
}

// serve gives those who wait what is free. The mutex is held, and somebody waited so far.
func (s *Semaphore) serve(free int64) {
	for !s.line.Empty() {
		w := s.line.First()
		switch {
		case w.Word > s.max.Load():
			w.Word = refused
		case w.Word > free:
			s.state.Store(free<<1 | someWait)
			return
		default:
			free -= w.Word
		}
		s.line.Serve().Wake()
	}
	s.state.Store(free << 1)
}

func checkWeight(verb string, n int64) {
	if n < 0 {
		panic(fmt.Sprintf("gate: %s of %d permits", verb, n))
	}
}
