package poll_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/poll"
	"github.com/skein-go/skein/queue"
	"github.com/skein-go/skein/skeintest"
)

func TestItemsReachTheirHandlers(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		numbers, words := queue.New[int](nil), queue.New[string](nil)
		var got []any
		poll.Queue(p, numbers, func(v int) { got = append(got, v) })
		poll.Queue(p, words, func(v string) { got = append(got, v) })
		done := waiting(g, func(ctx context.Context) error {
			for range 3 {
				if err := p.Wait(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		fill(numbers, 1)
		fill(words, "a")
		fill(numbers, 2)
		if err := done.Wait(ctx); err != nil || fmt.Sprint(got) != "[1 a 2]" {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestReadyOnesTakeTurns(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		var got []string
		for _, name := range []string{"a", "b", "c"} {
			q := queue.New[int](nil)
			fill(q, 1, 2, 3)
			poll.Queue(p, q, func(v int) { got = append(got, fmt.Sprint(name, v)) })
		}
		waits(t, ctx, p, 4)
		late := queue.New[int](nil)
		poll.Queue(p, late, func(v int) { got = append(got, "late") })
		fill(late, 1)
		waits(t, ctx, p, 6)
		if want := "a1 b1 c1 a2 b2 c2 a3 late b3 c3"; strings.Join(got, " ") != want {
			t.Errorf("got %v, want %s", got, want)
		}
	})
}

// A queue that never gets empty does not hold up others.
func TestBusyQueueStarvesNobody(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		busy, rare := queue.New[int](nil), queue.New[int](nil)
		calls := 0
		poll.Queue(p, busy, func(v int) { calls++; fill(busy, v) })
		poll.Queue(p, rare, func(int) { p.Close() })
		fill(busy, 1)
		waits(t, ctx, p, 100)
		fill(rare, 1)
		if err := p.Run(ctx); err != nil || calls > 101 {
			t.Errorf("%d calls, %v", calls, err)
		}
	})
}

// The order of calls is that of a list to which a queue is added when it gets its first item, taken off
// when it is empty, and moved to the end when it was served.
func TestOrderAgainstModel(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		const n = 5
		for seed := range uint64(200) {
			rnd := rand.New(rand.NewPCG(seed, 0))
			p := poll.New(ctx, nil)
			var got, want []string
			var qs [n]*queue.Queue[int]
			var regs [n]*poll.Registration
			var items [n][]int
			var list []int
			register := func(i int) {
				regs[i] = poll.Queue(p, qs[i], func(v int) { got = append(got, fmt.Sprint(i, ":", v)) })
				if len(items[i]) > 0 {
					list = append(list, i)
				}
			}
			off := func(i int) { list = slices.DeleteFunc(list, func(x int) bool { return x == i }) }
			for i := range qs {
				qs[i] = queue.New[int](nil)
				register(i)
			}
			for step := range 200 {
				i := rnd.IntN(n)
				switch op := rnd.IntN(10); {
				case op < 4:
					fill(qs[i], step)
					if items[i] = append(items[i], step); len(items[i]) == 1 {
						list = append(list, i)
					}
				case op < 6:
					if _, err := qs[i].TryGet(); err == nil {
						if items[i] = items[i][1:]; len(items[i]) == 0 {
							off(i)
						}
					}
				case op < 7:
					regs[i].Remove()
					off(i)
					register(i)
				case len(list) > 0:
					waits(t, ctx, p, 1)
					i, list = list[0], list[1:]
					want = append(want, fmt.Sprint(i, ":", items[i][0]))
					if items[i] = items[i][1:]; len(items[i]) > 0 {
						list = append(list, i)
					}
				}
			}
			p.Close()
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d: got %v\nwant %v", seed, got, want)
			}
		}
	})
}

