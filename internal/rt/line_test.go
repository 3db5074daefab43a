package rt_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A turnstile lets people pass, and tells each something.
type turnstile struct {
	mu   sync.Mutex
	line rt.Line
}

func (s *turnstile) pass(ctx context.Context, word int64) (int64, error) {
	s.mu.Lock()
	return s.line.Pass(ctx, &s.mu, "pass", s, word)
}

func (s *turnstile) ProbeInfo() probe.Info { return probe.Info{Kind: "turnstile"} }

// waitFor yields until n wait.
func (s *turnstile) waitFor(n int) {
	for {
		s.mu.Lock()
		waiting := s.line.Len()
		s.mu.Unlock()
		if waiting >= n {
			return
		}
		yieldThread()
		loop.Yield(context.Background())
	}
}

func (s *turnstile) free() bool {
	if !s.mu.TryLock() {
		return false
	}
	s.mu.Unlock()
	return true
}

func TestPassCarriesAWord(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var s turnstile
		for round := range 3 { // waiters that were given back are used again
			var words [5]int64
			var tasks []*rt.Task
			for i := range words {
				tasks = append(tasks, spawn(ctx, "passer", func(ctx context.Context) {
					words[i], _ = s.pass(ctx, int64(i))
				}))
				s.waitFor(i + 1)
			}
			s.mu.Lock()
			for i := range words {
				if w := s.line.First(); w.Word != int64(i) {
					t.Errorf("round %d: number %d wants %d", round, i, w.Word)
				}
				s.line.First().Word *= 10
				s.line.Serve().Wake()
			}
			if s.line.First() != nil {
				t.Error("somebody is first in an empty line")
			}
			s.mu.Unlock()
			for i, task := range tasks {
				task.Wait(ctx)
				if words[i] != int64(10*i) {
					t.Errorf("round %d: number %d was told %d", round, i, words[i])
				}
			}
		}
	})
}

// Pass leaves the mutex free however it ends.
func TestPassReleasesTheMutex(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var s turnstile
		cut, cancel := context.WithCancelCause(ctx)
		cancel(errEnough)
		if word, err := s.pass(cut, 7); err != errEnough || word != 7 || !s.free() {
			t.Errorf("cancelled: %d, %v", word, err)
		}
		func() {
			defer func() {
				if recover() == nil || !s.free() {
					t.Error("without a context: no panic, or the mutex is held")
				}
			}()
			var none context.Context
			s.pass(none, 0)
		}()
		killed := spawn(ctx, "killed", func(ctx context.Context) {
			defer func() {
				if !s.free() {
					t.Error("unwinding: the mutex is held")
				}
			}()
			s.pass(ctx, 0)
		})
		s.waitFor(1)
		killed.Kill(errEnough)
		killed.Wait(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.line.Empty() {
			t.Error("somebody who is gone stands in line")
		}
	})
}

// Who serves the line as release is called finds the waiter in it.
func TestWaitReleasing(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var s turnstile
		s.mu.Lock()
		defer s.mu.Unlock()
		err := s.line.WaitReleasing(ctx, &s.mu, "wait", &s, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.line.Serve().Wake()
		})
		if err != nil || s.free() {
			t.Errorf("%v; or the mutex is not held", err)
		}
	})
}

// A clock stays that of the runtime it was taken from, whoever uses it.
func TestClockOfAnotherRuntime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := make(chan rt.Clock, 1)
		var fired, now sync.WaitGroup
		fired.Add(2)
		now.Go(func() {
			c := <-made
			begin := c.Now()
			ring := func() {
				if d := c.Now().Sub(begin); d != time.Minute {
					t.Errorf("rang after %v", d)
				}
				fired.Done()
			}
			c.AfterFunc(time.Minute, ring)
			c.Alarm(time.Minute, ring)
		})
		loop.Run(context.Background(), nil, func(ctx context.Context) error {
			made <- rt.ClockOf(ctx)
			return rt.Sleep(ctx, time.Hour)
		})
		now.Wait()
		fired.Wait()
	})
}
