package rt_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// bubble runs body on both runtimes, each in a synctest bubble, where time is fake.
func bubble(t *testing.T, body func(t *testing.T, ctx context.Context)) {
	t.Run("goroutines", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			main := spawn(context.Background(), "main", func(ctx context.Context) { body(t, ctx) })
			join(t, context.Background(), main)
		})
	})
	t.Run("loop", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
				body(t, ctx)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	})
}

func TestRule4Sleep(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		start := rt.Now(ctx)
		var mu sync.Mutex
		order := make([]int, 0, 3)
		var tasks []*rt.Task
		for _, s := range []int{3, 1, 2} {
			tasks = append(tasks, spawn(ctx, "sleeper", func(ctx context.Context) {
				if err := rt.Sleep(ctx, time.Duration(s)*time.Hour); err != nil {
					t.Error(err)
				}
				mu.Lock()
				order = append(order, s)
				mu.Unlock()
			}))
		}
		join(t, ctx, tasks...)
		if d := rt.Now(ctx).Sub(start); d != 3*time.Hour || order[0] != 1 || order[2] != 3 {
			t.Errorf("slept %v in order %v", d, order)
		}
	})
}

func TestRule4SleepIsCutShort(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		start := rt.Now(ctx)
		var err error
		sleeper := spawn(ctx, "sleeper", func(ctx context.Context) { err = rt.Sleep(ctx, time.Hour) })
		rt.Sleep(ctx, time.Second)
		sleeper.Stop(errEnough)
		join(t, ctx, sleeper)
		if d := rt.Now(ctx).Sub(start); d != time.Second || err != errEnough {
			t.Errorf("ended with %v after %v", err, d)
		}
	})
}

func TestRule4Deadline(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		start := rt.Now(ctx)
		limited, cancel := rt.WithDeadline(ctx, start.Add(time.Minute))
		defer cancel()
		child, cancelChild := context.WithCancel(limited)
		defer cancelChild()
		var b box
		if err := b.get(child); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the wait returned %v", err)
		}
		if d := rt.Now(ctx).Sub(start); d != time.Minute {
			t.Errorf("after %v", d)
		}
		if at, ok := child.Deadline(); !ok || !at.Equal(start.Add(time.Minute)) {
			t.Errorf("Deadline = %v, %v", at, ok)
		}
		for _, c := range []context.Context{limited, child} {
			if c.Err() != context.DeadlineExceeded || context.Cause(c) != context.DeadlineExceeded {
				t.Errorf("Err = %v, Cause = %v", c.Err(), context.Cause(c))
			}
		}
		if ctx.Err() != nil {
			t.Error("the parent has ended with its child")
		}
	})
}

func TestRule5WakesCrossRuntimes(t *testing.T) {
	const n = 2000
	var ping, pong box
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range n {
			ping.get(context.Background())
			pong.put()
		}
	}()
	err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
		for range n {
			ping.put()
			if err := pong.get(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	<-done
}

func TestRule6Point(t *testing.T) {
	if n := testing.AllocsPerRun(100, rt.Point); n != 0 {
		t.Errorf("%v allocations", n)
	}
	points := 0
	if !rt.OnPoint(func() { points++ }) {
		t.Fatal("another simulation runs")
	}
	if rt.OnPoint(func() {}) {
		t.Error("a second simulation was let in")
	}
	rt.Point()
	rt.OnPoint(nil)
	rt.Point()
	if points != 1 {
		t.Errorf("%d points", points)
	}
}

// A context whose methods use the very object waited for: under its mutex they would hang.
type nosy struct {
	context.Context
	b *box
}

func (c nosy) look()                       { c.b.mu.Lock(); defer c.b.mu.Unlock() }
func (c nosy) Done() <-chan struct{}       { c.look(); return c.Context.Done() }
func (c nosy) Err() error                  { c.look(); return c.Context.Err() }
func (c nosy) Value(key any) any           { c.look(); return c.Context.Value(key) }
func (c nosy) Deadline() (time.Time, bool) { c.look(); return c.Context.Deadline() }

func TestRule7NoUserCodeUnderAMutex(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var b box
		var err error
		inner, cancel := context.WithCancelCause(ctx)
		waiter := spawn(ctx, "waiter", func(ctx context.Context) {
			inner := nosy{joined{inner, ctx}, &b}
			if err = b.get(inner); err == nil {
				err = b.get(inner)
			}
		})
		b.waitFor(ctx, 1)
		b.put()
		b.waitFor(ctx, 1)
		cancel(errEnough)
		join(t, ctx, waiter)
		if err != errEnough {
			t.Errorf("the wait returned %v", err)
		}
	})
}

