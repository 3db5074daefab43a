package lock_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/lock"
	"github.com/skein-go/skein/queue"
	"github.com/skein-go/skein/skeintest"
)

// allowed makes n mutexes whose order is not checked.
func allowed(n int) []*lock.Mutex {
	c := lock.NewClass("allowed")
	lock.Allow(c, c)
	var ms []*lock.Mutex
	for i := range n {
		ms = append(ms, &lock.Mutex{Name: fmt.Sprint("stick ", i), Class: c})
	}
	return ms
}

// circle has n tasks take one lock each and then that of the next, and returns their errors.
func circle(ctx context.Context, n int) (errs []error) {
	ms := allowed(n)
	var tasks []*skein.Task[struct{}]
	skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		ready := queue.New[int](nil)
		goOn := queue.New[int](nil)
		for i := range n {
			tasks = append(tasks, skein.Start(g, fmt.Sprint("philosopher ", i), func(ctx context.Context) (none struct{}, err error) {
				h, err := ms[i].Lock(ctx)
				if err != nil {
					return none, err
				}
				defer h.Unlock()
				ready.Put(ctx, i)
				goOn.Get(ctx)
				k, err := ms[(i+1)%n].Lock(ctx)
				if err == nil {
					k.Unlock()
				}
				return none, err
			}))
		}
		for range n {
			ready.Get(ctx)
		}
		for i := range n {
			goOn.Put(ctx, i)
		}
		for _, task := range tasks {
			errs = append(errs, task.Wait(ctx))
		}
		return nil
	}, nil)
	return errs
}

// Of those in a circle, one is refused and the others go on.
func TestDeadlockIsBroken(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		for _, n := range []int{2, 3, 10} {
			var found *lock.DeadlockError
			for _, err := range circle(ctx, n) {
				if errors.Is(err, lock.ErrDeadlock) && found == nil {
					found = err.(*lock.DeadlockError)
				} else if err != nil {
					t.Error(err)
				}
			}
			if found == nil {
				t.Fatal("no deadlock was found")
			}
			if len(found.Tasks) != n {
				t.Errorf("%d tasks in %v", len(found.Tasks), found)
			}
			for _, d := range found.Tasks {
				if len(d.Holds) != 1 {
					t.Errorf("%s holds %v", d.Name, d.Holds)
				}
				mentions(t, d.Waits, `lock mutex "stick `, "held by philosopher ")
				mentions(t, d.Stack, "lock_test.circle")
			}
			mentions(t, found.Error(), "deadlock", "philosopher 0", "deadlock_test.go:")
		}
	})
}

func TestDeadlockIsAFinding(t *testing.T) {
	checking(t, lock.Report)
	ms := allowed(2)
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		inner := func(a, b *lock.Mutex) func(ctx context.Context) error {
			return func(ctx context.Context) error {
				h, err := a.Lock(ctx)
				if err != nil {
					return err
				}
				defer h.Unlock()
				settle()
				k, err := b.Lock(ctx)
				if err != nil {
					return err
				}
				k.Unlock()
				return nil
			}
		}
		for len(found("deadlock")) == 0 {
			a := skein.Start(g, "a", func(ctx context.Context) (int, error) { return 0, inner(ms[0], ms[1])(ctx) })
			b := skein.Start(g, "b", func(ctx context.Context) (int, error) { return 0, inner(ms[1], ms[0])(ctx) })
			for len(found("deadlock")) == 0 && !(a.State().Ended() && b.State().Ended()) {
				settle()
			}
			a.Stop(errEnough)
			a.Wait(ctx)
			b.Wait(ctx)
		}
		return nil
	}, nil)
	f := found("deadlock")[0]
	mentions(t, f.Sentence, "2 tasks", "a", "b")
	mentions(t, f.Evidence, `"stick 0"`, `"stick 1"`, "it holds", "deadlock_test.go:")
}

