//go:build unix

package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// soon is how long a stop may take here. It takes less than a millisecond, but
// the machine may be busy with other tests.
const soon = 2 * time.Second

// session is a program that runs, with an open standard input.
type session struct {
	*exec.Cmd
	in  io.Writer
	out io.Reader
}

func begin(t *testing.T, name string, args ...string) *session {
	t.Helper()
	s := &session{Cmd: exec.Command(name, args...)}
	var err error
	if s.in, err = s.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if s.out, err = s.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Process.Kill() })
	first := make([]byte, len("T-minus 10\n"))
	if _, err := io.ReadFull(s.out, first); err != nil || string(first) != "T-minus 10\n" {
		t.Fatalf("first line %q, %v", first, err)
	}
	return s
}

// end returns the rest of what the program writes and its exit code.
func (s *session) end(t *testing.T) (text string, code int) {
	t.Helper()
	begun := time.Now()
	rest, _ := io.ReadAll(s.out)
	s.Wait()
	if took := time.Since(begun); took > soon {
		t.Errorf("it ended after %v", took)
	}
	return string(rest), s.ProcessState.ExitCode()
}

func TestProgram(t *testing.T) {
	name := filepath.Join(t.TempDir(), "countdown")
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	t.Run("it is stopped in its sleep", func(t *testing.T) {
		text, code := begin(t, name, "-every", "1h", "-stop-after", "10ms").end(t)
		want := regexp.MustCompile(`^cleaned up\ncountdown stopped: its time was up; it took [0-9.]+(µs|ms) to stop\n$`)
		if code != 0 || !want.MatchString(text) {
			t.Errorf("exit code %d, %q", code, text)
		}
	})

	for _, c := range []struct {
		what   string
		signal os.Signal
		args   []string
		want   string
		code   int
	}{
		{"Ctrl-C", os.Interrupt, nil, "received interrupt", 130},
		{"Ctrl-C while it reads", os.Interrupt, []string{"-input"}, "received interrupt", 130},
		{"SIGTERM", syscall.SIGTERM, []string{"-input"}, "received terminated", 143},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := begin(t, name, append(c.args, "-every", "1h")...)
			s.Process.Signal(c.signal)
			text, code := s.end(t)
			if want := "cleaned up\ncountdown stopped: " + c.want + "\n"; code != c.code || text != want {
				t.Errorf("exit code %d, %q", code, text)
			}
		})
	}

	t.Run("stop is typed", func(t *testing.T) {
		s := begin(t, name, "-every", "1h", "-input")
		io.WriteString(s.in, "state\nstop\n")
		text, code := s.end(t)
		if !strings.HasPrefix(text, "countdown running\ncleaned up\ncountdown stopped: somebody typed stop; ") || code != 0 {
			t.Errorf("exit code %d, %q", code, text)
		}
	})

	t.Run("it ends while the read goes on", func(t *testing.T) {
		text, code := begin(t, name, "-every", "1ms", "-input").end(t)
		if !strings.HasSuffix(text, "T-minus 1\ncleaned up\ncountdown finished\n") || code != 0 {
			t.Errorf("exit code %d, %q", code, text)
		}
	})

	t.Run("wrong usage", func(t *testing.T) {
		for _, args := range [][]string{{"-n", "-1"}, {"-every", "-1s"}, {"10"}, {"-every", "often"}} {
			out, err := exec.Command(name, args...).CombinedOutput()
			if err == nil || err.(*exec.ExitError).ExitCode() != 2 || len(out) == 0 {
				t.Errorf("%q: %v, %q", args, err, out)
			}
		}
	})
}
