package lock_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/lock"
)

func TestOneAtATime(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var m lock.Mutex
		n := 0
		var tasks []*skein.Task[struct{}]
		for range 8 {
			tasks = append(tasks, g.Go("adder", func(ctx context.Context) error {
				for range 200 {
					h, err := m.Lock(ctx)
					if err != nil {
						return err
					}
					was := n
					if was%7 == 0 {
						pass()
					}
					n = was + 1
					h.Unlock()
				}
				return nil
			}))
		}
		for _, task := range tasks {
			task.Wait(ctx)
		}
		if n != 1600 {
			t.Errorf("%d of 1600 additions are left", n)
		}
	})
}

func TestLockOutsideEveryTask(t *testing.T) {
	var m lock.Mutex
	h := must(t, context.Background(), &m)
	if _, ok := m.TryLock(context.Background()); ok {
		t.Error("locked twice")
	}
	h.Unlock()
	must(t, context.Background(), &m).Unlock()
}

func TestEndedContextIsRefused(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var m lock.Mutex
		if _, err := m.Lock(cancelled(ctx)); err != errEnough {
			t.Errorf("Lock: %v", err)
		}
		if _, ok := m.TryLock(cancelled(ctx)); ok {
			t.Error("TryLock: locked")
		}
		if _, err := lock.Acquire(cancelled(ctx), &m); err != errEnough {
			t.Errorf("Acquire: %v", err)
		}
		stopped := skein.Start(g, "stopped", func(ctx context.Context) (struct{}, error) {
			must(t, ctx, &m).Unlock()
			rt.TaskOf(ctx).Stop(errEnough)
			_, err := m.Lock(ctx)
			return struct{}{}, err
		})
		if err := stopped.Wait(ctx); !errors.Is(err, errEnough) {
			t.Errorf("stopped task: %v", err)
		}
		must(t, ctx, &m).Unlock()
	})
}

// The end of a context above a Run reaches its tasks on a goroutine, but Lock knows at once.
func TestEndOfAnOuterContextIsSeenAtOnce(t *testing.T) {
	for range 200 {
		outer, cancel := context.WithCancelCause(context.Background())
		skein.Run(outer, func(ctx context.Context, g *skein.Group) error {
			var m lock.Mutex
			must(t, ctx, &m).Unlock()
			cancel(errEnough)
			if _, err := m.Lock(ctx); err != errEnough {
				t.Errorf("Lock: %v", err)
			}
			return nil
		}, nil)
	}
}

func TestFirstComeFirstServedAndCancelInTheMiddle(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := lock.Mutex{Name: "line"}
		h := must(t, ctx, &m)
		var order []int
		var tasks []*skein.Task[struct{}]
		for i := range 6 {
			tasks = append(tasks, waiting(g, fmt.Sprint("task ", i), func(ctx context.Context) error {
				k, err := m.Lock(ctx)
				if err != nil {
					return err
				}
				order = append(order, i)
				k.Unlock()
				return nil
			}))
		}
		tasks[0].Stop(errEnough)
		tasks[3].Stop(errEnough)
		for _, i := range []int{0, 3} {
			if err := tasks[i].Wait(ctx); !errors.Is(err, errEnough) {
				t.Errorf("task %d: %v", i, err)
			}
		}
		h.Unlock()
		for _, i := range []int{1, 2, 4, 5} {
			if err := tasks[i].Wait(ctx); err != nil {
				t.Error(err)
			}
		}
		if want := []int{1, 2, 4, 5}; !slices.Equal(order, want) {
			t.Errorf("order %v, want %v", order, want)
		}
		must(t, ctx, &m).Unlock()
	})
}

// The holder locks again at once, again and again; who waits gets its turn all the same.
func TestTheGreedyDoNotStarveOthers(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var m lock.Mutex
		done := false // guarded by m
		h := must(t, ctx, &m)
		task := waiting(g, "modest", func(ctx context.Context) error {
			k, err := m.Lock(ctx)
			if err == nil {
				done = true
				k.Unlock()
			}
			return err
		})
		for !done {
			h.Unlock()
			h = must(t, ctx, &m)
			if !done {
				pass()
			}
		}
		h.Unlock()
		if err := task.Wait(ctx); err != nil {
			t.Error(err)
		}
	})
}

func TestLockAgainWithTheContextOfItsHeld(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := lock.Mutex{Name: "again"}
		h := must(t, ctx, &m)
		k := must(t, h.Context(), &m)
		l, ok := m.TryLock(k.Context())
		if !ok {
			t.Error("TryLock with the context of a Held")
		}
		l.Unlock()
		k.Unlock()
		if _, ok := m.TryLock(ctx); ok {
			t.Error("given back too early")
		}
		skein.Run(h.Context(), func(ctx context.Context, g *skein.Group) error { // the body is ours
			must(t, ctx, &m).Unlock()
			return nil
		}, nil)
		h.Unlock()
		must(t, ctx, &m).Unlock()
		must(t, h.Context(), &m).Unlock() // says nothing any more
	})
}

func TestTasksDoNotInheritLocks(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := lock.Mutex{Name: "not inherited"}
		h := must(t, ctx, &m)
		skein.Run(h.Context(), func(ctx context.Context, g *skein.Group) error {
			return g.Go("kid", func(ctx context.Context) error {
				if _, ok := m.TryLock(ctx); ok {
					t.Error("a task holds what its parent holds")
				}
				return nil
			}).Wait(ctx)
		}, nil)
		h.Unlock()
	})
}

