//go:build unix

package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestProgram(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lazyconn")
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	t.Run("its own server", func(t *testing.T) {
		out, err := exec.Command(name).CombinedOutput()
		want := regexp.MustCompile(`^Got (\d{4}) bytes
Got (\d{4}) bytes
a second With in one task: skein: already open in this task
12 requests in a pool of 3: ([123]) connections
(\d) connections opened, (\d) closed
$`)
		m := want.FindStringSubmatch(string(out))
		if err != nil || m == nil {
			t.Fatalf("%v, %q", err, out)
		}
		if m[1] != m[2] || m[4] != m[5] || m[4] != map[string]string{"1": "4", "2": "5", "3": "6"}[m[3]] {
			t.Errorf("the numbers do not add up: %q", out)
		}
	})

	t.Run("nobody listens", func(t *testing.T) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := ln.Addr().String()
		ln.Close()
		out, err := exec.Command(name, "-addr", addr).CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(string(out), addr) {
			t.Errorf("%v, %q", err, out)
		}
	})

	t.Run("Ctrl-C while a server is silent", func(t *testing.T) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		cmd := exec.Command(name, "-addr", ln.Addr().String())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer cmd.Process.Kill()
		for range 2 { // both tasks are connected
			c, err := ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
		}
		begun := time.Now()
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		if code, took := cmd.ProcessState.ExitCode(), time.Since(begun); code != 130 || took > time.Second {
			t.Errorf("exit code %d after %v", code, took)
		}
	})

	t.Run("wrong usage", func(t *testing.T) {
		for _, args := range [][]string{{"-path", "index.html"}, {"here"}} {
			if err := exec.Command(name, args...).Run(); err == nil || err.(*exec.ExitError).ExitCode() != 2 {
				t.Errorf("%q: %v", args, err)
			}
		}
	})
}
