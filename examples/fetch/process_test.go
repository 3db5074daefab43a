//go:build unix

package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// outcome is what a run of the program left.
type outcome struct {
	out, err string
	code     int
}

func execute(name string, args ...string) outcome {
	cmd := exec.Command(name, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Run()
	return outcome{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

func TestProgram(t *testing.T) {
	name := filepath.Join(t.TempDir(), "fetch")
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	t.Run("its own server", func(t *testing.T) {
		r := execute(name)
		want := regexp.MustCompile(`^http://127\.0\.0\.1:\d+/geese: 3900 bytes\nhttp://127\.0\.0\.1:\d+/yarn: 5700 bytes\n$`)
		if !want.MatchString(r.out) || r.err != "" || r.code != 0 {
			t.Errorf("%+v", r)
		}
	})

	t.Run("it names what failed", func(t *testing.T) {
		url := serveFunc(t, pages().ServeHTTP)
		r := execute(name, url+"/geese", url+"/ducks", "nonsense://")
		want := outcome{
			out: url + "/geese: 3900 bytes\n",
			err: "fetch: " + url + "/ducks: the server answered 404 Not Found\n" +
				"fetch: nonsense://: Get \"nonsense:\": unsupported protocol scheme \"nonsense\"\n" +
				"fetch: 2 of 3 failed\n",
			code: 1,
		}
		if r != want {
			t.Errorf("%+v, want %+v", r, want)
		}
	})

	t.Run("a server that is slow", func(t *testing.T) {
		url := serveFunc(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		r := execute(name, "-timeout", "50ms", "-retry", "0", url)
		if r.code != 1 || r.out != "" || !strings.HasPrefix(r.err, "fetch: "+url+": ") || !strings.Contains(r.err, "50ms") {
			t.Errorf("%+v", r)
		}
	})

	t.Run("Ctrl-C", func(t *testing.T) {
		asked := make(chan struct{}, 1)
		url := serveFunc(t, func(_ http.ResponseWriter, r *http.Request) {
			asked <- struct{}{}
			<-r.Context().Done()
		})
		cmd := exec.Command(name, url)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer cmd.Process.Kill()
		<-asked
		begun := time.Now()
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		if code, took := cmd.ProcessState.ExitCode(), time.Since(begun); code != 130 || took > time.Second {
			t.Errorf("exit code %d after %v", code, took)
		}
	})

	t.Run("wrong usage", func(t *testing.T) {
		for _, args := range [][]string{{"-workers", "0"}, {"-retry", "-1"}, {"-timeout", "soon"}} {
			if r := execute(name, args...); r.code != 2 || r.err == "" || r.out != "" {
				t.Errorf("%q: %+v", args, r)
			}
		}
	})
}
