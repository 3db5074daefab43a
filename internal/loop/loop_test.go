package loop_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

var errEnough = errors.New("enough")

// spawn starts f as a task under the one ctx names.
func spawn(ctx context.Context, name string, f func(ctx context.Context)) *rt.Task {
	t := new(rt.Task)
	if t.Init(rt.TaskOf(ctx), ctx, 0, rt.Named(name)) == nil {
		t.Start(func() {
			defer t.Return()
			f(t.Context())
		})
	}
	return t
}

func TestRoundRobin(t *testing.T) {
	var trail []string
	count := func(ctx context.Context, name string, from, to, step int) {
		for i := from; i != to; i += step {
			trail = append(trail, fmt.Sprint(name, i))
			loop.Yield(ctx)
		}
		trail = append(trail, name+" ends")
	}
	err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
		spawn(ctx, "a", func(ctx context.Context) { count(ctx, "a", 3, 0, -1) })
		spawn(ctx, "b", func(ctx context.Context) { count(ctx, "b", 1, 0, -1) })
		spawn(ctx, "c", func(ctx context.Context) { count(ctx, "c", 0, 4, 1) })
		return nil
	})
	want := strings.Split("a3,b1,c0,a2,b ends,c1,a1,c2,a ends,c3,c ends", ",")
	if err != nil || !slices.Equal(trail, want) {
		t.Errorf("got %v, %q\nwant %q", err, trail, want)
	}
}

func TestReadyInOrderOfWaking(t *testing.T) {
	var mu sync.Mutex
	var line rt.Line
	var trail []string
	loop.Run(context.Background(), nil, func(ctx context.Context) error {
		for _, name := range []string{"first", "second", "third"} {
			spawn(ctx, name, func(ctx context.Context) {
				mu.Lock()
				line.Wait(ctx, &mu, "wait", nil)
				mu.Unlock()
				trail = append(trail, name)
			})
		}
		loop.Yield(ctx)
		mu.Lock()
		line.ServeAll()
		mu.Unlock()
		loop.Yield(ctx) // ready behind those who were woken before
		trail = append(trail, "waker")
		return nil
	})
	if want := []string{"first", "second", "third", "waker"}; !slices.Equal(trail, want) {
		t.Errorf("got %q, want %q", trail, want)
	}
}

func TestTimersFireInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var trail []int
		loop.Run(context.Background(), nil, func(ctx context.Context) error {
			for _, d := range []int{5, 1, 3, 1} {
				spawn(ctx, "sleeper", func(ctx context.Context) {
					rt.Sleep(ctx, time.Duration(d)*time.Minute)
					trail = append(trail, d)
				})
			}
			return nil
		})
		if want := []int{1, 1, 3, 5}; !slices.Equal(trail, want) {
			t.Errorf("got %v, want %v", trail, want)
		}
	})
}

func TestStoppedTimerIsNoReasonToStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		loop.Run(context.Background(), nil, func(ctx context.Context) error {
			if stop := rt.AfterFunc(ctx, time.Hour, func() {}); !stop() || stop() {
				t.Error("a timer can be stopped once")
			}
			return nil
		})
		if d := time.Since(start); d != 0 {
			t.Errorf("the loop stayed for %v", d)
		}
	})
}

