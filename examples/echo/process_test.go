//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// build builds the program, and returns its path.
func build(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "echo")
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return name
}

// process is a program that runs.
type process struct {
	*exec.Cmd
	addr string       // where it listens
	errs bytes.Buffer // to be read when it has ended
}

func launch(t *testing.T, name string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(name, args...)}
	p.Stderr = &p.errs
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		t.Fatalf("first line %q, %v", line, err)
	}
	p.addr = addr
	return p
}

// end sends a signal, and returns the exit code and how long that took.
func (p *process) end(t *testing.T, s os.Signal) (code int, took time.Duration) {
	t.Helper()
	begun := time.Now()
	if err := p.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	p.Wait()
	return p.ProcessState.ExitCode(), time.Since(begun)
}

func TestProgram(t *testing.T) {
	name := build(t)

	t.Run("SIGTERM with 50 clients connected", func(t *testing.T) {
		p := launch(t, name, "-addr", "127.0.0.1:0", "-workers", "30", "-queue", "10")
		var clients []net.Conn
		for range 50 { // 30 are served, 10 wait, 10 are not accepted
			clients = append(clients, dial(t, p.addr))
		}
		for _, c := range clients[:30] {
			mustAsk(t, c, "hello")
		}
		code, took := p.end(t, syscall.SIGTERM)
		if code != 143 || took > time.Second {
			t.Errorf("exit code %d after %v", code, took)
		}
		for i, c := range clients {
			if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("client %d is left hanging: %v", i, err)
			}
		}
		if p.errs.Len() > 0 {
			t.Errorf("standard error %q", p.errs.String())
		}
	})

	t.Run("Ctrl-C without a client", func(t *testing.T) {
		p := launch(t, name, "-addr", "127.0.0.1:0")
		if code, took := p.end(t, os.Interrupt); code != 130 || took > time.Second {
			t.Errorf("exit code %d after %v", code, took)
		}
	})

	t.Run("it logs every client if asked", func(t *testing.T) {
		p := launch(t, name, "-addr", "127.0.0.1:0", "-v")
		c := dial(t, p.addr)
		mustAsk(t, c, "hello")
		c.CloseWrite()
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Error(err)
		}
		p.end(t, syscall.SIGTERM)
		peer := c.LocalAddr().String()
		if want := "echo: " + peer + " connected\necho: " + peer + " finished\n"; p.errs.String() != want {
			t.Errorf("standard error %q, want %q", p.errs.String(), want)
		}
	})

	t.Run("the port is taken", func(t *testing.T) {
		p := launch(t, name, "-addr", "127.0.0.1:0")
		defer p.end(t, syscall.SIGTERM)
		out, err := exec.Command(name, "-addr", p.addr).CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.HasPrefix(string(out), "echo: listen tcp "+p.addr) {
			t.Errorf("%v, %q", err, out)
		}
	})

	t.Run("wrong usage", func(t *testing.T) {
		for _, args := range [][]string{{"-workers", "0"}, {"-queue", "1"}, {"here"}, {"-what"}} {
			out, err := exec.Command(name, args...).CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 2 || len(out) == 0 {
				t.Errorf("%q: %v, %q", args, err, out)
			}
		}
	})
}