// Who holds a lock waits for a task that needs it. If it is the lock that closes the circle, it is
// refused; a join is not, but found.
func TestDeadlockThroughAJoin(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		for _, joinFirst := range []bool{false, true} {
			checking(t, lock.Fail)
			m := lock.Mutex{Name: "joined"}
			var refused error
			start := queue.New[int](nil)
			needy := func(ctx context.Context) error {
				if joinFirst {
					start.Get(ctx)
				}
				k, err := m.Lock(ctx)
				if refused = err; err == nil {
					k.Unlock()
				}
				return nil
			}
			holder := skein.Start(g, "holder", func(ctx context.Context) (none struct{}, err error) {
				h, err := m.Lock(ctx)
				if err != nil {
					return none, err
				}
				defer h.Unlock()
				return none, skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
					middle := g.Go("middle", func(ctx context.Context) error {
						g.Go("needy", needy)
						return nil
					})
					settle()
					return middle.Wait(ctx) // and then Run waits for needy
				}, nil)
			})
			settle()
			start.Put(ctx, 1)
			for len(found("deadlock")) == 0 && !holder.State().Ended() {
				settle()
			}
			holder.Stop(errEnough)
			holder.Wait(ctx)
			if f := found("deadlock"); len(f) > 0 {
				mentions(t, f[0].Evidence, "holder", "needy", "deadlock_test.go:")
			} else if !errors.Is(refused, lock.ErrDeadlock) {
				t.Errorf("needy got %v", refused)
			}
		}
	})
}

// A writer waits for all who read.
func TestDeadlockOfReadersAndWriters(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		c := lock.NewClass("tables")
		lock.Allow(c, c)
		a, b := lock.RWMutex{Name: "a", Class: c}, lock.RWMutex{Name: "b", Class: c}
		other, _ := a.RLock(context.Background()) // reads too, and keeps nobody from being found
		readThenWrite := func(first, second *lock.RWMutex, ready, goOn *queue.Queue[int]) func(ctx context.Context) (int, error) {
			return func(ctx context.Context) (int, error) {
				r, err := first.RLock(ctx)
				if err != nil {
					return 0, err
				}
				defer r.Unlock()
				ready.Put(ctx, 1)
				goOn.Get(ctx)
				w, err := second.Lock(ctx)
				if err == nil {
					w.Unlock()
				}
				return 0, err
			}
		}
		ready, goOn := queue.New[int](nil), queue.New[int](nil)
		x := skein.Start(g, "x", readThenWrite(&a, &b, ready, goOn))
		y := skein.Start(g, "y", readThenWrite(&b, &a, ready, goOn))
		for range 2 {
			ready.Get(ctx)
		}
		for range 2 {
			goOn.Put(ctx, 1)
		}
		settle()
		for !x.State().Ended() && !y.State().Ended() {
			pass()
		}
		other.Unlock()
		_, err1 := x.Join(ctx)
		_, err2 := y.Join(ctx)
		if errors.Is(err1, lock.ErrDeadlock) == errors.Is(err2, lock.ErrDeadlock) {
			t.Errorf("%v and %v", err1, err2)
		}
	})
}

// A deadline above ends the circle: it is not for ever.
func TestDeadlineAboveIsNotReported(t *testing.T) {
	checking(t, lock.Fail)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := skein.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		late := 0
		for _, err := range circle(ctx, 3) {
			if errors.Is(err, context.DeadlineExceeded) {
				late++
			} else if err != nil { // those who were served after all have none
				t.Errorf("got %v", err)
			}
		}
		if late == 0 {
			t.Error("nobody has waited until the deadline")
		}
	})
	quiet(t)
}

// Random tasks that take random locks in the right order, or with Acquire, join each other downwards and
// are stopped: nothing is reported.
func TestCorrectProgramsAreNotReported(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		for seed := range uint64(40) {
			correctProgram(t, ctx, seed)
		}
		quiet(t)
	})
}

