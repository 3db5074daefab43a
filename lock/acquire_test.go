package lock_test

import (
	"context"
	"errors"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/lock"
)

func free(t *testing.T, ctx context.Context, ms ...*lock.Mutex) {
	t.Helper()
	for _, m := range ms {
		h, ok := m.TryLock(ctx)
		if !ok {
			t.Errorf("%q is left locked", m.Name)
			continue
		}
		h.Unlock()
	}
}

func TestAcquireInAnyOrder(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := fresh(t, 6) // more than fit into one allocation
		var tasks []*skein.Task[struct{}]
		n := 0
		for i := range 6 {
			tasks = append(tasks, g.Go("taker", func(ctx context.Context) error {
				for j := range 50 {
					ms := append(append([]*lock.Mutex(nil), m[(i+j)%6:]...), m[:(i+j)%6]...)
					h, err := lock.Acquire(ctx, ms...)
					if err != nil {
						return err
					}
					n++
					pass()
					h.Unlock()
				}
				return nil
			}))
		}
		for _, task := range tasks {
			if err := task.Wait(ctx); err != nil {
				t.Error(err)
			}
		}
		if n != 300 {
			t.Errorf("%d of 300", n)
		}
		free(t, ctx, m...)
	})
}

func TestAcquireOfNothingAndTwice(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		h, err := lock.Acquire(ctx)
		if err != nil {
			t.Error(err)
		}
		h.Unlock()
		m := fresh(t, 2)
		if _, err := lock.Acquire(ctx, m[0], m[1], m[0]); err != lock.ErrTwice {
			t.Errorf("got %v", err)
		}
		free(t, ctx, m...)
		h, _ = lock.Acquire(ctx, m...)
		h.Unlock()
		mentions(t, panics(h.Unlock), m[1].Name)
	})
}

// Row 5b: in every run, in one task, whatever the policy is.
func TestNestedAcquireAgainstTheOrder(t *testing.T) {
	for _, p := range []lock.Policy{lock.Off, lock.Report, lock.Fail} {
		checking(t, p)
		both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
			m := fresh(t, 3)
			h, err := lock.Acquire(ctx, m[0], m[1], m[2])
			if err != nil {
				t.Fatal(err)
			}
			h.Unlock()
			h, err = lock.Acquire(ctx, m[1])
			if err != nil {
				t.Fatal(err)
			}
			for _, ms := range [][]*lock.Mutex{{m[0]}, {m[2], m[0]}, {m[1]}, {m[2], m[1]}} {
				_, err := lock.Acquire(ctx, ms...)
				mentions(t, refused(t, err).Error(), "TestNestedAcquireAgainstTheOrder")
			}
			k, err := lock.Acquire(ctx, m[2])
			if err != nil {
				t.Error(err)
			}
			k.Unlock()
			h.Unlock()
			h = must(t, ctx, m[2]) // held in another way
			_, err = lock.Acquire(ctx, m[0], m[1])
			refused(t, err)
			h.Unlock()
			free(t, ctx, m...)
		})
	}
}

func TestNestedAcquireOutsideEveryTask(t *testing.T) {
	m := fresh(t, 2)
	h, _ := lock.Acquire(context.Background(), m...)
	h.Unlock()
	h, _ = lock.Acquire(context.Background(), m[1])
	_, err := lock.Acquire(h.Context(), m[0])
	refused(t, err)
	h.Unlock()
	k, err := lock.Acquire(h.Context(), m[0]) // it is not held any more
	if err != nil {
		t.Error(err)
	}
	k.Unlock()
}

// Whichever of the locks it waits for when it is stopped, it holds none afterwards.
func TestStoppedAtEveryStepOfAcquire(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		m := fresh(t, 5)
		h, _ := lock.Acquire(ctx, m...)
		h.Unlock()
		for i := range m {
			h := must(t, ctx, m[i])
			task := waiting(g, "stopped", func(ctx context.Context) error {
				_, err := lock.Acquire(ctx, m...)
				return err
			})
			for j := range m {
				if k, ok := m[j].TryLock(ctx); ok != (j > i) {
					t.Errorf("waiting for %d: %d is free: %v", i, j, ok)
				} else if ok {
					k.Unlock()
				}
			}
			task.Stop(errEnough)
			if err := task.Wait(ctx); !errors.Is(err, errEnough) {
				t.Errorf("step %d: %v", i, err)
			}
			h.Unlock()
			free(t, ctx, m...)
		}
	})
}
