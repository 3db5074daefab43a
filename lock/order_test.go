package lock_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/lock"
	"github.com/skein-go/skein/work"
)

// refused checks that err is an OrderError and returns it.
func refused(t *testing.T, err error) *lock.OrderError {
	t.Helper()
	e, ok := errors.AsType[*lock.OrderError](err)
	if !ok {
		t.Fatalf("got %v, want an OrderError", err)
	}
	return e
}

// fresh are mutexes of classes of their own.
func fresh(t *testing.T, n int) []*lock.Mutex {
	var ms []*lock.Mutex
	for i := range n {
		name := fmt.Sprintf("%s %d", t.Name(), i)
		ms = append(ms, &lock.Mutex{Name: name, Class: lock.NewClass(name)})
	}
	return ms
}

func TestInversionIsRefusedInOneTask(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := fresh(t, 2)
		if err := nested(ctx, m[0], m[1]); err != nil {
			t.Fatal(err)
		}
		e := refused(t, nested(ctx, m[1], m[0]))
		if len(e.Order) != 1 || e.Want != fmt.Sprintf("%q", m[0].Name) || e.Held != fmt.Sprintf("%q", m[1].Name) {
			t.Errorf("%+v", e)
		}
		mentions(t, e.Error(), "wrong order", m[0].Name, m[1].Name, "lock_test.nested", "helpers_test.go")
		refused(t, nested(ctx, m[1], m[0])) // every time
		if err := nested(ctx, m[0], m[1]); err != nil {
			t.Error(err)
		}
	})
}

func TestInversionIsReportedOnceAndGoesOn(t *testing.T) {
	checking(t, lock.Report)
	m := fresh(t, 2)
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		for range 3 {
			for _, err := range []error{nested(ctx, m[0], m[1]), nested(ctx, m[1], m[0])} {
				if err != nil {
					t.Error(err)
				}
			}
		}
		return nil
	}, nil)
	list := found("lock order")
	if len(list) != 1 || list[0].Count != 1 {
		t.Fatalf("findings: %v", list)
	}
	mentions(t, list[0].Where, "lock_test.nested")
	mentions(t, list[0].Evidence, "nested", m[0].Name)
}

// Of three edges none is the reverse of another: github.com/sasha-s/go-deadlock 0.3.9, which
// compares pairs, reports nothing.
func TestInversionThroughThreeIsRefused(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := fresh(t, 3)
		for i := range 2 {
			if err := nested(ctx, m[i], m[i+1]); err != nil {
				t.Fatal(err)
			}
		}
		e := refused(t, nested(ctx, m[2], m[0]))
		if len(e.Order) != 2 || e.Order[0].From != m[0].Name || e.Order[1].To != m[2].Name {
			t.Errorf("%+v", e.Order)
		}
		for _, edge := range e.Order {
			mentions(t, edge.Stack, "lock_test.nested", "TestInversionThroughThreeIsRefused")
		}
		mentions(t, e.Stack, "lock_test.nested")
	})
}

// An account has two locks. Ten of them are used, each in one order only: go-deadlock, which knows
// instances and no classes, reports nothing.
func TestInversionBetweenClassesIsRefused(t *testing.T) {
	checking(t, lock.Fail)
	type account struct{ money, history lock.Mutex }
	money, history := lock.NewClass("money"), lock.NewClass("history")
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		for i := range 10 {
			a := &account{money: lock.Mutex{Class: money}, history: lock.Mutex{Class: history}}
			first, second := &a.money, &a.history
			if i%2 == 1 {
				first, second = second, first
			}
			err := nested(ctx, first, second)
			if wrong := i%2 == 1; wrong != (err != nil) {
				t.Errorf("account %d: %v", i, err)
			}
		}
		return nil
	}, nil)
}

func TestNamesMakeClasses(t *testing.T) {
	checking(t, lock.Fail)
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		if err := nested(ctx, &lock.Mutex{Name: "class a"}, &lock.Mutex{Name: "class b"}); err != nil {
			t.Error(err)
		}
		refused(t, nested(ctx, &lock.Mutex{Name: "class b"}, &lock.Mutex{Name: "class a"}))
		return nil
	}, nil)
}

func TestLinesMakeClasses(t *testing.T) {
	checking(t, lock.Fail)
	inOrder := func(ctx context.Context, a, b *lock.Mutex) error { return nested(ctx, a, b) }
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		var a, b lock.Mutex
		must(t, ctx, &a).Unlock()
		h, _ := b.Lock(ctx)
		h.Unlock()
		if err := inOrder(ctx, &a, &b); err != nil {
			t.Error(err)
		}
		e := refused(t, inOrder(ctx, &b, &a))
		mentions(t, e.Want, "helpers_test.go:")
		mentions(t, e.Held, "order_test.go:")
		return nil
	}, nil)
}

func TestWithinAClassTheOlderComesFirst(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		c := lock.NewClass("sticks")
		a, b := lock.Mutex{Class: c}, lock.Mutex{Class: c}
		if err := nested(ctx, &a, &b); err != nil {
			t.Fatal(err)
		}
		mentions(t, refused(t, nested(ctx, &b, &a)).Error(), "older", "sticks #")
		lock.Allow(c, c)
		if err := nested(ctx, &b, &a); err != nil {
			t.Error(err)
		}
	})
}

