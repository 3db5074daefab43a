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

func TestSmoke(t *testing.T) {
	err := skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		p := work.NewPool(ctx, &work.PoolOptions{Width: 1})
		var fib *work.Func[int, int]
		fib = work.Wrap("fib", func(ctx context.Context, n int) (int, error) {
			if n < 2 {
				return n, nil
			}
			a, b := fib.Submit(ctx, p, n-1), fib.Submit(ctx, p, n-2)
			x, err := a.Join(ctx)
			if err != nil {
				return 0, err
			}
			y, err := b.Join(ctx)
			return x + y, err
		})
		v, err := fib.Submit(ctx, p, 12).Join(ctx)
		fmt.Println(v, err)
		sq := work.Wrap("sq", func(ctx context.Context, n int) (int, error) { return n * n, nil })
		i := 0
		for v, err := range sq.Map(ctx, p, func(y func(int) bool) { for i := range 100000 { if !y(i) { return } } }) {
			if v != i*i || err != nil { t.Fatal(i, v, err) }
			i++
		}
		if i != 100000 { t.Fatal(i) }
		xs, err := sq.MapSlice(ctx, p, []int{1, 2, 3})
		fmt.Println(xs, err)
		sum := 0
		for v := range sq.MapUnordered(ctx, p, slices.Values([]int{1, 2, 3})) { sum += v }
		fmt.Println(sum)
		return p.Close(ctx)
	}, nil)
	if err != nil { t.Fatal(err) }
}

func bench(b *testing.B, width int, f func(b *testing.B, ctx context.Context, p *work.Pool)) {
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		p := work.NewPool(ctx, &work.PoolOptions{Width: width, Queue: 1024})
		b.ReportAllocs()
		f(b, ctx, p)
		return p.Close(ctx)
	}, nil)
}

func BenchmarkGo(b *testing.B) {
	bench(b, 8, func(b *testing.B, ctx context.Context, p *work.Pool) {
		var n atomic.Int64
		f := func(context.Context) error { n.Add(1); return nil }
		for b.Loop() { p.Go(ctx, f) }
	})
}
func BenchmarkChan(b *testing.B) {
	c := make(chan func(), 1024)
	for range 8 { go func() { for f := range c { f() } }() }
	var n atomic.Int64
	f := func() { n.Add(1) }
	for b.Loop() { c <- f }
	close(c)
}
func BenchmarkSubmit(b *testing.B) {
	bench(b, 8, func(b *testing.B, ctx context.Context, p *work.Pool) {
		f := work.Wrap("x", func(ctx context.Context, n int) (int, error) { return n, nil })
		var ring [256]*skein.Task[int]
		i := 0
		for b.Loop() {
			if t := ring[i%256]; t != nil { t.Join(ctx) }
			ring[i%256] = f.Submit(ctx, p, i)
			i++
		}
	})
}
func BenchmarkGoChan(b *testing.B) {
	b.ReportAllocs()
	var ring [256]chan int
	i := 0
	for b.Loop() {
		if t := ring[i%256]; t != nil { <-t }
		c := make(chan int, 1)
		ring[i%256] = c
		n := i
		go func() { c <- n }()
		i++
	}
}
func BenchmarkStart(b *testing.B) {
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		b.ReportAllocs()
		for b.Loop() {
			t := skein.Start(g, "x", func(ctx context.Context) (int, error) { return 1, nil })
			t.Join(ctx)
		}
		return nil
	}, nil)
}
