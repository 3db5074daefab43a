package work_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

// These are for finding out what a change costs. Module bench has the comparisons with others.

func inBenchPool(b *testing.B, f func(ctx context.Context, p *work.Pool)) {
	err := skein.Run(b.Context(), func(ctx context.Context, g *skein.Group) error {
		p := work.NewPool(ctx, &work.PoolOptions{Width: 8, Queue: 1024})
		b.ReportAllocs()
		f(ctx, p)
		return p.Close(ctx)
	}, nil)
	if err != nil {
		b.Error(err)
	}
}

func BenchmarkPoolGo(b *testing.B) {
	inBenchPool(b, func(ctx context.Context, p *work.Pool) {
		var n atomic.Int64
		f := func(context.Context) error { n.Add(1); return nil }
		for b.Loop() {
			p.Go(ctx, f)
		}
	})
}

// BenchmarkChannelPool is the ten lines that BenchmarkPoolGo is to be compared with.
func BenchmarkChannelPool(b *testing.B) {
	c := make(chan func(), 1024)
	for range 8 {
		go func() {
			for f := range c {
				f()
			}
		}()
	}
	var n atomic.Int64
	f := func() { n.Add(1) }
	for b.Loop() {
		c <- f
	}
	close(c)
}

func BenchmarkSubmitAndJoin(b *testing.B) {
	inBenchPool(b, func(ctx context.Context, p *work.Pool) {
		var ring [256]*skein.Task[int]
		i := 0
		for b.Loop() {
			if t := ring[i%256]; t != nil {
				t.Join(ctx)
			}
			ring[i%256] = square.Submit(ctx, p, i)
			i++
		}
	})
}

// BenchmarkSubmitUnderAContext is the same with a context that no task owns: the task has to be
// told when that ends.
func BenchmarkSubmitUnderAContext(b *testing.B) {
	inBenchPool(b, func(ctx context.Context, p *work.Pool) {
		some, cancel := context.WithCancel(ctx)
		defer cancel()
		for b.Loop() {
			square.Submit(some, p, 1).Join(ctx)
		}
	})
}

// BenchmarkGoAndChannel is what BenchmarkSubmitAndJoin is to be compared with.
func BenchmarkGoAndChannel(b *testing.B) {
	b.ReportAllocs()
	var ring [256]chan int
	i := 0
	for b.Loop() {
		if t := ring[i%256]; t != nil {
			<-t
		}
		c := make(chan int, 1)
		ring[i%256] = c
		n := i
		go func() { c <- n }()
		i++
	}
}

func BenchmarkJoinFromInside(b *testing.B) {
	inBenchPool(b, func(ctx context.Context, p *work.Pool) {
		parent := work.Wrap("parent", func(ctx context.Context, n int) (int, error) {
			return square.Submit(ctx, p, n).Join(ctx)
		})
		for b.Loop() {
			parent.Submit(ctx, p, 1).Join(ctx)
		}
	})
}

// busy takes about as many steps as it is told.
func busy(_ context.Context, steps int) (int, error) {
	v := uint32(steps)
	for range steps {
		v = v*1664525 + 1013904223
	}
	return int(v), nil
}

func BenchmarkMap(b *testing.B) {
	f := work.Wrap("busy", busy)
	for _, steps := range []int{200, 2000} {
		in := slices.Repeat([]int{steps}, 10_000)
		b.Run(fmt.Sprint("serial/steps=", steps), func(b *testing.B) {
			for b.Loop() {
				for _, v := range in {
					f.Call(b.Context(), v)
				}
			}
		})
		b.Run(fmt.Sprint("stream/steps=", steps), func(b *testing.B) {
			inBenchPool(b, func(ctx context.Context, p *work.Pool) {
				for b.Loop() {
					for range f.Map(ctx, p, slices.Values(in)) {
					}
				}
			})
		})
		b.Run(fmt.Sprint("slice/steps=", steps), func(b *testing.B) {
			inBenchPool(b, func(ctx context.Context, p *work.Pool) {
				for b.Loop() {
					f.MapSlice(ctx, p, in)
				}
			})
		})
	}
}
