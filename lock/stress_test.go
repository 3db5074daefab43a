package lock_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/lock"
	"github.com/skein-go/skein/skeintest"
)

// rounds is ten times n in a soak.
func rounds(n int) int {
	if soak() {
		return 10 * n
	}
	return n
}

// fickle gives a context that ends soon, some time, or has ended.
func fickle(ctx context.Context, n int) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	switch n % 4 {
	case 0:
		go cancel()
	case 1:
		go func() { runtime.Gosched(); cancel() }()
	case 2:
		cancel()
	}
	return ctx, cancel
}

// An account counts who is inside.
type account struct{ readers, writers, entries atomic.Int32 }

func (a *account) enter(t *testing.T, write bool) {
	a.entries.Add(1)
	if write {
		if a.writers.Add(1) != 1 || a.readers.Load() != 0 {
			t.Error("a writer is not alone")
		}
	} else if a.readers.Add(1); a.writers.Load() != 0 {
		t.Error("a reader beside a writer")
	}
}

func (a *account) leave(write bool) {
	if write {
		a.writers.Add(-1)
	} else {
		a.readers.Add(-1)
	}
}

// contend has tasks lock m, and all of ms, with contexts that end at any time.
func contend(t *testing.T, ctx context.Context, tasks, each int, inside *account, ms []*lock.Mutex) {
	skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		for i := range tasks {
			g.Go(fmt.Sprint("task ", i), func(ctx context.Context) error {
				dice := rand.New(rand.NewPCG(uint64(i), 4))
				for n := range each {
					some, cancel := fickle(ctx, n)
					var h lock.Held
					var err error
					if n%3 == 0 {
						h, err = lock.Acquire(some, ms[1], ms[0])
					} else {
						h, err = ms[0].Lock(some)
					}
					if err == nil {
						inside.enter(t, true)
						if dice.IntN(8) == 0 {
							pass()
						}
						inside.leave(true)
						h.Unlock()
					}
					cancel()
				}
				return nil
			})
		}
		return nil
	}, nil)
}

// Being cancelled races with being served: nobody is inside together with another, and no lock is left
// to nobody.
func TestCancelRacesWithService(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var inside account
		ms := fresh(t, 2)
		contend(t, ctx, 5, rounds(10_000), &inside, ms)
		free(t, ctx, ms...)
		if inside.entries.Load() == 0 {
			t.Error("nobody ever got in")
		}
	})
}

func TestGoroutinesAndCoroutinesMixed(t *testing.T) {
	skeintest.NoLeaks(t)
	var inside account
	ms := fresh(t, 2)
	var all sync.WaitGroup
	all.Go(func() { contend(t, context.Background(), 4, rounds(3000), &inside, ms) })
	all.Go(func() {
		err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
			contend(t, ctx, 4, rounds(3000), &inside, ms)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	all.Wait()
	free(t, context.Background(), ms...)
}

// dine has n philosophers eat until there have been so many meals, and returns how many each had.
func dine(ctx context.Context, n, meals int) (each []int, err error) {
	sticks := make([]lock.Mutex, n)
	each = make([]int, n)
	total := lock.Guard("meals", 0)
	err = skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		for i := range n {
			g.Go(fmt.Sprint("philosopher ", i), func(ctx context.Context) error {
				for done := false; !done; {
					h, err := lock.Acquire(ctx, &sticks[i], &sticks[(i+1)%n])
					if err != nil {
						return err
					}
					each[i]++
					pass()
					h.Unlock()
					err = total.With(ctx, func(n *int) error {
						*n++
						done = *n >= meals
						return nil
					})
					if err != nil {
						return err
					}
					pass() // and thinks
				}
				return nil
			})
		}
		return nil
	}, nil)
	return each, err
}

func TestPhilosophersEat(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		each, err := dine(ctx, 5, 2000)
		if err != nil {
			t.Error(err)
		}
		for i, meals := range each {
			if meals == 0 {
				t.Errorf("philosopher %d had %d meals of %v", i, meals, each)
			}
		}
	})
}

func TestSoakPhilosophers(t *testing.T) {
	if !soak() {
		t.Skip("takes a minute; SKEIN_SOAK=1 runs it")
	}
	checking(t, lock.Fail)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
			each, err := dine(ctx, 5, 200_000)
			if err != nil || slices.Min(each) < 5_000 {
				t.Errorf("%v after %v meals", err, each)
			}
		})
	}
}

// Half of them give up at once or soon; a million times.
func TestSoakCancel(t *testing.T) {
	if !soak() {
		t.Skip("a million rounds; SKEIN_SOAK=1 runs it")
	}
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var inside account
		ms := fresh(t, 2)
		contend(t, ctx, 8, 125_000, &inside, ms)
		free(t, ctx, ms...)
	})
}
