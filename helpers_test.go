package skein_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/queue"
	"github.com/skein-go/skein/skeintest"
)

var errEnough = errors.New("enough")

// both runs body on goroutines and on a loop: what is promised holds on either.
func both(t *testing.T, body func(t *testing.T, ctx context.Context)) {
	t.Helper()
	t.Run("goroutines", func(t *testing.T) {
		probe.Forget()
		skeintest.NoLeaks(t)
		body(t, context.Background())
	})
	t.Run("loop", func(t *testing.T) {
		probe.Forget()
		skeintest.NoLeaks(t)
		onLoop(t, body)
	})
}

// bubble is both in bubbles of synctest, where time is fake.
func bubble(t *testing.T, body func(t *testing.T, ctx context.Context)) {
	t.Helper()
	t.Run("goroutines", func(t *testing.T) {
		probe.Forget()
		skeintest.NoLeaks(t)
		synctest.Test(t, func(t *testing.T) { body(t, context.Background()) })
	})
	t.Run("loop", func(t *testing.T) {
		probe.Forget()
		skeintest.NoLeaks(t)
		synctest.Test(t, func(t *testing.T) { onLoop(t, body) })
	})
}

func onLoop(t *testing.T, body func(t *testing.T, ctx context.Context)) {
	err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
		body(t, ctx)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// pass lets the others go first.
func pass() {
	runtime.Gosched()
	loop.Yield(context.Background())
}

// until passes until cond holds.
func until(cond func() bool) {
	for !cond() {
		pass()
	}
}

// A door is shut until it is opened, and can be waited at.
type door = queue.Queue[struct{}]

func newDoor() *door { return queue.New[struct{}](nil) }

func wait(ctx context.Context, d *door) error {
	if _, err := d.Get(ctx); !errors.Is(err, queue.ErrClosed) {
		return err
	}
	return nil
}

// waiter is the body of a task that waits until it is stopped.
func waiter(ctx context.Context) error { return wait(ctx, newDoor()) }

type key struct{}

func nothing(context.Context) error { return nil }

func found(kind string) (list []skein.Finding) {
	for _, f := range skein.Findings() {
		if f.Kind == kind {
			list = append(list, f)
		}
	}
	return list
}

// programs are what this test binary is when it is started again, by name.
var programs = map[string]func(){}

const programVar = "SKEIN_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if name := os.Getenv(programVar); name != "" {
		programs[name]()
		os.Exit(0)
	}
	slog.SetDefault(slog.New(slog.DiscardHandler)) // failures and panics are what is tested
	os.Exit(m.Run())
}

// program is this test binary as one of the programs.
func program(name string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), programVar+"="+name)
	return cmd
}

// run runs a program to its end.
func run(t *testing.T, name string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := program(name)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in:\n%s", part, text)
		}
	}
}
