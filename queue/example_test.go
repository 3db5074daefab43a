package queue_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/queue"
)

// Row 3a: a queue between a producer and a consumer, which ends when the queue is closed and empty.
func Example() {
	jobs := queue.New[string](&queue.Options[string]{Cap: 2, Name: "jobs"})
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		g.Go("consumer", func(ctx context.Context) error {
			for job := range jobs.All(ctx) {
				fmt.Println("did", job)
			}
			return ctx.Err()
		})
		defer jobs.Close()
		for _, job := range []string{"wash", "rinse", "dry"} {
			if err := jobs.Put(ctx, job); err != nil { // waits while two are waiting
				return err
			}
		}
		return nil
	}, nil)
	// Output:
	// did wash
	// did rinse
	// did dry
}

// Row 3b: closing takes the place of a sentinel. Every consumer takes what is left, and ends.
func ExampleQueue_Close() {
	q := queue.New[int](nil)
	sums := make([]int, 3)
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		for i := range sums {
			g.Go("consumer", func(ctx context.Context) error {
				for v := range q.All(ctx) {
					sums[i] += v
				}
				return ctx.Err()
			})
		}
		defer q.Close()
		_, err := q.PutAll(ctx, 1, 2, 3, 4, 5, 6)
		return err
	}, nil) // returns when all three have ended
	fmt.Println(sums[0] + sums[1] + sums[2])
	// Output:
	// 21
}

// Row 3c: the largest number comes first, and what is equal in the order in which it was put.
func ExampleOptions_byPriority() {
	type job struct {
		priority int
		name     string
	}
	q := queue.New(&queue.Options[job]{ByPriority: func(j job) int { return j.priority }})
	for _, j := range []job{{1, "foo"}, {5, "bar"}, {4, "spam"}, {1, "grok"}} {
		q.TryPut(j)
	}
	q.Close()
	for j := range q.All(context.Background()) {
		fmt.Println(j.priority, j.name)
	}
	// Output:
	// 5 bar
	// 4 spam
	// 1 foo
	// 1 grok
}

// Row 3d: the producer waits until all that it put has been dealt with, not only taken.
func ExampleQueue_Join() {
	q := queue.New[string](nil)
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		g.Daemon("consumer", func(ctx context.Context) error {
			for v := range q.All(ctx) {
				fmt.Println("did", v)
				q.Finish(1)
			}
			return ctx.Err()
		})
		if _, err := q.PutAll(ctx, "wash", "rinse"); err != nil {
			return err
		}
		if err := q.Join(ctx); err != nil {
			return err
		}
		fmt.Println("all done")
		return nil
	}, nil)
	// Output:
	// did wash
	// did rinse
	// all done
}

// Row 3d: the item of a worker that fails goes to another.
func ExampleQueue_GetLease() {
	q := queue.New[string](nil)
	q.TryPut("wash")
	q.Close()
	worker := func(ctx context.Context, broken bool) error {
		for {
			lease, err := q.GetLease(ctx)
			switch {
			case err == queue.ErrClosed:
				return nil
			case err != nil:
				return err
			case broken:
				return errors.New("out of order") // and lease is not finished
			}
			fmt.Println("did", lease.Value)
			lease.Finish()
		}
	}
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		first := skein.Start(g, "first", func(ctx context.Context) (bool, error) { return false, worker(ctx, true) })
		fmt.Println(first.Wait(ctx))
		g.Go("second", func(ctx context.Context) error { return worker(ctx, false) })
		return nil
	}, nil)
	// Output:
	// out of order
	// did wash
}

// Row 3e: the producer learns what became of its item.
func ExamplePutAck() {
	q := queue.New[queue.Acked[int]](nil)
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		g.Daemon("consumer", func(ctx context.Context) error {
			for item := range q.All(ctx) {
				if item.Value < 0 {
					item.Fail(errors.New("negative"))
				}
				item.Done() // has no effect on one that failed
			}
			return ctx.Err()
		})
		good, bad := queue.PutAck(ctx, q, 1), queue.PutAck(ctx, q, -1)
		fmt.Println(good.Wait(ctx) == nil)
		fmt.Println(bad.Wait(ctx))
		return nil
	}, nil)
	// Output:
	// true
	// negative
}

// Row 3f: full, empty and closed are errors that one can tell apart, and nothing blocks.
func ExampleQueue_TryPut() {
	q := queue.New[int](&queue.Options[int]{Cap: 1})
	fmt.Println(q.TryPut(1))
	fmt.Println(q.TryPut(2))
	fmt.Println(q.TryGet())
	fmt.Println(q.TryGet())
	q.Close()
	fmt.Println(q.TryPut(3))
	_, err := q.TryGet()
	fmt.Println(err)
	// Output:
	// <nil>
	// queue: full
	// 1 <nil>
	// 0 queue: empty
	// queue: closed
	// queue: closed
}

// Row 3f: what does not fit is dropped, counted, and told. The first drop is logged, too.
func ExampleOptions_full() {
	defer slog.SetLogLoggerLevel(slog.SetLogLoggerLevel(slog.LevelError)) // not here
	q := queue.New(&queue.Options[string]{
		Cap: 2, Name: "lines", Full: queue.DropOldest,
		OnDrop: func(line string) { fmt.Printf("dropped %q\n", line) },
	})
	for _, line := range []string{"a", "b", "c", "d"} {
		q.Send(line)
	}
	fmt.Println(q.CloseNow(), q.Stats().Dropped)
	// Output:
	// dropped "a"
	// dropped "b"
	// [c d] 2
}

// Row 3g: Len is good for a gauge. To learn whether there is something, try to get it.
func ExampleQueue_Len() {
	q := queue.New[int](&queue.Options[int]{Cap: 10})
	q.TryPut(1)
	fmt.Println(q.Len(), "of", q.Cap())
	if v, err := q.TryGet(); err == nil {
		fmt.Println("got", v)
	}
	// Output:
	// 1 of 10
	// got 1
}

// Row 3h: with Clone the producer may go on changing what it has put.
func ExampleOptions_clone() {
	q := queue.New(&queue.Options[[]string]{Clone: slices.Clone[[]string]})
	words := []string{"one"}
	q.TryPut(words)
	words[0] = "two"
	v, _ := q.TryGet()
	fmt.Println(v)
	// Output:
	// [one]
}
