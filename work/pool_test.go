package work_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/skeintest"
	"github.com/skein-go/skein/work"
)

// CPython's executor and workerpool queue without bound.
func TestBoundedQueueHoldsTheSubmitterBack(t *testing.T) {
	const width, queue = 3, 5
	inPool(t, work.PoolOptions{Width: width, Queue: queue}, func(ctx context.Context, p *work.Pool) {
		gates := make([]*gate, width)
		for i := range gates {
			gates[i] = occupy(ctx, p)
		}
		accepted := 0
		for p.TryGo(nil2) == nil {
			accepted++
		}
		if accepted != queue || p.Len() != queue {
			t.Errorf("%d accepted beside the running, %d wait; want %d", accepted, p.Len(), queue)
		}
		if err := p.TryGo(nil2); !errors.Is(err, work.ErrFull) {
			t.Errorf("TryGo: %v", err)
		}
		for _, g := range gates {
			g.release()
		}
	})
}

// errgroup needs a slot a task; pond.Go loses count under stress of stops.
func TestAMillionFunctions(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 50_000
	}
	inPool(t, work.PoolOptions{Width: 4, Queue: 1024}, func(ctx context.Context, p *work.Pool) {
		var ran atomic.Int64
		f := func(context.Context) error { ran.Add(1); return nil }
		for range n {
			if err := p.Go(ctx, f); err != nil {
				t.Fatal(err)
			}
		}
		p.Close(ctx)
		if ran.Load() != int64(n) {
			t.Errorf("%d of %d ran", ran.Load(), n)
		}
	})
}

// pond's workers die at once, workerpool's one every 2 s, ants leaks its purger.
func TestIdleWorkersExpire(t *testing.T) {
	for _, queue := range []int{0, 1, 4} {
		t.Run(fmt.Sprint("queue ", queue), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				skeintest.NoLeaks(t)
				const idle = 10 * time.Second
				p := work.NewPool(t.Context(), &work.PoolOptions{Width: 8, Queue: queue, Idle: idle})
				burst := func() {
					for range 8 {
						p.Go(t.Context(), func(ctx context.Context) error { return skein.Sleep(ctx, time.Second) })
					}
					time.Sleep(2 * time.Second)
				}
				burst()
				if p.Workers() != 8 {
					t.Errorf("%d workers after a burst", p.Workers())
				}
				time.Sleep(idle / 2)
				if p.Workers() != 8 {
					t.Errorf("%d workers too soon", p.Workers())
				}
				time.Sleep(2 * idle)
				synctest.Wait()
				if p.Workers() != 0 || p.Len() != 0 {
					t.Errorf("%d workers, %d waiting after 2½ × Idle", p.Workers(), p.Len())
				}
				burst()
				if p.Workers() != 8 {
					t.Errorf("%d workers after a second burst", p.Workers())
				}
				p.Close(t.Context())
			})
		})
	}
}

// A worker that is used stays, while the others go.
func TestBusyWorkerDoesNotExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := work.NewPool(t.Context(), &work.PoolOptions{Width: 4, Idle: time.Second})
		long := func(ctx context.Context) error { return skein.Sleep(ctx, time.Minute) }
		p.Go(t.Context(), long)
		p.Go(t.Context(), nil2)
		time.Sleep(30 * time.Second)
		if p.Workers() != 1 {
			t.Errorf("%d workers", p.Workers())
		}
		p.Close(t.Context())
	})
}

func TestIdleNever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := work.NewPool(t.Context(), &work.PoolOptions{Width: 2, Idle: -1})
		p.Go(t.Context(), nil2)
		time.Sleep(time.Hour)
		if p.Workers() != 1 {
			t.Errorf("%d workers", p.Workers())
		}
		p.Close(t.Context())
	})
}

// errgroup.SetLimit panics while tasks run.
func TestResizeWiderBeginsWhatWaits(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 1}, func(ctx context.Context, p *work.Pool) {
		a, b, c := newGate(ctx), newGate(ctx), newGate(ctx)
		for _, g := range []*gate{a, b, c} {
			p.Go(ctx, g.pass)
		}
		a.reached(ctx)
		p.Resize(3)
		b.reached(ctx)
		c.reached(ctx)
		for _, g := range []*gate{a, b, c} {
			g.release()
		}
	})
}

