package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/lock"
)

// errFull is why a dinner that went well ends.
var errFull = errors.New("the time is up")

// A philosopher has a stick on each side, shared with a neighbour.
type philosopher struct {
	left, right *lock.Mutex
	meals       int
}

// dine has philosophers eat and prints what each has had.
func dine(ctx context.Context, o options, out io.Writer) error {
	take := together
	if o.naive {
		take = oneByOne
		defer lock.Check(lock.Check(lock.Fail))
	}
	sticks := make([]lock.Mutex, o.n)
	kind := lock.NewClass("stick")
	for i := range sticks {
		sticks[i].Name, sticks[i].Class = fmt.Sprint("stick ", i), kind
	}
	table := make([]philosopher, o.n)
	err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		for i := range table {
			p := &table[i]
			p.left, p.right = &sticks[i], &sticks[(i+1)%o.n]
			g.Go(fmt.Sprint("philosopher ", i), func(ctx context.Context) error { return p.live(ctx, take) })
		}
		if err := skein.Sleep(ctx, o.time); err != nil {
			return err
		}
		return errFull
	}, nil)
	report(out, table)
	if errors.Is(err, errFull) {
		return nil
	}
	return err
}

// live eats and thinks, until ctx ends.
func (p *philosopher) live(ctx context.Context, take func(ctx context.Context, p *philosopher, eat func()) error) error {
	for {
		if err := take(ctx, p, func() { p.meals++ }); err != nil {
			return err
		}
		runtime.Gosched() // to think
	}
}

// together takes both sticks at once.
func together(ctx context.Context, p *philosopher, eat func()) error {
	sticks, err := lock.Acquire(ctx, p.left, p.right)
	if err != nil {
		return err
	}
	defer sticks.Unlock()
	eat()
	return nil
}

// oneByOne takes the left stick, and then the right one. Around a table that is no order.
func oneByOne(ctx context.Context, p *philosopher, eat func()) error {
	left, err := p.left.Lock(ctx)
	if err != nil {
		return err
	}
	defer left.Unlock()
	right, err := p.right.Lock(ctx)
	if err != nil {
		return err
	}
	defer right.Unlock()
	eat()
	return nil
}

// report prints the meals of each philosopher, their sum, and how fair that was.
func report(out io.Writer, table []philosopher) {
	all := 0
	for i, p := range table {
		fmt.Fprintf(out, "philosopher %d: %d meals\n", i, p.meals)
		all += p.meals
	}
	fmt.Fprintf(out, "%d meals, fairness %.2f\n", all, fairness(table))
}

// fairness is Jain's index: the square of the sum of the meals, over n times the sum of their squares.
func fairness(table []philosopher) float64 {
	var sum, squares float64
	for _, p := range table {
		m := float64(p.meals)
		sum += m
		squares += m * m
	}
	if squares == 0 {
		return 1
	}
	return sum * sum / (float64(len(table)) * squares)
}
