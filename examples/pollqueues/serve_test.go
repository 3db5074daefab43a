package main

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/skeintest"
)

func TestServe(t *testing.T) {
	skeintest.NoLeaks(t)
	var out bytes.Buffer
	err := skein.Run(skeintest.NoDeadlock(t), func(ctx context.Context, g *skein.Group) error { return serve(ctx, g, &out) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(out.String()), "\n")
	slices.Sort(got) // they come in any order
	want := []string{
		"got 1 from numbers", "got 10 from numbers", "got 15 from numbers",
		"got greetings 1 from a socket", "got greetings 2 from a socket", "got hello from words",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// In a bubble time passes only while all sleep: one who is told has the item at once, and one who looks
// again has it when he looks.
func TestMeasure(t *testing.T) {
	o := options{n: 30, queues: 3, pause: 10 * time.Millisecond}
	synctest.Test(t, func(t *testing.T) {
		told, err := measure(t.Context(), o, oneWait)
		if err != nil || len(told) != o.n || slices.Max(told) != 0 {
			t.Errorf("told: %v, %v", told, err)
		}
		looked, err := measure(t.Context(), o, looking(o.pause))
		if err != nil || len(looked) != o.n || slices.Max(looked) > o.pause || median(looked) == 0 {
			t.Errorf("looking: %v, %v", looked, err)
		}
	})
}

func TestCompare(t *testing.T) {
	var out bytes.Buffer
	if err := compare(t.Context(), options{n: 10, queues: 2, pause: 10 * time.Millisecond}, &out); err != nil {
		t.Fatal(err)
	}
	if want := regexp.MustCompile(`p50 \S+\n  looking every 10ms      p50 \S+, \d+ times as long\n$`); !want.MatchString(out.String()) {
		t.Errorf("got %q", out.String())
	}
}

func TestCompareIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("closing time")
	cancel(stop)
	if err := compare(ctx, options{n: 10, queues: 2, pause: time.Hour}, new(bytes.Buffer)); !errors.Is(err, stop) {
		t.Errorf("it ended with %v", err)
	}
}
