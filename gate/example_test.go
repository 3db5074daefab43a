package gate_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/gate"
)

// Row 2a: wait until another task has really started.
func ExampleEvent() {
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		var started gate.Event
		fmt.Println("Launching countdown")
		g.Go("countdown", func(ctx context.Context) error {
			fmt.Println("countdown starting")
			started.Set()
			return nil
		})
		if err := started.Wait(ctx); err != nil {
			return err
		}
		fmt.Println("countdown is running")
		return nil
	}, nil)
	// Output:
	// Launching countdown
	// countdown starting
	// countdown is running
}

// Row 2b: two tasks that go by the same clock, and neither misses a tick nor sees one twice.
func ExampleTicker() {
	err := skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		tick := gate.NewTicker(ctx, time.Millisecond, nil)
		g.Go("countdown", func(ctx context.Context) (err error) {
			last := tick.Count()
			for n := 3; n > 0; n-- {
				if last, err = tick.Wait(ctx, last); err != nil {
					return err
				}
				fmt.Println("T-minus", n)
			}
			return nil
		})
		g.Go("countup", func(ctx context.Context) (err error) {
			last := tick.Count()
			for n := range 2 {
				if last, err = tick.Wait(ctx, last); err != nil {
					return err
				}
				fmt.Println("Counting", n)
			}
			return nil
		})
		return nil
	}, nil)
	fmt.Println(err)
	// Unordered output:
	// T-minus 3
	// T-minus 2
	// T-minus 1
	// Counting 0
	// Counting 1
	// <nil>
}

// Row 2c: ten workers wait, and each release wakes one of them.
func ExampleSemaphore() {
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		sem := gate.NewSemaphore(0, nil)
		done := gate.NewSemaphore(0, nil)
		var working atomic.Int32
		for range 10 {
			g.Go("worker", func(ctx context.Context) error {
				if err := sem.Acquire(ctx, 1); err != nil {
					return err
				}
				fmt.Println("Working", working.Add(1))
				done.Release(1)
				return nil
			})
		}
		for range 10 {
			sem.Release(1)
			if err := done.Acquire(ctx, 1); err != nil {
				return err
			}
			fmt.Println("so far:", working.Load())
		}
		return nil
	}, nil)
	// Output:
	// Working 1
	// so far: 1
	// Working 2
	// so far: 2
	// Working 3
	// so far: 3
	// Working 4
	// so far: 4
	// Working 5
	// so far: 5
	// Working 6
	// so far: 6
	// Working 7
	// so far: 7
	// Working 8
	// so far: 8
	// Working 9
	// so far: 9
	// Working 10
	// so far: 10
}

// Row 4c: at most five calls at a time, and a call that fails gives its permit back.
func ExampleSemaphore_With() {
	limit := gate.NewSemaphore(5, &gate.SemaphoreOptions{Max: 5})
	var now, most, failed atomic.Int32
	fetch := func(ctx context.Context, url int) error {
		return limit.With(ctx, 1, func() error {
			defer now.Add(-1)
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			switch url % 10 {
			case 3:
				return errors.New("not found")
			case 7:
				panic("an answer that cannot be read")
			}
			return skein.Sleep(ctx, time.Millisecond)
		})
	}
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		var tasks []*skein.Task[struct{}]
		for url := range 50 {
			tasks = append(tasks, skein.Start(g, "fetch", func(ctx context.Context) (struct{}, error) {
				return struct{}{}, fetch(ctx, url)
			}))
		}
		for _, t := range tasks {
			if t.Wait(ctx) != nil {
				failed.Add(1)
			}
		}
		return nil
	}, nil)
	fmt.Println("never more than five:", most.Load() <= 5)
	fmt.Println("failed:", failed.Load())
	fmt.Println("permits at the end:", limit.Available())
	// Output:
	// never more than five: true
	// failed: 10
	// permits at the end: 5
}

// Row 5c: a task that hangs is reported with all stacks, stopped, and begun again.
func ExampleWatchdog() {
	var answer gate.Event // which never comes the first time
	begun := 0
	work := func(ctx context.Context) error {
		w := gate.NewWatchdog(ctx, 50*time.Millisecond, &gate.WatchdogOptions{
			Name:    "robot",
			Then:    gate.StopTask,
			OnStall: func(e *gate.StalledError) { fmt.Println(e.Name, "stalls; stacks:", len(e.Report) > 0) },
		})
		defer w.Close()
		begun++
		fmt.Println("begun", begun)
		for range 3 {
			w.Feed()
		}
		if begun == 1 {
			return answer.Wait(ctx)
		}
		return nil
	}
	err := skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		return skein.Restarting(skein.RestartPolicy{Delay: time.Millisecond}, work)(ctx)
	}, nil)
	fmt.Println(err)
	// Output:
	// begun 1
	// robot stalls; stacks: true
	// begun 2
	// <nil>
}

// A queue that is made by hand, of a slice and a condition, as one would with sync.Cond.
func ExampleCond() {
	var box struct {
		gate.Cond
		items []string
	}
	box.L = new(sync.Mutex)
	take := func(ctx context.Context) (string, error) {
		box.L.Lock()
		defer box.L.Unlock()
		if err := box.WaitFor(ctx, func() bool { return len(box.items) > 0 }); err != nil {
			return "", err
		}
		item := box.items[0]
		box.items = box.items[1:]
		return item, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(take(ctx))
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		g.Go("taker", func(ctx context.Context) error {
			fmt.Println(take(ctx))
			return nil
		})
		box.L.Lock()
		defer box.L.Unlock()
		box.items = append(box.items, "a letter")
		box.Signal(1)
		return nil
	}, nil)
	// Output:
	//  context deadline exceeded
	// a letter <nil>
}

// Tasks that work on parts of a picture, and begin the next one together.
func ExampleBarrier() {
	b := gate.NewBarrier(3)
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		for range 3 {
			g.Go("part", func(ctx context.Context) error {
				for picture := range 2 {
					last, err := b.Wait(ctx)
					if err != nil {
						return err
					}
					if last == 2 { // one of them says so
						fmt.Println("all parts of picture", picture, "are there")
					}
					if _, err := b.Wait(ctx); err != nil {
						return err
					}
				}
				return nil
			})
		}
		return nil
	}, nil)
	// Output:
	// all parts of picture 0 are there
	// all parts of picture 1 are there
}