func TestAllowedPairs(t *testing.T) {
	checking(t, lock.Fail)
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		m := fresh(t, 2)
		lock.Allow(m[1].Class, m[0].Class)
		for _, err := range []error{nested(ctx, m[0], m[1]), nested(ctx, m[1], m[0]), nested(ctx, m[0], m[1])} {
			if err != nil {
				t.Error(err)
			}
		}
		return nil
	}, nil)
}

func TestOffLooksForNothing(t *testing.T) {
	checking(t, lock.Off)
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		m := fresh(t, 2)
		for _, err := range []error{nested(ctx, m[0], m[1]), nested(ctx, m[1], m[0])} {
			if err != nil {
				t.Error(err)
			}
		}
		return nil
	}, nil)
	quiet(t)
}

func TestTryLockTeachesNothing(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := fresh(t, 2)
		h := must(t, ctx, m[0])
		k, ok := m[1].TryLock(ctx)
		if !ok {
			t.Fatal("TryLock of a free lock")
		}
		h.Unlock()
		if _, err := m[0].Lock(ctx); err != nil { // what it tried for counts as held
			t.Error(err)
		}
		k.Unlock()
		h, _ = m[1].TryLock(ctx)
		refused(t, nested(ctx, m[0], m[0]))
		h.Unlock()
	})
}

func TestLockedAgainIsRefused(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := fresh(t, 1)[0]
		h := must(t, ctx, m)
		_, err := m.Lock(ctx)
		mentions(t, refused(t, err).Error(), "the same lock")
		h.Unlock()
		var rw lock.RWMutex
		r, _ := rw.RLock(ctx)
		_, err = rw.RLock(ctx)
		refused(t, err)
		_, err = rw.Lock(r.Context())
		mentions(t, refused(t, err).Error(), "to read")
		r.Unlock()
		must(t, ctx, &rw).Unlock()
	})
}

func TestReadersAreOrderedToo(t *testing.T) {
	checking(t, lock.Fail)
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		a, b := lock.RWMutex{Name: "read a"}, lock.RWMutex{Name: "read b"}
		h, _ := a.RLock(ctx)
		k, err := b.RLock(ctx)
		if err != nil {
			t.Fatal(err)
		}
		k.Unlock()
		h.Unlock()
		h, _ = b.RLock(ctx)
		_, err = a.RLock(ctx)
		refused(t, err)
		h.Unlock()
		return nil
	}, nil)
}

// Two goroutines use the context of one task. What one holds is not what the other holds.
func TestGoroutinesThatShareAContextTeachNothing(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := fresh(t, 2)
		h := must(t, ctx, m[0])
		raw(func() {
			k, err := m[1].Lock(ctx)
			if err != nil {
				t.Error(err)
				return
			}
			k.Unlock()
		})
		h.Unlock()
		if err := nested(ctx, m[1], m[0]); err != nil {
			t.Error(err)
		}
		raw(func() { // and what it does itself cannot be told from what others do
			if err := nested(ctx, m[0], m[1]); err != nil {
				t.Error(err)
			}
		})
	})
}

// On a loop it is known who calls, whatever the context is.
func TestCoroutinesAreKnownWithoutTheirContext(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		if rt.Executing() == nil {
			t.Skip("goroutines are not")
		}
		m := fresh(t, 2)
		if err := nested(context.Background(), m[0], m[1]); err != nil {
			t.Error(err)
		}
		refused(t, nested(ctx, m[1], m[0]))
	})
}

// A task uses the context of another one, which holds a lock.
func TestBorrowedContextsTeachNothing(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := fresh(t, 2)
		h := must(t, ctx, m[0])
		borrower := skein.Start(g, "borrower", func(context.Context) (int, error) {
			k, err := m[1].Lock(ctx)
			if err == nil {
				k.Unlock()
			}
			return 0, err
		})
		if err := borrower.Wait(ctx); err != nil {
			t.Error(err)
		}
		h.Unlock()
		if err := nested(ctx, m[1], m[0]); err != nil {
			t.Error(err)
		}
	})
}

func TestRunsSeeWhatTheirCallerHolds(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := fresh(t, 2)
		h := must(t, ctx, m[0])
		skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
				must(t, ctx, m[1]).Unlock()
				_, err := m[0].Lock(ctx)
				refused(t, err)
				return nil
			}, nil)
		}, nil)
		h.Unlock()
		refused(t, nested(ctx, m[1], m[0]))
	})
}

func TestJobsRunInlineSeeWhatTheirCallerHolds(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := fresh(t, 2)
		job := work.Wrap("job", func(ctx context.Context, _ int) (int, error) {
			h, err := m[1].Lock(ctx)
			if err == nil {
				h.Unlock()
			}
			return 0, err
		})
		h := must(t, ctx, m[0])
		if _, err := job.Submit(ctx, work.Inline, 0).Join(ctx); err != nil {
			t.Error(err)
		}
		h.Unlock()
		refused(t, nested(ctx, m[1], m[0]))
	})
}

// A task's locks are still known as its own after its context was derived from, and when its stack
// has moved.
func TestDerivedContextsAndGrownStacks(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := fresh(t, 2)
		if err := nested(ctx, m[0], m[1]); err != nil {
			t.Fatal(err)
		}
		h := must(t, context.WithoutCancel(ctx), m[1])
		derived, cancel := context.WithCancel(ctx)
		defer cancel()
		deep(200, func() {
			_, err := m[0].Lock(derived)
			refused(t, err)
		})
		h.Unlock()
	})
}

func deep(n int, f func()) {
	var pad [1 << 10]byte
	if n > 0 {
		deep(n-1, f)
	} else {
		f()
	}
	_ = pad[n]
}
