package queue_test

import (
	"context"
	"fmt"

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
