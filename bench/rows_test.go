package bench

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/skein-go/skein/bench/internal/measure"
)

func TestMain(m *testing.M) {
	if IsChild(os.Args[1:]) {
		if err := Child(os.Args[1:], os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestRowsAreSound(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range new(Env).Rows() {
		if err := row.Check(); err != nil {
			t.Error(err)
		}
		if seen[row.Name] {
			t.Errorf("two rows are called %s", row.Name)
		}
		if row.Doc == "" {
			t.Errorf("%s does not say what an operation is", row.Name)
		}
		seen[row.Name] = true
	}
}

func TestBodiesDoTheWork(t *testing.T) {
	for _, row := range new(Env).Rows() {
		for _, p := range row.Peers {
			if p.Open == nil {
				continue
			}
			t.Run(row.Name+"/"+p.Name, func(t *testing.T) {
				body, err := p.Open()
				if reason, ok := errors.AsType[measure.NotRun](err); ok {
					t.Skip(reason)
				}
				if err != nil {
					t.Fatal(err)
				}
				if body.Close != nil {
					defer body.Close()
				}
				for _, n := range []int{1, 7, 700} {
					if got := body.Run(n); got != n {
						t.Errorf("did %d operations of %d", got, n)
					}
				}
			})
		}
	}
}

func TestHoldersHold(t *testing.T) {
	for _, h := range holders() {
		t.Run(h.name, func(t *testing.T) {
			release, err := h.hold(100)
			if reason, ok := errors.AsType[measure.NotRun](err); ok {
				t.Skip(reason)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := release(); got != 100 {
				t.Errorf("%d tasks went on of 100", got)
			}
		})
	}
}

func TestPoolsTakeWhatTheySay(t *testing.T) {
	for _, p := range poolings() {
		t.Run(p.name, func(t *testing.T) {
			taken := 30
			if p.blocks {
				taken = 5
			}
			release, err := holdInPool(p, limits{width: 5, queue: 40}, 30, taken)
			if reason, ok := errors.AsType[measure.NotRun](err); ok {
				t.Skip(reason)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := release(); got != 30 {
				t.Errorf("%d tasks went on of 30", got)
			}
		})
	}
}

func TestFreshProcessTellsItsMemory(t *testing.T) {
	few, err := fresh("task/memory-2000 go", 10)
	if reason, ok := errors.AsType[measure.NotRun](err); ok {
		t.Skip(reason)
	}
	if err != nil {
		t.Fatal(err)
	}
	many, err := fresh("task/memory-2000 go", 20_000)
	if err != nil {
		t.Fatal(err)
	}
	if more := many[measure.RSS] - few[measure.RSS]; more < 20e6 || more > 200e6 {
		t.Errorf("20,000 goroutines take %.3g bytes more than 10, want some 2 kB each", more)
	}
	if _, err := fresh("nobody", 10); err == nil || !strings.Contains(err.Error(), "nothing is called") {
		t.Errorf("a fresh process for an unknown name: %v", err)
	}
}

func TestThreadsTellTheirMemory(t *testing.T) {
	r, err := readThreads(20)
	if reason, ok := errors.AsType[measure.NotRun](err); ok {
		t.Skip(reason)
	}
	if err != nil || r[measure.RSS] < 1e6 || r[measure.Virtual] < r[measure.RSS] {
		t.Errorf("20 threads: %v, %v", r, err)
	}
}

// All who search logs find what the generator says; a peer that did not is an error.
func TestRobotsAreFound(t *testing.T) {
	e := &Env{Scratch: t.TempDir(), files: 2, fileLines: 500}
	for _, row := range e.robotsRows() {
		for _, p := range row.Peers {
			r, err := p.Read()
			if reason, ok := errors.AsType[measure.NotRun](err); ok {
				t.Logf("%s, %s: not run: %s", row.Name, p.Name, reason)
				continue
			}
			if err != nil {
				t.Fatalf("%s, %s: %v", row.Name, p.Name, err)
			}
			if r[measure.CPU] <= 0 && runtime.GOOS == "linux" || r[measure.Wall] <= 0 {
				t.Errorf("%s, %s: took %v", row.Name, p.Name, r)
			}
		}
	}
	e.logs.hosts++
	if _, err := e.findrobots()(); err == nil || !strings.Contains(err.Error(), "hosts, and there are") {
		t.Errorf("a wrong answer gives %v", err)
	}
}

func TestGeneratorIsUnderstood(t *testing.T) {
	if n, err := hostsIn("32 files in /tmp/x/logs, 1234 hosts asked for /robots.txt\n"); n != 1234 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	if n, err := hostsIn("32 files\n"); err == nil {
		t.Errorf("an answer without hosts is taken for %d", n)
	}
}