func TestRule9Kill(t *testing.T) {
	err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
		var b, later box
		var trail []string
		say := func(s string) { trail = append(trail, s) }
		victim := spawn(ctx, "victim", func(ctx context.Context) {
			defer say("outer")
			defer func() {
				if v := recover(); v != nil {
					t.Errorf("recovered %v", v)
				}
				say("recovering")
			}()
			defer func() {
				if err := later.get(context.WithoutCancel(ctx)); err != nil {
					t.Error(err)
				}
				say("waited")
			}()
			b.get(context.WithoutCancel(ctx)) // not even a shield helps
			t.Error("the wait of a killed task has returned")
		})
		b.waitFor(ctx, 1)
		victim.Kill(errEnough)
		later.waitFor(ctx, 1)
		say("loop goes on")
		later.put()
		join(t, ctx, victim)
		want := []string{"loop goes on", "waited", "recovering", "outer"}
		if len(trail) != 4 || trail[0] != want[0] || trail[3] != want[3] {
			t.Errorf("trail = %q, want %q", trail, want)
		}
		if b.line.Empty() != true {
			t.Error("the killed task still stands in line")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRule9GoexitEndsOneCoroutine(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		deferred := false
		quitter := spawn(ctx, "quitter", func(ctx context.Context) {
			defer func() { deferred = true }()
			runtime.Goexit()
		})
		join(t, ctx, quitter)
		if !deferred {
			t.Error("its deferred calls did not run")
		}
	})
}

func TestRule9DeadlockUnwinds(t *testing.T) {
	var b box
	cleaned := false
	err := loop.Run(context.Background(), &loop.Options{Patience: time.Millisecond}, func(ctx context.Context) error {
		spawn(ctx, "sleeper", func(ctx context.Context) {
			defer func() { cleaned = true }()
			b.get(ctx)
		})
		return b.get(ctx)
	})
	var dead *loop.DeadlockError
	if !errors.As(err, &dead) || len(dead.Waits) != 2 || !cleaned {
		t.Fatalf("got %v, cleaned = %v", err, cleaned)
	}
	for _, w := range dead.Waits {
		if w.On.Kind != "box" || w.Where == "" {
			t.Errorf("the report does not say what or where: %+v", w)
		}
	}
}

func TestRule10LazyContext(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var hold box
		var own context.Context
		task := spawn(ctx, "task", func(ctx context.Context) { own = ctx; hold.get(ctx) })
		hold.waitFor(ctx, 1)
		if own.Err() != nil || rt.HasRealContext(task) {
			t.Fatalf("Err = %v, real = %v", own.Err(), rt.HasRealContext(task))
		}
		before := runtime.NumGoroutine()
		child, cancel := context.WithCancel(own)
		defer cancel()
		if n := runtime.NumGoroutine(); n != before {
			t.Errorf("a derived context started %d goroutines", n-before)
		}
		task.Stop(errEnough)
		if context.Cause(child) != errEnough || child.Err() != context.Canceled || context.Cause(own) != errEnough {
			t.Errorf("child: %v, %v; own: %v", child.Err(), context.Cause(child), context.Cause(own))
		}
		join(t, ctx, task)
	})
}

func TestRule10CausesSurviveDerivation(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		outside, cancel := context.WithCancelCause(ctx)
		type key struct{}
		var deep context.Context
		var b box
		top := spawn(context.WithValue(outside, key{}, "v"), "top", func(ctx context.Context) {
			mid := spawn(ctx, "mid", func(ctx context.Context) {
				var c context.CancelFunc
				deep, c = context.WithTimeout(ctx, time.Hour)
				defer c()
				if err := b.get(deep); err != errEnough {
					t.Errorf("the wait returned %v", err)
				}
			})
			join(t, context.WithoutCancel(ctx), mid)
		})
		b.waitFor(ctx, 1)
		cancel(errEnough)
		if context.Cause(deep) != errEnough {
			t.Errorf("cause = %v", context.Cause(deep))
		}
		if deep.Value(key{}) != "v" {
			t.Error("values are lost")
		}
		join(t, ctx, top)
	})
}