func TestUnlockTwicePanics(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := lock.Mutex{Name: "accounts"}
		h := must(t, ctx, &m)
		h.Unlock()
		mentions(t, panics(h.Unlock), "not held any more", `"accounts"`)
		k := must(t, ctx, &m) // by the same task
		mentions(t, panics(h.Unlock), `"accounts"`)
		k.Unlock()
		rw := lock.RWMutex{Name: "table"}
		r, err := rw.RLock(ctx)
		if err != nil {
			t.Fatal(err)
		}
		r.Unlock()
		mentions(t, panics(r.Unlock), `"table"`)
		w := must(t, ctx, &rw)
		w.Unlock()
		mentions(t, panics(w.Unlock), `"table"`)
	})
}

func TestAnotherTaskMayUnlock(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		a, b := lock.Mutex{Name: "handed 1"}, lock.Mutex{Name: "handed 2"}
		if err := nested(ctx, &a, &b); err != nil {
			t.Fatal(err)
		}
		k := must(t, ctx, &b)
		h := k.HandOver()
		mentions(t, panics(k.Unlock), `"handed 2"`)
		must(t, ctx, &a).Unlock() // b is not ours any more, so this is no wrong order
		task := waiting(g, "next", func(ctx context.Context) error {
			k, err := b.Lock(ctx)
			if err == nil {
				k.Unlock()
			}
			return err
		})
		skein.Start(g, "other", func(ctx context.Context) (int, error) { h.Unlock(); return 0, nil }).Wait(ctx)
		if err := task.Wait(ctx); err != nil {
			t.Error(err)
		}
		both, err := lock.Acquire(ctx, &a, &b)
		if err != nil {
			t.Fatal(err)
		}
		both.HandOver().Unlock()
		must(t, ctx, &a).Unlock()
	})
}

func TestKilledWhileItWaits(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		if rt.Executing() == nil {
			t.Skip("only coroutines can be killed")
		}
		var m lock.Mutex
		var a, b lock.Mutex
		var rw lock.RWMutex
		r, _ := rw.RLock(ctx)
		h := must(t, ctx, &m)
		k := must(t, ctx, &b)
		unwound := 0
		for _, f := range []func(ctx context.Context){
			func(ctx context.Context) { m.Lock(ctx) },
			func(ctx context.Context) { lock.Acquire(ctx, &a, &b) },
			func(ctx context.Context) { rw.Lock(ctx) },
		} {
			task := waiting(g, "killed", func(ctx context.Context) error {
				defer func() { unwound++ }()
				f(ctx)
				t.Error("the wait has returned")
				return nil
			})
			heir := waiting(g, "heir", func(ctx context.Context) error {
				k, err := m.Lock(ctx)
				if err == nil {
					k.Unlock()
				}
				return err
			})
			killTask(ctx, "killed")
			task.Wait(ctx)
			h.Unlock()
			if err := heir.Wait(ctx); err != nil {
				t.Error(err)
			}
			h = must(t, ctx, &m)
		}
		k.Unlock()
		h.Unlock()
		for _, m := range []*lock.Mutex{&m, &a, &b} {
			h, ok := m.TryLock(ctx)
			if !ok {
				t.Fatal("left locked")
			}
			h.Unlock()
		}
		if k, ok := rw.TryRLock(ctx); !ok {
			t.Error("a killed writer holds back readers")
		} else {
			k.Unlock()
		}
		r.Unlock()
		must(t, ctx, &rw).Unlock()
		if unwound != 3 {
			t.Errorf("%d of 3 have run their deferred calls", unwound)
		}
	})
}

// killTask kills the task of that name under that of ctx.
func killTask(ctx context.Context, name string) {
	for _, k := range rt.TaskOf(ctx).Kids() {
		if k.Name() == name {
			k.Kill(errEnough)
		}
	}
}

func TestLocker(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := lock.Mutex{Name: "plain"}
		l := m.Locker(cancelled(ctx)) // which ends no wait here
		n := 0
		var all sync.WaitGroup
		for range 4 {
			all.Add(1)
			l := m.Locker(ctx)
			g.Go("adder", func(context.Context) error {
				defer all.Done()
				for range 100 {
					l.Lock()
					n++
					l.Unlock()
				}
				return nil
			})
		}
		for done := false; !done; pass() {
			l.Lock()
			done = n == 400
			l.Unlock()
		}
		all.Wait()
		mentions(t, panics(l.Unlock), `"plain"`)
	})
}

func TestLockDoesNotAllocate(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		a, b := lock.Mutex{Name: "alloc 1"}, lock.Mutex{Name: "alloc 2"}
		c := lock.RWMutex{Name: "alloc 3"}
		allocs := testing.AllocsPerRun(1000, func() {
			h, _ := a.Lock(ctx)
			k, _ := b.Lock(ctx)
			l, _ := c.RLock(ctx)
			l.Unlock()
			l, _ = c.Lock(ctx)
			l.Unlock()
			k.Unlock()
			h.Unlock()
			h, _ = b.TryLock(ctx)
			h.Unlock()
		})
		if allocs != 0 {
			t.Errorf("%v allocations", allocs)
		}
		allocs = testing.AllocsPerRun(1000, func() {
			h, _ := lock.Acquire(ctx, &a, &b)
			h.Unlock()
		})
		if allocs > 1 {
			t.Errorf("%v allocations in Acquire", allocs)
		}
	})
	ctx := context.Background() // outside every task
	var m lock.Mutex
	if allocs := testing.AllocsPerRun(1000, func() { h, _ := m.Lock(ctx); h.Unlock() }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
