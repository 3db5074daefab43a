package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/skein-go/skein"
)

// errTime is why the counting ends.
var errTime = errors.New("the time is up")

// compare prints what either kind of counter takes and does.
func compare(ctx context.Context, o options, out io.Writer) error {
	kinds := []struct {
		name string
		make func(n int) []counter
	}{
		{"one lock for all", makeAll[shared]},
		{"a lock for each ", makeAll[own]},
	}
	for _, kind := range kinds {
		before := heap()
		counters := kind.make(o.counters)
		bytes := float64(heap()-before) / float64(o.counters)
		calls, err := count(ctx, o, counters)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %3.0f bytes a counter, %.0f calls a second\n", kind.name, bytes, float64(calls)/o.time.Seconds())
	}
	return nil
}

// makeAll makes n counters next to each other.
func makeAll[C any, P interface {
	*C
	counter
}](n int) []counter {
	block := make([]C, n)
	all := make([]counter, n)
	for i := range block {
		all[i] = P(&block[i])
	}
	return all
}

// heap is how much memory is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// count has tasks count up twice and down once, counter by counter, each from another one on, until the
// time is up. It returns how many calls that were, and checks what was counted.
func count(ctx context.Context, o options, counters []counter) (calls int, err error) {
	each := make([]int, o.tasks)
	err = skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		for t := range each {
			g.Go(fmt.Sprint("task ", t), func(ctx context.Context) error {
				for i := t * len(counters) / o.tasks; ; i++ {
					c := counters[i%len(counters)]
					step, delta := c.incr, 2
					if each[t]%2 == 1 {
						step, delta = c.decr, 1
					}
					if err := step(ctx, delta); err != nil {
						return err
					}
					each[t]++
				}
			})
		}
		if err := skein.Sleep(ctx, o.time); err != nil {
			return err
		}
		return errTime
	}, nil)
	if !errors.Is(err, errTime) {
		return 0, err
	}
	want, got := 0, 0
	for _, n := range each {
		calls += n
		want += 2*(n-n/2) - n/2
	}
	for _, c := range counters {
		got += c.get()
	}
	if got != want {
		return 0, fmt.Errorf("the counters add up to %d, and should to %d", got, want)
	}
	return calls, nil
}
