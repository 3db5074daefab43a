package lock_test

import (
	"context"
	"fmt"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/lock"
)

// Row 4a: a counter that tasks share.
type SharedCounter struct{ value lock.Guarded[int] }

func (c *SharedCounter) Add(ctx context.Context, delta int) error {
	return c.value.With(ctx, func(n *int) error {
		*n += delta
		return nil // or panic: it is not left locked
	})
}

func ExampleGuarded() {
	var c SharedCounter
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		for range 10 {
			g.Go("adder", func(ctx context.Context) error {
				for range 100 {
					if err := c.Add(ctx, 1); err != nil {
						return err
					}
				}
				return nil
			})
		}
		return nil
	}, nil)
	c.value.With(context.Background(), func(n *int) error {
		fmt.Println(*n)
		return nil
	})
	// Output: 1000
}

// Row 4b: one lock for all counters, and a method that calls another one.
type Monitored struct{ value int }

var monitor = lock.Mutex{Name: "monitor"}

func (c *Monitored) Incr(ctx context.Context, delta int) error {
	held, err := monitor.Lock(ctx)
	if err != nil {
		return err
	}
	defer held.Unlock()
	c.value += delta
	return nil
}

func (c *Monitored) Decr(ctx context.Context, delta int) error {
	held, err := monitor.Lock(ctx)
	if err != nil {
		return err
	}
	defer held.Unlock()
	return c.Incr(held.Context(), -delta) // counts, and does not wait
}

func ExampleHeld_Context() {
	var a, b Monitored
	ctx := context.Background()
	fmt.Println(a.Incr(ctx, 5), a.Decr(ctx, 2), b.Decr(ctx, 1))
	fmt.Println(a.value, b.value)
	// Output:
	// <nil> <nil> <nil>
	// 3 -1
}

// Row 5a: any order at the call, one order in fact.
func ExampleAcquire() {
	x, y := lock.Mutex{Name: "x"}, lock.Mutex{Name: "y"}
	err := skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		for _, locks := range [][]*lock.Mutex{{&x, &y}, {&y, &x}} {
			g.Go("taker", func(ctx context.Context) error {
				for range 1000 {
					held, err := lock.Acquire(ctx, locks...)
					if err != nil {
						return err
					}
					held.Unlock()
				}
				return nil
			})
		}
		return nil
	}, nil)
	fmt.Println(err)
	_, err = lock.Acquire(context.Background(), &x, &x)
	fmt.Println(err)
	// Output:
	// <nil>
	// lock: Acquire of the same lock twice
}

// Row 5d: philosophers who take both sticks at once eat for as long as one lets them.
func ExampleAcquire_philosophers() {
	var sticks [5]lock.Mutex
	err := skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		for i := range sticks {
			g.Go(fmt.Sprint("philosopher ", i), func(ctx context.Context) error {
				for range 100 {
					held, err := lock.Acquire(ctx, &sticks[i], &sticks[(i+1)%len(sticks)])
					if err != nil {
						return err
					}
					held.Unlock() // having eaten
				}
				return nil
			})
		}
		return nil
	}, nil)
	fmt.Println("500 meals,", err)
	// Output: 500 meals, <nil>
}
