//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestProgram(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pollqueues")
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	t.Run("it ends by itself", func(t *testing.T) {
		out, err := exec.Command(name, "-n", "5").CombinedOutput()
		if err != nil || strings.Count(string(out), "got ") != 6 || !regexp.MustCompile(`one wait +p50 `).Match(out) {
			t.Errorf("%v, %q", err, out)
		}
	})

	t.Run("Ctrl-C", func(t *testing.T) {
		cmd := exec.Command(name, "-n", "1000000", "-pause", "1h")
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill() })
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "got ") {
				break
			}
		}
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 130 {
			t.Errorf("exit code %d", code)
		}
	})

	t.Run("wrong usage", func(t *testing.T) {
		for _, args := range [][]string{{"-n", "-1"}, {"-queues", "0"}, {"-pause", "0s"}, {"here"}, {"-what"}} {
			out, err := exec.Command(name, args...).CombinedOutput()
			if err == nil || err.(*exec.ExitError).ExitCode() != 2 || len(out) == 0 {
				t.Errorf("%q: %v, %q", args, err, out)
			}
		}
	})
}