func TestStolenItemIsNoCall(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		q := queue.New[int](nil)
		var got []int
		poll.Queue(p, q, func(v int) { got = append(got, v) })
		task := waiting(g, p.Wait)
		fill(q, 1)
		if _, err := q.TryGet(); err != nil {
			task.Wait(ctx) // on goroutines the waiter may have been faster
			return
		}
		pass()
		if task.State().Ended() {
			t.Error("Wait has returned")
		}
		fill(q, 2)
		if err := task.Wait(ctx); err != nil || !slices.Equal(got, []int{2}) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestCancelledWaitRunsNothing(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		q := queue.New[int](nil)
		poll.Queue(p, q, func(int) { t.Error("the handler ran") })
		var cancel context.CancelCauseFunc
		task := waiting(g, func(ctx context.Context) error {
			ctx, cancel = context.WithCancelCause(ctx)
			return p.Wait(ctx)
		})
		cancel(errEnough)
		if err := task.Wait(ctx); !errors.Is(err, errEnough) {
			t.Errorf("Wait gave %v", err)
		}
		fill(q, 1)
		if err := p.Wait(cancelled(ctx)); !errors.Is(err, errEnough) {
			t.Errorf("Wait gave %v", err)
		}
		if err := p.Run(cancelled(ctx)); !errors.Is(err, errEnough) {
			t.Errorf("Run gave %v", err)
		}
		if v, err := q.TryGet(); v != 1 || err != nil {
			t.Errorf("the item is gone: %v", err)
		}
		stopped := waiting(g, p.Wait)
		stopped.Stop(errEnough)
		if err := stopped.Wait(ctx); !errors.Is(err, errEnough) {
			t.Errorf("a stopped Wait gave %v", err)
		}
	})
}

func TestClosedQueueEndsItsRegistration(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		q, silent := queue.New[int](nil), queue.New[int](nil)
		fill(q, 1)
		q.Close()
		var got []any
		r := poll.Queue(p, q, func(v int) { got = append(got, v) })
		if r.OnEnd(func(err error) { got = append(got, err) }) != r {
			t.Error("OnEnd returns another registration")
		}
		waits(t, ctx, p, 2)
		if len(got) != 2 || got[0] != 1 || got[1] != queue.ErrClosed {
			t.Errorf("got %v", got)
		}
		poll.Queue(p, silent, func(int) {})
		silent.Close()
		if !idle(p) {
			t.Error("an end that nobody wants to hear of counts as a handler")
		}
		r.OnEnd(func(err error) { got = append(got, "again", err) })
		if len(got) != 4 || got[3] != queue.ErrClosed {
			t.Errorf("got %v", got)
		}
	})
}

// What was leased may come back into a closed queue, so that is not the end.
func TestClosedQueueWithLease(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		q := queue.New[int](nil)
		fill(q, 1, 2)
		one, _ := q.GetLease(ctx)
		var got []any
		poll.Queue(p, q, func(v int) { got = append(got, v) }).OnEnd(func(err error) { got = append(got, err) })
		q.Close()
		two, _ := q.GetLease(ctx)
		if !idle(p) {
			t.Fatal("it is ready")
		}
		one.GiveBack()
		waits(t, ctx, p, 1)
		if !idle(p) {
			t.Fatal("it is ready")
		}
		two.Finish()
		waits(t, ctx, p, 1)
		if len(got) != 2 || got[0] != 1 || got[1] != queue.ErrClosed {
			t.Errorf("got %v", got)
		}
	})
}

// A queue may be registered with several pollers, and twice with one.
func TestQueueRegisteredOften(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p, other := poll.New(ctx, nil), poll.New(ctx, nil)
		q := queue.New[int](nil)
		var got []int
		take := func(v int) { got = append(got, v) }
		r := poll.Queue(p, q, take)
		poll.Queue(p, q, take)
		poll.Queue(other, q, take)
		fill(q, 1, 2, 3, 4)
		waits(t, ctx, p, 2)
		waits(t, ctx, other, 1)
		r.Remove()
		waits(t, ctx, p, 1)
		if !idle(p) || !idle(other) || !slices.Equal(got, []int{1, 2, 3, 4}) {
			t.Errorf("got %v", got)
		}
	})
}

func TestRemoveFromHandlers(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		one, two := queue.New[int](nil), queue.New[int](nil)
		fill(one, 1, 2)
		fill(two, 1)
		calls := 0
		var r1, r2 *poll.Registration
		r1 = poll.Queue(p, one, func(int) {
			calls++
			r1.Remove() // itself, and another that is ready
			r2.Remove()
			r1.Remove()
		})
		r1.OnEnd(func(error) { t.Error("Remove calls OnEnd") })
		r2 = poll.Queue(p, two, func(int) { t.Error("called after Remove") })
		waits(t, ctx, p, 1)
		if !idle(p) || calls != 1 || one.Len() != 1 || two.Len() != 1 {
			t.Errorf("%d calls", calls)
		}
	})
}