func TestCorrectProgramsInABubble(t *testing.T) {
	checking(t, lock.Fail)
	synctest.Test(t, func(t *testing.T) {
		for seed := range uint64(20) {
			correctProgram(t, context.Background(), seed)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
			for seed := range uint64(20) {
				correctProgram(t, ctx, seed)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	quiet(t)
}

func correctProgram(t *testing.T, ctx context.Context, seed uint64) {
	ms := fresh(t, 4)
	rws := make([]lock.RWMutex, 2)
	c := lock.NewClass("tables")
	for i := range rws {
		rws[i].Class = c
	}
	skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		for _, m := range ms { // their age is their order
			must(t, ctx, m).Unlock()
		}
		for i := range rws {
			must(t, ctx, &rws[i]).Unlock()
		}
		for i := range 6 {
			dice := rand.New(rand.NewPCG(seed, uint64(i)))
			skein.Start(g, fmt.Sprint("task ", i), func(ctx context.Context) (int, error) {
				for range 15 {
					if err := correctStep(ctx, g, dice, ms, rws); err != nil && !errors.Is(err, errEnough) {
						t.Error(err)
					}
				}
				return 0, nil
			})
		}
		return nil
	}, nil)
}

func correctStep(ctx context.Context, g *skein.Group, dice *rand.Rand, ms []*lock.Mutex, rws []lock.RWMutex) error {
	switch dice.IntN(4) {
	case 0:
		perm := dice.Perm(len(ms))
		h, err := lock.Acquire(ctx, ms[perm[0]], ms[perm[1]], ms[perm[2]])
		if err != nil {
			return err
		}
		defer h.Unlock()
	case 1: // one after the other, and readers last
		for _, m := range ms {
			if dice.IntN(2) == 0 {
				continue
			}
			h, err := m.Lock(ctx)
			if err != nil {
				return err
			}
			defer h.Unlock()
			if dice.IntN(3) == 0 {
				pass()
			}
		}
		for i := range rws {
			f := rws[i].RLock
			if dice.IntN(4) == 0 {
				f = rws[i].Lock
			}
			h, err := f(ctx)
			if err != nil {
				return err
			}
			defer h.Unlock()
		}
	case 2: // hold nothing and join one who takes locks
		task := skein.Start(g, "kid", func(ctx context.Context) (int, error) {
			h, err := ms[0].Lock(ctx)
			if err == nil {
				pass()
				h.Unlock()
			}
			return 0, err
		})
		if dice.IntN(3) == 0 {
			task.Stop(errEnough)
		}
		return task.Wait(ctx)
	case 3: // hold the first and join one who takes the last
		h, err := ms[0].Lock(ctx)
		if err != nil {
			return err
		}
		defer h.Unlock()
		return skein.Start(g, "kid", func(ctx context.Context) (int, error) {
			h, err := ms[3].Lock(ctx)
			if err == nil {
				h.Unlock()
			}
			return 0, err
		}).Wait(ctx)
	}
	pass()
	return nil
}

// What may end by itself is no certain deadlock: a wait with a context of its own, a lock that a bare
// goroutine holds.
func TestUncertainIsNotReported(t *testing.T) {
	checking(t, lock.Fail)
	skeintest.NoLeaks(t)
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		ms := allowed(2)
		h := must(t, ctx, ms[0])
		other := waiting(g, "other", func(ctx context.Context) error {
			h, err := ms[1].Lock(ctx)
			if err != nil {
				return err
			}
			defer h.Unlock()
			k, err := ms[0].Lock(ctx)
			if err == nil {
				k.Unlock()
			}
			return err
		})
		impatient, cancel := context.WithCancelCause(ctx)
		go func() { settle(); cancel(errEnough) }()
		if _, err := ms[1].Lock(impatient); err != errEnough {
			t.Errorf("with a context of its own: %v", err)
		}
		h.Unlock()
		if err := other.Wait(ctx); err != nil {
			t.Error(err)
		}

		var lent lock.Held
		raw(func() { lent = must(t, ctx, ms[0]) })
		go func() { settle(); lent.Unlock() }()
		must(t, ctx, ms[0]).Unlock() // the task waits for its own context, but not for itself
		return nil
	}, nil)
	quiet(t)
}

func TestDumpNamesWhoHoldsIt(t *testing.T) {
	callersAreKnown(t)
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		m, rw := lock.Mutex{Name: "ledger"}, lock.RWMutex{Name: "table"}
		hs := make(chan lock.Held)
		done := make(chan int)
		g.Go("clerk", func(ctx context.Context) error {
			hs <- must(t, ctx, &m)
			r, _ := rw.RLock(ctx)
			hs <- r
			<-done
			return nil
		})
		h, r := <-hs, <-hs
		waiting(g, "auditor", func(ctx context.Context) error { must(t, ctx, &m).Unlock(); return nil })
		waiting(g, "writer", func(ctx context.Context) error { must(t, ctx, &rw).Unlock(); return nil })
		var b strings.Builder
		skein.Dump(&b)
		mentions(t, b.String(), `waits to lock mutex "ledger", held by clerk`, `waits to lock rwmutex "table" (1 reading), held by clerk`)
		h.Unlock()
		r.Unlock()
		close(done)
		return nil
	}, nil)
}
