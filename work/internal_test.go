package work

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestNextChunk(t *testing.T) {
	for _, c := range []struct {
		n    int
		took time.Duration
		want int
	}{
		{1, 0, 2},                          // too quick to measure: double
		{1, 100 * time.Nanosecond, 2},      // never more than double
		{64, 10 * time.Microsecond, 64},    // never more than the most
		{64, 0, 64},                        // likewise
		{32, 50 * time.Microsecond, 32},    // just right
		{64, 100 * time.Microsecond, 32},   // too long: less at once
		{64, 64 * time.Millisecond, 1},     // slow items go alone
		{1, time.Hour, 1},                  // however slow
		{2, 1000 * time.Microsecond, 1},    // shrinks at once
		{16, 160 * time.Microsecond, 5},    // 10 µs each: five in 50 µs
		{1, 20 * time.Microsecond, 2},      // two fit
		{1, 26 * time.Microsecond, 1},      // two do not
		{64, 1 * time.Nanosecond * 64, 64}, // a nanosecond each
	} {
		if got := nextChunk(c.n, c.took); got != c.want {
			t.Errorf("nextChunk(%d, %v) = %d, want %d", c.n, c.took, got, c.want)
		}
	}
}

// A pool whose workers have expired has no timer, either.
func TestIdlePoolHasNoTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(t.Context(), &PoolOptions{Width: 4, Queue: 1, Idle: time.Second})
		for range 4 {
			p.Go(t.Context(), func(context.Context) error { return nil })
		}
		time.Sleep(3 * time.Second)
		p.mu.Lock()
		if p.sweeper != nil || len(p.places) > 0 || p.excess > 0 {
			t.Errorf("a timer: %v, %d places, excess %d", p.sweeper != nil, len(p.places), p.excess)
		}
		p.mu.Unlock()
		p.Close(t.Context())
	})
}

// Slow items are never put together, quick ones are.
func TestChunksFollowTheFunction(t *testing.T) {
	for name, c := range map[string]struct {
		cost time.Duration
		most int
		min  int
	}{"slow": {time.Millisecond, 1, 1}, "quick": {0, chunkMost, chunkMost}} {
		synctest.Test(t, func(t *testing.T) { // whose clock stands still while functions compute
			p := NewPool(t.Context(), &PoolOptions{Width: 2})
			s := stream[int, int]{ctx: t.Context(), ex: p, size: 1, yield: func(int, error) bool { return true },
				f: Wrap("f", func(ctx context.Context, n int) (int, error) { time.Sleep(c.cost); return n, nil })}
			s.next = s.oldest
			most := 0
			s.run(func(yield func(int) bool) {
				for i := range 500 {
					if !yield(i) {
						return
					}
					most = max(most, s.size)
				}
			})
			if most > c.most || most < c.min {
				t.Errorf("%s: chunks of %d", name, most)
			}
			p.Close(t.Context())
		})
	}
}
