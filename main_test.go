package skein_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/skein-go/skein"
)

type codedError struct{}

func (codedError) Error() string { return "coded" }
func (codedError) ExitCode() int { return 7 }

func init() { // see the other one
	end := func(err error) func() {
		return func() {
			skein.Main(func(ctx context.Context, g *skein.Group) error {
				defer fmt.Println("cleaned")
				g.Go("task", nothing)
				return err
			})
		}
	}
	programs["main: nil"] = end(nil)
	programs["main: error"] = end(errEnough)
	programs["main: coded"] = end(codedError{})
	programs["main: silent"] = end(silentError{})
	programs["main: failing task"] = func() {
		skein.Main(func(ctx context.Context, g *skein.Group) error { g.Go("task", fail); return nil })
	}
	programs["main: waits"] = func() {
		skein.Main(func(ctx context.Context, g *skein.Group) error {
			g.Go("task", func(ctx context.Context) error {
				defer fmt.Println("cleaned")
				fmt.Println("ready")
				err := waiter(ctx)
				var s *skein.SignalError
				fmt.Println("signal:", errors.As(context.Cause(ctx), &s))
				return err
			})
			return nil
		})
	}
	programs["main: deaf"] = func() {
		skein.Main(func(ctx context.Context, g *skein.Group) error {
			defer fmt.Println("cleaned")
			skein.OnStop(ctx, func() { fmt.Println("stopping") })
			fmt.Println("ready")
			return waiter(context.WithoutCancel(ctx))
		})
	}
}

type silentError struct{}

func (silentError) Error() string { return "" }
func (silentError) ExitCode() int { return 3 }

func TestMainExitCodes(t *testing.T) {
	for _, c := range []struct {
		program string
		code    int
		out     string
		err     string
	}{
		{"main: nil", 0, "cleaned\n", ""},
		{"main: error", 1, "cleaned\n", "skein.test: enough\n"},
		{"main: coded", 7, "cleaned\n", "skein.test: coded\n"},
		{"main: silent", 3, "cleaned\n", ""},
		{"main: failing task", 1, "", "skein.test: task \"task\": enough\n"},
	} {
		stdout, stderr, code := run(t, c.program)
		if code != c.code || stdout != c.out || stderr != c.err {
			t.Errorf("%s: exit code %d, output %q, errors %q", c.program, code, stdout, stderr)
		}
	}
}

// interactive starts a program and reads its lines.
func interactive(t *testing.T, name string) (cmd *exec.Cmd, lines *bufio.Reader, stderr *bytes.Buffer) {
	t.Helper()
	cmd, stderr = program(name), new(bytes.Buffer)
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd, bufio.NewReader(out), stderr
}

func expectLine(t *testing.T, lines *bufio.Reader, want string) {
	t.Helper()
	if line, err := lines.ReadString('\n'); line != want+"\n" {
		t.Fatalf("got %q, %v, want %q", line, err, want)
	}
}

func signal(t *testing.T, cmd *exec.Cmd, s os.Signal) {
	t.Helper()
	if err := cmd.Process.Signal(s); err != nil {
		t.Skip("signals cannot be sent here: ", err)
	}
}

func TestMainSignals(t *testing.T) {
	for s, code := range map[os.Signal]int{os.Interrupt: 130, syscall.SIGTERM: 143} {
		cmd, lines, stderr := interactive(t, "main: waits")
		expectLine(t, lines, "ready")
		signal(t, cmd, s)
		rest, _ := io.ReadAll(lines)
		cmd.Wait()
		if got := cmd.ProcessState.ExitCode(); got != code || string(rest) != "signal: true\ncleaned\n" || stderr.Len() != 0 {
			t.Errorf("%v: exit code %d, output %q, errors %q", s, got, rest, stderr)
		}
	}
}

func TestMainSecondSignal(t *testing.T) {
	cmd, lines, _ := interactive(t, "main: deaf")
	expectLine(t, lines, "ready")
	signal(t, cmd, os.Interrupt)
	expectLine(t, lines, "stopping")
	signal(t, cmd, os.Interrupt)
	rest, _ := io.ReadAll(lines)
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != 130 || len(rest) != 0 {
		t.Errorf("exit code %d, output %q: the second one exits at once", got, rest)
	}
}
