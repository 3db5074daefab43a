package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
)

// paper is where tasks write at the same time.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// runs runs the program's body in a bubble, where time is fake, and returns
// what it wrote, how long it took, and its error.
func runs(t *testing.T, ctx context.Context, o options, in io.Reader) (string, time.Duration, error) {
	t.Helper()
	var out paper
	begun := time.Now()
	err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error { return run(ctx, g, o, in, &out) }, nil)
	return out.String(), time.Since(begun), err
}

func TestCountdownFinishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, took, err := runs(t, t.Context(), options{n: 10, every: 5 * time.Second}, nil)
		want := "T-minus 10\nT-minus 9\nT-minus 8\nT-minus 7\nT-minus 6\nT-minus 5\nT-minus 4\nT-minus 3\nT-minus 2\nT-minus 1\n" +
			"cleaned up\ncountdown finished\n"
		if out != want || took != 50*time.Second || err != nil {
			t.Errorf("%q after %v, %v", out, took, err)
		}
	})
}

func TestStopCutsTheSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, took, err := runs(t, t.Context(), options{n: 10, every: time.Hour, stopAfter: 90 * time.Minute}, nil)
		want := "T-minus 10\nT-minus 9\ncleaned up\ncountdown stopped: its time was up; it took 0s to stop\n"
		if out != want || took != 90*time.Minute || err != nil {
			t.Errorf("%q after %v, %v", out, took, err)
		}
	})
}

func TestStopThatComesTooLateIsNotAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, took, err := runs(t, t.Context(), options{n: 1, every: time.Second, stopAfter: time.Hour}, nil)
		if want := "T-minus 1\ncleaned up\ncountdown finished\n"; out != want || took != time.Second || err != nil {
			t.Errorf("%q after %v, %v", out, took, err)
		}
	})
}

func TestCommands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, typist := io.Pipe()
		go func() {
			defer typist.Close()
			for _, line := range []string{"state\n", "\n", "stp\n", "stop\n"} {
				time.Sleep(time.Minute)
				io.WriteString(typist, line)
			}
		}()
		out, took, err := runs(t, t.Context(), options{n: 10, every: time.Hour, input: true}, in)
		want := "T-minus 10\ncountdown running\n\"stp\" is no command: type state, or stop\n" +
			"cleaned up\ncountdown stopped: somebody typed stop; it took 0s to stop\n"
		if out != want || took != 4*time.Minute || err != nil {
			t.Errorf("%q after %v, %v", out, took, err)
		}
		synctest.Wait()
	})
}

func TestNobodyWaitsForALineMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, typist := io.Pipe()
		defer typist.Close()
		out, took, err := runs(t, t.Context(), options{n: 1, every: time.Second, input: true}, in)
		if want := "T-minus 1\ncleaned up\ncountdown finished\n"; out != want || took != time.Second || err != nil {
			t.Errorf("%q after %v, %v", out, took, err)
		}
	})
}

func TestOuterStopIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closing := errors.New("closing time")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(closing) })
		out, took, err := runs(t, ctx, options{n: 10, every: time.Hour}, nil)
		if !strings.HasSuffix(out, "cleaned up\ncountdown stopped: closing time\n") || took != time.Second || !errors.Is(err, closing) {
			t.Errorf("%q after %v, %v", out, took, err)
		}
	})
}
