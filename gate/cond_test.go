package gate_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/gate"
)

// These are the wants of golang/go#16620: a condition variable whose Wait ends with a context, and
// with which no Signal is lost by that.

// A store is a number of things that can be taken one by one.
type store struct {
	mu sync.Mutex
	gate.Cond
	n int
}

func newStore() *store {
	s := new(store)
	s.L = &s.mu
	return s
}

func (s *store) put(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n += n
	s.Signal(n)
}

func (s *store) take(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.WaitFor(ctx, func() bool { return s.n > 0 }); err != nil {
		return err
	}
	s.n--
	return nil
}

// wait is one Wait, whatever there is.
func (s *store) wait(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.Wait(ctx)
	if s.mu.TryLock() {
		panic("the lock is not held after Wait")
	}
	return err
}

func TestCondSignal(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := newStore()
		var tasks []*skein.Task[struct{}]
		for range 5 {
			tasks = append(tasks, waits(g, s.wait))
		}
		ended := func() (n int) {
			for _, task := range tasks {
				if task.State().Ended() {
					n++
				}
			}
			return n
		}
		s.Signal(0)
		s.Signal(2)
		for _, task := range tasks[:2] { // who has waited longest
			if err := task.Wait(ctx); err != nil {
				t.Error(err)
			}
		}
		if ended() != 2 {
			t.Errorf("%d went on", ended())
		}
		s.Signal(1000)
		for _, task := range tasks {
			if err := task.Wait(ctx); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestCondBroadcast(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := newStore()
		a, b := waits(g, s.wait), waits(g, s.wait)
		s.Broadcast()
		if err := errors.Join(a.Wait(ctx), b.Wait(ctx)); err != nil {
			t.Error(err)
		}
		s.Broadcast()
		s.Signal(7) // nobody is there, and nothing is kept for who comes
		if err := s.wait(cancelled(ctx)); err != errEnough {
			t.Error(err)
		}
	})
}

func TestCondGivingUp(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := newStore()
		killed, stopped, stays := waits(g, s.wait), waits(g, s.wait), waits(g, s.take)
		stopped.Stop(errEnough)
		if err := stopped.Wait(ctx); !errors.Is(err, errEnough) {
			t.Errorf("stopped: %v", err)
		}
		kill(ctx, killed)
		if !s.mu.TryLock() {
			t.Fatal("the lock is held by somebody who is gone")
		}
		s.mu.Unlock()
		s.put(1) // neither of those two swallows the signal
		if err := stays.Wait(ctx); err != nil {
			t.Error(err)
		}
	})
}

func TestCondWaitFor(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := newStore()
		s.put(1)
		if err := s.take(cancelled(ctx)); err != nil {
			t.Errorf("what holds already, under a cancelled context: %v", err)
		}
		if err := s.take(cancelled(ctx)); err != errEnough {
			t.Errorf("what does not hold: %v", err)
		}
		taker := waits(g, s.take)
		s.Signal(1) // for nothing
		for range 10 {
			pass()
		}
		if taker.State().Ended() {
			t.Error("went on though there is nothing")
		}
		s.put(1)
		if err := taker.Wait(ctx); err != nil {
			t.Error(err)
		}
	})
}

// A predicate that comes true while the wait is cut short is what counts.
func TestCondWaitForLooksAgain(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		s := newStore()
		looked := 0
		s.mu.Lock()
		defer s.mu.Unlock()
		err := s.WaitFor(cancelled(ctx), func() bool { looked++; return looked == 2 })
		if err != nil || looked != 2 {
			t.Errorf("%v after %d looks", err, looked)
		}
	})
}

func TestCondPanics(t *testing.T) {
	s := newStore()
	if v := panics(func() { s.Signal(-1) }); v == nil {
		t.Error("Signal(-1) does not panic")
	}
	s.mu.Lock()
	var none context.Context
	if v := panics(func() { s.Wait(none) }); v == nil {
		t.Error("Wait(nil) does not panic")
	}
	if s.mu.TryLock() {
		t.Error("the lock is not held after the panic")
	}
	s.mu.Unlock()
	s.put(1) // reaches nobody, not even the one who panicked
	if err := s.take(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestCondWaitingDoesNotAllocate(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		ping, pong := newStore(), newStore()
		other := g.Go("other", func(ctx context.Context) error {
			for {
				if err := ping.take(ctx); err != nil {
					return err
				}
				pong.put(1)
			}
		})
		allocs := testing.AllocsPerRun(1000, func() {
			ping.put(1)
			if err := pong.take(ctx); err != nil {
				t.Error(err)
			}
		})
		other.Stop(nil)
		if allocs != 0 {
			t.Errorf("%v allocations", allocs)
		}
	})
}