func TestRegisterFromHandlersAndOthers(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		var got []int
		add := func(v int, f func()) {
			q := queue.New[int](nil)
			fill(q, v)
			poll.Queue(p, q, func(v int) {
				got = append(got, v)
				f()
			})
		}
		waiter := waiting(g, func(ctx context.Context) error { return p.Run(ctx) }) // nothing is registered yet
		add(1, func() {
			add(2, func() { add(3, p.Close) })
		})
		if err := waiter.Wait(ctx); err != nil || !slices.Equal(got, []int{1, 2, 3}) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestHandlerMayWaitAndPoll(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		outer, inner, other := queue.New[int](nil), queue.New[int](nil), queue.New[int](nil)
		var got []string
		var own context.Context // of the task that waits
		poll.Queue(p, outer, func(int) {
			got = append(got, "in")
			other.Get(own)
			p.Wait(own) // serves the inner one
			got = append(got, "out")
		})
		poll.Queue(p, inner, func(int) { got = append(got, "inner") })
		fill(outer, 1, 2)
		task := waiting(g, func(ctx context.Context) error {
			own = ctx
			return p.Wait(ctx)
		})
		fill(inner, 1)
		fill(other, 1)
		if err := task.Wait(ctx); err != nil || strings.Join(got, " ") != "in inner out" {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestPanicGoesToWaiter(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		q := queue.New[int](nil)
		fill(q, 1, 2, 3)
		var got []int
		poll.Queue(p, q, func(v int) {
			switch v {
			case 1:
				panic(errEnough)
			case 2:
				runtime.Goexit()
			}
			got = append(got, v)
		})
		func() {
			defer func() {
				if v := recover(); v != errEnough {
					t.Errorf("recovered %v", v)
				}
			}()
			p.Wait(ctx)
		}()
		task := skein.Start(g, "exits", func(ctx context.Context) (int, error) { return 0, p.Wait(ctx) })
		if err := task.Wait(ctx); !errors.Is(err, skein.ErrGoexit) {
			t.Errorf("the task that Goexit ended: %v", err)
		}
		waits(t, ctx, p, 1)
		if !slices.Equal(got, []int{3}) {
			t.Errorf("got %v", got)
		}
	})
}

func TestClose(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		q := queue.New[int](nil)
		r := poll.Queue(p, q, func(int) { t.Error("the handler ran") })
		r.OnEnd(func(error) { t.Error("Close calls OnEnd") })
		waiter := waiting(g, p.Wait)
		runner := waiting(g, p.Run)
		p.Close()
		p.Close()
		if err := waiter.Wait(ctx); !errors.Is(err, poll.ErrClosed) {
			t.Errorf("Wait gave %v", err)
		}
		if err := runner.Wait(ctx); err != nil {
			t.Errorf("Run gave %v", err)
		}
		fill(q, 1)
		poll.Queue(p, q, func(int) { t.Error("registered with a closed poller, and called") }).Remove()
		r.Remove()
		if err := p.Wait(ctx); err != poll.ErrClosed {
			t.Errorf("Wait gave %v", err)
		}
	})
}

func TestEndsWithItsRun(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var p *poll.Poller
		q := queue.New[int](nil)
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			p = poll.New(ctx, nil)
			poll.Queue(p, q, func(int) { t.Error("the handler ran") })
			g.Daemon("polls", p.Run)
			return nil
		}, nil)
		if err != nil {
			t.Error(err)
		}
		fill(q, 1)
		if err := p.Wait(ctx); err != poll.ErrClosed {
			t.Errorf("Wait gave %v", err)
		}
		p.Close()
	})
}

func TestEndsWithItsContext(t *testing.T) {
	skeintest.NoLeaks(t)
	for name, parent := range map[string]func(f func(ctx context.Context)){
		"outside every task": func(f func(ctx context.Context)) { f(context.Background()) },
		"in a task":          func(f func(ctx context.Context)) { runOnce(t, f) },
	} {
		t.Run(name, func(t *testing.T) {
			parent(func(ctx context.Context) {
				some, cancel := context.WithCancelCause(ctx)
				p := poll.New(some, nil)
				cancel(errEnough)
				if err := p.Wait(ctx); !errors.Is(err, errEnough) {
					t.Errorf("Wait gave %v", err)
				}
				if err := poll.New(some, nil).Wait(ctx); !errors.Is(err, errEnough) {
					t.Errorf("born late: Wait gave %v", err)
				}
			})
		})
	}
}