func TestResizeNarrower(t *testing.T) {
	for _, queue := range []int{0, 1} {
		for _, byPriority := range []bool{false, true} {
			inPool(t, work.PoolOptions{Width: 8, Queue: queue, ByPriority: byPriority}, func(ctx context.Context, p *work.Pool) {
				var gates []*gate
				for range 8 {
					gates = append(gates, occupy(ctx, p))
				}
				for _, g := range gates[:6] { // six idle, two busy
					g.release()
				}
				p.Resize(2)
				gates[6].release()
				var m meter
				count := work.Wrap("count", func(context.Context, int) (int, error) {
					m.enter()
					defer m.leave()
					runtime.Gosched()
					return 0, nil
				})
				gates[7].release()
				for p.Workers() > 2 {
					runtime.Gosched()
				}
				urgent := work.With(p, &work.Options{Priority: 9})
				for range 200 {
					count.Submit(ctx, urgent, 0)
				}
				p.Close(ctx)
				if m.most.Load() > 2 {
					t.Errorf("queue %d: %d ran at a time", queue, m.most.Load())
				}
			})
		}
	}
}

// A meter counts how many are inside, and how many were at most.
type meter struct{ now, most atomic.Int32 }

func (m *meter) enter() {
	n := m.now.Add(1)
	for {
		most := m.most.Load()
		if n <= most || m.most.CompareAndSwap(most, n) {
			return
		}
	}
}

func (m *meter) leave() { m.now.Add(-1) }

func TestResizeUnderLoad(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 4, Queue: 8}, func(ctx context.Context, p *work.Pool) {
		var m meter
		var ran atomic.Int32
		for i := range 5000 {
			p.Go(ctx, func(context.Context) error {
				m.enter()
				defer m.leave()
				ran.Add(1)
				return nil
			})
			if i%50 == 0 {
				p.Resize(1 + i/50%8)
			}
		}
		p.Close(ctx)
		if ran.Load() != 5000 || m.most.Load() > 8 {
			t.Errorf("%d ran, %d at a time", ran.Load(), m.most.Load())
		}
	})
}

func TestCloseOfAnIdlePoolStopsItsTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		skeintest.NoLeaks(t)
		p := work.NewPool(t.Context(), nil)
		p.Go(t.Context(), nil2)
		synctest.Wait()
		for range 2 {
			if err := p.Close(t.Context()); err != nil || p.Workers() != 0 {
				t.Errorf("%v, %d workers", err, p.Workers())
			}
		}
	})
}

func TestPoolMisuse(t *testing.T) {
	p := work.NewPool(t.Context(), nil)
	defer p.Close(t.Context())
	for name, f := range map[string]func(){
		"negative width": func() { work.NewPool(t.Context(), &work.PoolOptions{Width: -1}) },
		"negative queue": func() { work.NewPool(t.Context(), &work.PoolOptions{Queue: -1}) },
		"Resize(0)":      func() { p.Resize(0) },
		"nil function":   func() { p.Go(t.Context(), nil) },
		"nil Wrap":       func() { work.Wrap[int, int]("x", nil) },
		"negative retry": func() { work.With(p, &work.Options{Retry: -1}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

// Nothing is kept alive by a task that was run: its argument least of all.
func TestTaskDoesNotKeepItsArgument(t *testing.T) {
	inPool(t, work.PoolOptions{}, func(ctx context.Context, p *work.Pool) {
		big := work.Wrap("big", func(_ context.Context, b *[1 << 20]byte) (int, error) { return len(b), nil })
		var freed atomic.Bool
		task := func() *skein.Task[int] {
			b := new([1 << 20]byte)
			runtime.AddCleanup(b, func(int) { freed.Store(true) }, 0)
			return big.Submit(ctx, p, b)
		}()
		task.Wait(ctx)
		for i := 0; !freed.Load() && i < 1000; i++ {
			runtime.GC()
			runtime.Gosched()
		}
		if !freed.Load() {
			t.Error("the argument is still alive")
		}
		runtime.KeepAlive(task)
	})
}