func TestRule10EndsWithItsTask(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var own, child context.Context
		cancel := context.CancelFunc(nil)
		defer func() { cancel() }() // after the fact: the task's end is what is tested
		task := spawn(ctx, "task", func(ctx context.Context) {
			own = ctx
			child = context.WithValue(ctx, joined{}, 0)
			child, cancel = context.WithCancel(child)
		})
		join(t, ctx, task)
		if own.Err() != context.Canceled || child.Err() != context.Canceled {
			t.Errorf("own: %v, child: %v", own.Err(), child.Err())
		}
	})
}

func TestSnapshotTellsWhere(t *testing.T) {
	var b box
	waiter := spawn(context.Background(), "waiter", func(ctx context.Context) { b.get(ctx) })
	parked := func() bool {
		waits := waiter.Snapshot().Waits
		return len(waits) == 1 && waits[0].On.Kind == "box" && waits[0].Where != ""
	}
	for !parked() {
		yieldThread()
	}
	for range 100 { // being asked wakes it; it must go on waiting
		if waits := waiter.Snapshot().Waits; len(waits) != 1 {
			t.Fatalf("waits = %v", waits)
		}
	}
	b.put()
	join(t, context.Background(), waiter)
}

func TestSnapshotWhileWorking(t *testing.T) {
	var b box
	var stop atomic.Bool
	tasks := make([]*rt.Task, 8)
	for i := range tasks {
		tasks[i] = spawn(context.Background(), "worker", func(ctx context.Context) {
			for b.get(ctx) == nil && !stop.Load() {
				b.put()
			}
			b.put()
		})
	}
	b.put()
	for range 200 {
		rt.Snapshot()
	}
	stop.Store(true)
	join(t, context.Background(), tasks...)
	probe.Forget()
}

// A context that panics, or none at all, is the caller's panic: the object is as it was.
func TestPanickingContext(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var b box
		for _, bad := range []context.Context{nil, nosy{Context: ctx}} {
			func() {
				defer func() {
					if recover() == nil {
						t.Error("no panic")
					}
				}()
				b.get(bad)
			}()
		}
		waiter := spawn(ctx, "waiter", func(ctx context.Context) { b.get(ctx) })
		b.waitFor(ctx, 1)
		b.put()
		join(t, ctx, waiter)
	})
}

func TestWatchedWaitsEndWithTheirTask(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var b box
		var err error
		waiter := spawn(ctx, "waiter", func(ctx context.Context) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			err = b.get(ctx)
		})
		b.waitFor(ctx, 1)
		waiter.Stop(errEnough)
		join(t, ctx, waiter)
		if err != errEnough {
			t.Errorf("the wait returned %v", err)
		}
	})
}

type closer func()

func (f closer) Close() { f() }

func TestOnEndWhileEnding(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var closing, done box
		called := false
		task := spawn(ctx, "task", func(ctx context.Context) {
			rt.TaskOf(ctx).Attach(func() rt.Attached {
				return closer(func() { closing.get(context.WithoutCancel(ctx)) })
			})
		})
		closing.waitFor(ctx, 1)
		task.OnEnd(func() { called = true; done.put() }) // must not block the thread that is to end it
		closing.put()
		join(t, ctx, task)
		if err := done.get(ctx); err != nil || !called {
			t.Errorf("%v, called = %v", err, called)
		}
	})
}

func TestCatchUp(t *testing.T) {
	outside, cancel := context.WithCancelCause(context.Background())
	var b box
	scope := new(rt.Task)
	scope.Init(nil, outside, rt.Scope, rt.Named("scope"))
	release := scope.AdoptParent()
	kid := spawn(scope.Context(), "kid", func(ctx context.Context) { b.get(ctx) })
	cancel(errEnough)
	kid.CatchUp()
	if kid.Cause() != errEnough {
		t.Errorf("cause = %v", kid.Cause())
	}
	release()
	scope.Return()
	join(t, context.Background(), scope)
}