func runOnce(t *testing.T, f func(ctx context.Context)) {
	err := skein.Run(context.Background(), func(ctx context.Context, _ *skein.Group) error { f(ctx); return nil }, nil)
	if err != nil {
		t.Error(err)
	}
}

// A flag is a source that is set and cleared, and counts.
type flag struct {
	mu  sync.Mutex
	set bool
	n   uint64
	r   *rt.Readiness
}

func (f *flag) do(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *flag) Watch(p rt.Poller)   { f.do(func() { f.r = f.r.Add(p, f.set) }) }
func (f *flag) Unwatch(p rt.Poller) { f.do(func() { f.r = f.r.Remove(p) }) }
func (f *flag) Set(set bool)        { f.do(func() { f.set = set; f.r.Set(set) }) }
func (f *flag) Tick()               { f.do(func() { f.n++; f.r.Set(true) }) }
func (f *flag) Count() uint64       { return f.n }

func TestOnIsLevelTriggered(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		f := new(flag)
		calls := 0
		r := poll.On(p, f, func() {
			if calls++; calls == 3 {
				f.Set(false)
			}
		})
		task := waiting(g, p.Wait)
		f.Set(true)
		if err := task.Wait(ctx); err != nil {
			t.Error(err)
		}
		waits(t, ctx, p, 2)
		if !idle(p) || calls != 3 {
			t.Errorf("%d calls", calls)
		}
		r.Remove()
		if f.Set(true); !idle(p) || f.r != nil {
			t.Error("it is watched after Remove")
		}
	})
}

func TestTicksAreToldOnce(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		f := new(flag)
		var got []uint64
		poll.Ticks(p, f, func(n uint64) { got = append(got, n) })
		f.Tick()
		waits(t, ctx, p, 1)
		f.Tick()
		f.Tick()
		waits(t, ctx, p, 1)
		if !idle(p) || !slices.Equal(got, []uint64{1, 3}) {
			t.Errorf("got %v", got)
		}
	})
}

func TestDumpShowsPoller(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, &poll.Options{Name: "main poll"})
		poll.Queue(p, queue.New[int](nil), func(int) {})
		task := waiting(g, p.Wait)
		var dump strings.Builder
		skein.Dump(&dump)
		for _, want := range []string{"main poll  poller, 1 registered, daemon", `waits to poll poller "main poll" (1 registered)`} {
			if !strings.Contains(dump.String(), want) {
				t.Errorf("no %q in\n%s", want, dump.String())
			}
		}
		p.Close()
		task.Wait(ctx)
	})
}

func TestNilHandlerPanics(t *testing.T) {
	p := poll.New(context.Background(), nil)
	defer p.Close()
	for name, register := range map[string]func(){
		"Queue": func() { poll.Queue[int](p, queue.New[int](nil), nil) },
		"After": func() { poll.After(p, 1, nil) },
		"Every": func() { poll.Every(p, 0, func() {}) },
		"Conn":  func() { poll.Conn(p, nil, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", name)
				}
			}()
			register()
		}()
	}
}

func TestEventsDoNotAllocate(t *testing.T) {
	ctx := t.Context()
	p := poll.New(ctx, nil)
	defer p.Close()
	q := queue.New[int](nil)
	poll.Queue(p, q, func(int) {})
	event := func() {
		q.Put(ctx, 1)
		p.Wait(ctx)
	}
	event()
	if n := testing.AllocsPerRun(1000, event); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A goroutine outside every task and a coroutine wait on one poller.
func TestSharedByRuntimes(t *testing.T) {
	skeintest.NoLeaks(t)
	p := poll.New(context.Background(), nil)
	defer p.Close()
	q := queue.New[int](nil)
	sum := 0
	var mine queue.Queue[int]
	poll.Queue(p, q, func(v int) {
		if sum += v; sum == 1000 {
			mine.Close()
			p.Close()
		}
	})
	ended := make(chan error)
	go func() { ended <- p.Run(context.Background()) }()
	err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
		return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			g.Go("polls", p.Run)
			for range 1000 {
				q.Put(ctx, 1)
				loop.Yield(ctx)
			}
			return nil
		}, nil)
	})
	if other := <-ended; err != nil || other != nil || sum != 1000 {
		t.Errorf("%v, %v, sum %d", err, other, sum)
	}
}
