package lock_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/lock"
)

func TestManyReadersOrOneWriter(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var rw lock.RWMutex
		r1, _ := rw.RLock(ctx)
		reader := skein.Start(g, "reader", func(ctx context.Context) (lock.Held, error) { return rw.RLock(ctx) })
		r2, err := reader.Join(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := rw.TryLock(ctx); ok {
			t.Error("a writer among readers")
		}
		wrote := false
		writer := waiting(g, "writer", func(ctx context.Context) error {
			h, err := rw.Lock(ctx)
			if err == nil {
				wrote = true
				h.Unlock()
			}
			return err
		})
		late := waiting(g, "late reader", func(ctx context.Context) error {
			h, err := rw.RLock(ctx)
			if err == nil {
				if !wrote {
					t.Error("a reader passed a writer that waits")
				}
				h.Unlock()
			}
			return err
		})
		if _, ok := rw.TryRLock(ctx); ok {
			t.Error("TryRLock passed a writer that waits")
		}
		r1.Unlock()
		r2.Unlock()
		for _, task := range []*skein.Task[struct{}]{writer, late} {
			if err := task.Wait(ctx); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestWriterThatGivesUpLetsReadersIn(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var rw lock.RWMutex
		r, _ := rw.RLock(ctx)
		write := func(ctx context.Context) error { _, err := rw.Lock(ctx); return err }
		writers := []*skein.Task[struct{}]{waiting(g, "writer", write), waiting(g, "writer", write)}
		var readers []*skein.Task[struct{}]
		for range 3 {
			readers = append(readers, waiting(g, "reader", func(ctx context.Context) error {
				h, err := rw.RLock(ctx)
				if err == nil {
					defer h.Unlock()
					pass()
				}
				return err
			}))
		}
		writers[0].Stop(errEnough)
		writers[0].Wait(ctx)
		settle()
		if _, ok := rw.TryRLock(ctx); ok {
			t.Error("the second writer holds back nobody")
		}
		writers[1].Stop(errEnough)
		if err := writers[1].Wait(ctx); !errors.Is(err, errEnough) {
			t.Error(err)
		}
		for _, task := range readers {
			if err := task.Wait(ctx); err != nil {
				t.Error(err)
			}
		}
		r.Unlock()
		must(t, ctx, &rw).Unlock()
	})
}

func TestReadersAndWritersTakeTurns(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var rw lock.RWMutex
		w := must(t, ctx, &rw)
		var order string // guarded by rw and by waiting one for another
		var tasks []*skein.Task[struct{}]
		write := func(ctx context.Context) error {
			h, err := rw.Lock(ctx)
			if err == nil {
				order += "w"
				h.Unlock()
			}
			return err
		}
		read := func(ctx context.Context) error {
			h, err := rw.RLock(ctx)
			if err == nil {
				defer h.Unlock()
				settle()
			}
			return err
		}
		for _, f := range []func(context.Context) error{write, read, write, read} {
			tasks = append(tasks, waiting(g, "task", f))
		}
		w.Unlock() // both readers, then the writers
		for _, task := range tasks {
			if err := task.Wait(ctx); err != nil {
				t.Error(err)
			}
		}
		if order != "ww" {
			t.Errorf("order %q", order)
		}
	})
}

func TestReadLockAgainWithTheContextOfItsHeld(t *testing.T) {
	checking(t, lock.Fail)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var rw lock.RWMutex
		for _, f := range []func(context.Context) (lock.Held, error){rw.Lock, rw.RLock} {
			h, err := f(ctx)
			if err != nil {
				t.Fatal(err)
			}
			k, err := rw.RLock(h.Context())
			if err != nil {
				t.Fatal(err)
			}
			k.Unlock()
			raw(func() {
				if _, ok := rw.TryLock(ctx); ok {
					t.Error("given back too early")
				}
			})
			h.HandOver().Unlock()
		}
		must(t, ctx, &rw).Unlock()
	})
}

// The model is two counters.
type rwModel struct{ readers, writers int }

// Random calls that do not wait, on a RWMutex and on the model, agree.
func TestRWMutexAgainstAModel(t *testing.T) {
	for seed := range uint64(200) {
		dice := rand.New(rand.NewPCG(seed, 2))
		var rw lock.RWMutex
		var m rwModel
		var read, written []lock.Held
		ctx, ended := context.Background(), cancelled(context.Background())
		for step := range 300 {
			var got, want bool
			switch dice.IntN(6) {
			case 0:
				h, ok := rw.TryLock(ctx)
				if got, want = ok, m.readers+m.writers == 0; ok {
					written = append(written, h)
					m.writers++
				}
			case 1, 2:
				h, ok := rw.TryRLock(ctx)
				if got, want = ok, m.writers == 0; ok {
					read = append(read, h)
					m.readers++
				}
			case 3, 4:
				if n := len(read); n > 0 {
					i := dice.IntN(n)
					read[i].Unlock()
					read = append(read[:i], read[i+1:]...)
					m.readers--
				} else if len(written) > 0 {
					written[0].Unlock()
					written = nil
					m.writers--
				}
			case 5:
				_, err := rw.Lock(ended)
				got, want = err == nil, false
			}
			if got != want {
				t.Fatalf("seed %d, step %d: got %v with %+v", seed, step, got, m)
			}
		}
	}
}

// Tasks that read, write and give up at random: never a writer beside anybody else.
func TestRWMutexKeepsItsPromise(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var rw lock.RWMutex
		var inside account
		var tasks []*skein.Task[struct{}]
		for i := range 6 {
			tasks = append(tasks, g.Go(fmt.Sprint("task ", i), func(ctx context.Context) error {
				dice := rand.New(rand.NewPCG(uint64(i), 3))
				for n := range rounds(2000) {
					some, cancel := fickle(ctx, n)
					write := dice.IntN(3) == 0
					f := rw.RLock
					if write {
						f = rw.Lock
					}
					if h, err := f(some); err == nil {
						inside.enter(t, write)
						if n%5 == 0 {
							pass()
						}
						inside.leave(write)
						h.Unlock()
					}
					cancel()
				}
				return nil
			}))
		}
		for _, task := range tasks {
			task.Wait(ctx)
		}
		must(t, ctx, &rw).Unlock()
	})
}