func TestErrorAndContext(t *testing.T) {
	if err := loop.Run(context.Background(), nil, func(context.Context) error { return errEnough }); err != errEnough {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	err := loop.Run(ctx, nil, func(ctx context.Context) error {
		cancel(errEnough)
		return rt.Sleep(ctx, time.Hour)
	})
	if err != errEnough {
		t.Errorf("cancelled: got %v", err)
	}
}

func TestPanicGoesOnInTheCaller(t *testing.T) {
	defer func() {
		if v := fmt.Sprint(recover()); !strings.Contains(v, "boom") || !strings.Contains(v, "TestPanicGoesOnInTheCaller") {
			t.Errorf("recovered %s", v)
		}
	}()
	loop.Run(context.Background(), nil, func(context.Context) error { panic("boom") })
}

func TestGoexitGoesOnInTheCaller(t *testing.T) {
	over := make(chan bool)
	go func() {
		defer close(over)
		loop.Run(context.Background(), nil, func(context.Context) error { runtime.Goexit(); return nil })
		t.Error("Run has returned")
	}()
	<-over
}

func TestDeadlockIsReported(t *testing.T) {
	var mu sync.Mutex
	var line rt.Line
	err := loop.Run(context.Background(), &loop.Options{Patience: time.Millisecond}, func(ctx context.Context) error {
		task := spawn(ctx, "stuck", func(ctx context.Context) {
			mu.Lock()
			defer mu.Unlock()
			line.Wait(ctx, &mu, "pass through", nil)
		})
		return task.Wait(ctx)
	})
	var dead *loop.DeadlockError
	if !errors.As(err, &dead) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"all 2 tasks", "stuck waits to pass through", `loop waits to join task "stuck"`, "loop_test.go:"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the report lacks %q:\n%v", want, err)
		}
	}
}

func TestDeadlockInDeferredCallsIsAbandoned(t *testing.T) {
	probe.Forget()
	var mu sync.Mutex
	var line rt.Line
	wait := func(ctx context.Context) {
		mu.Lock()
		defer mu.Unlock()
		line.Wait(context.WithoutCancel(ctx), &mu, "wait", nil)
	}
	err := loop.Run(context.Background(), &loop.Options{Patience: time.Millisecond}, func(ctx context.Context) error {
		defer wait(ctx)
		wait(ctx)
		return nil
	})
	if list := probe.Findings(); err == nil || len(list) != 1 || list[0].Kind != "stuck in deferred calls" {
		t.Errorf("got %v and %v", err, list)
	}
}

func TestThreadsWakeASleepingLoop(t *testing.T) {
	const n = 200
	var mu sync.Mutex
	var line rt.Line
	waiting := 0
	go func() {
		for served := 0; served < n; {
			mu.Lock()
			for !line.Empty() {
				line.Serve().Wake()
				served++
			}
			mu.Unlock()
			runtime.Gosched()
		}
	}()
	err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
		for range n {
			mu.Lock()
			waiting++
			err := line.Wait(ctx, &mu, "wait", nil)
			mu.Unlock()
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || waiting != n {
		t.Errorf("got %v after %d waits", err, waiting)
	}
}

func TestTasksStartedFromOtherThreads(t *testing.T) {
	ran := 0 // by coroutines only, so no lock
	err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
		var wg sync.WaitGroup
		tasks := make([]*rt.Task, 50)
		for i := range tasks {
			wg.Go(func() { tasks[i] = spawn(ctx, "task", func(context.Context) { ran++ }) })
		}
		wg.Wait()
		for _, task := range tasks {
			task.Wait(ctx)
		}
		return nil
	})
	if err != nil || ran != 50 {
		t.Errorf("got %v, %d tasks ran", err, ran)
	}
}

func TestNestedLoopIsAFinding(t *testing.T) {
	probe.Forget()
	loop.Run(context.Background(), nil, func(ctx context.Context) error {
		return loop.Run(ctx, nil, func(ctx context.Context) error { return loop.Yield(ctx) })
	})
	if list := probe.Findings(); len(list) != 1 || list[0].Kind != "nested loop" {
		t.Errorf("findings = %v", list)
	}
}

func TestNothingIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		loop.Run(context.Background(), nil, func(ctx context.Context) error {
			for range 20 {
				spawn(ctx, "quitter", func(ctx context.Context) { loop.Yield(ctx); runtime.Goexit() })
			}
			return nil
		})
	}
	for range 1_000_000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched() // undertakers
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

func BenchmarkYield(b *testing.B) {
	for _, n := range []int{2, 1000} {
		b.Run(fmt.Sprintf("tasks=%d", n), func(b *testing.B) {
			loop.Run(context.Background(), nil, func(ctx context.Context) error {
				rounds := b.N/n + 1
				for range n {
					spawn(ctx, "task", func(ctx context.Context) {
						for range rounds {
							loop.Yield(ctx)
						}
					})
				}
				return nil
			})
		})
	}
}
