//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestProgram(t *testing.T) {
	name := filepath.Join(t.TempDir(), "philosophers")
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := func(args ...string) (out string, code int) {
		cmd := exec.Command(name, args...)
		text, _ := cmd.CombinedOutput()
		return string(text), cmd.ProcessState.ExitCode()
	}

	if out, code := run("-n", "3", "-seconds", "0.1"); code != 0 || !strings.Contains(out, "philosopher 2: ") || !strings.Contains(out, "fairness") {
		t.Errorf("exit code %d, %q", code, out)
	}
	if out, code := run("-naive", "-seconds", "60"); code != 1 || !strings.Contains(out, "lock: ") || !strings.Contains(out, "oneByOne") {
		t.Errorf("-naive: exit code %d, %q", code, out)
	}
	for _, args := range [][]string{{"-n", "1"}, {"-seconds", "0"}, {"-seconds", "soon"}, {"5"}} {
		if out, code := run(args...); code != 2 || out == "" {
			t.Errorf("%q: exit code %d, %q", args, code, out)
		}
	}

	cmd := exec.Command(name, "-seconds", "3600")
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond) // for it to have begun; before that an interrupt ends it at once
	cmd.Process.Signal(os.Interrupt)
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 || !strings.Contains(out.String(), "fairness") {
		t.Errorf("Ctrl-C: exit code %d, %q", code, out.String())
	}
}
