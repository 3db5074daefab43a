package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/skein-go/skein/lock"
)

func TestDinnerEndsWhenTheTimeIsUp(t *testing.T) {
	var out strings.Builder
	if err := dine(t.Context(), options{n: 5, time: 50 * time.Millisecond}, &out); err != nil {
		t.Error(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 6 || !strings.Contains(lines[5], "fairness") {
		t.Errorf("%q", lines)
	}
}

// In every run, after a hundredth of a second or less: the last philosopher goes round the corner.
func TestNaiveDinersAreFoundOut(t *testing.T) {
	for range 20 {
		var out strings.Builder
		err := dine(t.Context(), options{n: 5, time: time.Minute, naive: true}, &out)
		wrong, ok := errors.AsType[*lock.OrderError](err)
		if !ok && !errors.Is(err, lock.ErrDeadlock) {
			t.Fatalf("got %v", err)
		}
		if ok && (!strings.Contains(wrong.Stack, "oneByOne") || !strings.Contains(wrong.Error(), `"stick `)) {
			t.Error(wrong)
		}
	}
}

func TestStopEndsTheDinner(t *testing.T) {
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(enough)
	var out strings.Builder
	if err := dine(ctx, options{n: 3, time: time.Hour}, &out); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

func TestFairness(t *testing.T) {
	for _, c := range []struct {
		meals []int
		want  float64
	}{{[]int{3, 3, 3, 3}, 1}, {[]int{8, 0, 0, 0}, 0.25}, {[]int{0, 0}, 1}} {
		var table []philosopher
		for _, m := range c.meals {
			table = append(table, philosopher{meals: m})
		}
		if got := fairness(table); got != c.want {
			t.Errorf("fairness of %v is %v, want %v", c.meals, got, c.want)
		}
	}
}
