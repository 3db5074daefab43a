//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestProgram(t *testing.T) {
	name := filepath.Join(t.TempDir(), "handpool")
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, c := range []struct {
		signal os.Signal
		code   int
	}{{os.Interrupt, 130}, {syscall.SIGTERM, 143}} {
		cmd := exec.Command(name, "-addr", "127.0.0.1:0", "-workers", "2")
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer cmd.Process.Kill()
		line, err := bufio.NewReader(stdout).ReadString('\n')
		addr, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
		if err != nil || !ok {
			t.Fatalf("first line %q, %v", line, err)
		}
		if err := ask(dial(t, addr), "hello"); err != nil { // this client stays
			t.Error(err)
		}
		begun := time.Now()
		cmd.Process.Signal(c.signal)
		cmd.Wait()
		if code, took := cmd.ProcessState.ExitCode(), time.Since(begun); code != c.code || took > time.Second {
			t.Errorf("%v: exit code %d after %v", c.signal, code, took)
		}
	}
	if err := exec.Command(name, "-workers", "0").Run(); err == nil || err.(*exec.ExitError).ExitCode() != 2 {
		t.Errorf("-workers 0: %v", err)
	}
}
