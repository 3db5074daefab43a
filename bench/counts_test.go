package bench

import (
	"iter"
	"testing"
)

// What follows checks the checks: bodies notice work that is wrong or left out.

func TestWindowCountsRightResultsOnly(t *testing.T) {
	calls := 0
	submit := func(x int) int { calls++; return x }
	wrongOnce := func(x int) int {
		if x == 400 {
			return -1
		}
		return double(x)
	}
	if got := window(1000, submit, wrongOnce); got != 999 || calls != 1000 {
		t.Errorf("%d right results of %d calls, want 999 of 1000", got, calls)
	}
}

func TestWindowBoundsWhatIsInFlight(t *testing.T) {
	now, most := 0, 0
	submit := func(x int) int {
		now++
		most = max(most, now)
		return x
	}
	window(1000, submit, func(x int) int { now--; return double(x) })
	if most != inFlight || now != 0 {
		t.Errorf("at most %d in flight, and %d at the end; want %d and 0", most, now, inFlight)
	}
}

func TestSharesAddUp(t *testing.T) {
	for _, c := range []struct{ n, parts int }{{0, 4}, {1, 4}, {7, 4}, {700, 8}} {
		sum := 0
		for i := range c.parts {
			sum += share(c.n, c.parts, i)
		}
		if sum != c.n {
			t.Errorf("the shares of %d in %d add up to %d", c.n, c.parts, sum)
		}
	}
}

func TestStreamOutOfOrderIsNoticed(t *testing.T) {
	item, xs, want := mapInput(1)
	swapped := func(in iter.Seq[int], out func(int)) {
		serialStream(item, func(yield func(int) bool) {
			_ = yield(xs[1]) && yield(xs[0]) && yield(xs[2])
		}, out)
	}
	if got := passStream(swapped, xs, want, 3); got != 1 {
		t.Errorf("%d results count as right, want only the third", got)
	}
}

func TestRingKeepsOrderAndBlocks(t *testing.T) {
	l := ringLine(4)
	if got := l.pair(100); got != 100 {
		t.Errorf("%d of 100 came out", got)
	}
	if got := pass(l, 10_000, 3, 2); got != 10_000 {
		t.Errorf("%d of 10,000 arrived", got)
	}
}
