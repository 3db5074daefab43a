package bench

import (
	"context"
	"sync/atomic"
)

// A job is one piece of work in every form that a pool may want it in, so that a row need not
// wrap it anew for each submission.
type job struct {
	plain    func()
	fallible func() error
	ctx      func(context.Context) error
}

func newJob(f func()) *job {
	return &job{
		plain:    f,
		fallible: func() error { f(); return nil },
		ctx:      func(context.Context) error { f(); return nil },
	}
}

// A tally counts pieces of work and tells when the last one is done. It makes waiting cost the
// same for every pool, whether or not the pool can wait.
type tally struct {
	done atomic.Int64
	want int64
	last chan struct{}
}

func newTally(want int) *tally { return &tally{want: int64(want), last: make(chan struct{})} }

func (t *tally) hit() {
	if t.done.Add(1) == t.want {
		close(t.last)
	}
}

// wait blocks until all is done and returns how much that is.
func (t *tally) wait() int {
	if t.want > 0 {
		<-t.last
	}
	return int(t.done.Load())
}

// spin burns processor time: about 2 ns a round.
//
//go:noinline
func spin(x, rounds int) int {
	v := uint64(x)*0x9e3779b97f4a7c15 + 1
	for range rounds {
		v ^= v << 13
		v ^= v >> 7
		v ^= v << 17
	}
	return int(v >> 1)
}
