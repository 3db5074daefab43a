package main

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestBothKindsCountRight(t *testing.T) {
	var out strings.Builder
	if err := compare(t.Context(), options{counters: 10, tasks: 4, time: 50 * time.Millisecond}, &out); err != nil {
		t.Error(err)
	}
	if want := regexp.MustCompile(`^one lock for all: .* bytes a counter, .* calls a second\na lock for each : .*\n$`); !want.MatchString(out.String()) {
		t.Errorf("%q", out.String())
	}
}

func TestDecrCallsIncr(t *testing.T) {
	for _, c := range []counter{new(shared), new(own)} {
		if err := c.incr(t.Context(), 5); err != nil {
			t.Error(err)
		}
		if err := c.decr(t.Context(), 2); err != nil || c.get() != 3 {
			t.Errorf("%T: %d, %v", c, c.get(), err)
		}
	}
}

func TestStopEndsTheCounting(t *testing.T) {
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(enough)
	var out strings.Builder
	if err := compare(ctx, options{counters: 2, tasks: 2, time: time.Hour}, &out); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

func TestWrongUsage(t *testing.T) {
	name := filepath.Join(t.TempDir(), "monitor")
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, args := range [][]string{{"-counters", "0"}, {"-tasks", "0"}, {"-seconds", "-1"}, {"x"}, {"-tasks", "few"}} {
		out, err := exec.Command(name, args...).CombinedOutput()
		if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.ExitCode() != 2 || len(out) == 0 {
			t.Errorf("%q: %v, %q", args, err, out)
		}
	}
}
