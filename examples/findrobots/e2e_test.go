package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// build builds the program into a directory that TestMain removes.
var build = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "findrobots"); err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "findrobots.exe"), ".").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	built = dir
	return dir, err
})

var built string

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		os.RemoveAll(built)
	}
	os.Exit(code)
}

// program is the built program.
func program(t *testing.T) string {
	t.Helper()
	dir, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "findrobots.exe")
}

// outcome is what a run of the program left.
type outcome struct {
	out, err string
	code     int
}

// execute runs the program in a directory that is not the sources'.
func execute(t *testing.T, args ...string) outcome {
	t.Helper()
	cmd := exec.Command(program(t), args...)
	cmd.Dir = t.TempDir()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if strings.ContainsAny(errs.String(), "\r\x1b") {
		t.Errorf("a meter in a pipe: %q", errs.String())
	}
	return outcome{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// want compares an outcome; the last line of standard error must match last.
func (o outcome) want(t *testing.T, code int, out, last string) {
	t.Helper()
	if o.code != code {
		t.Errorf("exit code %d, want %d; standard error:\n%s", o.code, code, o.err)
	}
	if o.out != out {
		t.Errorf("standard output %q, want %q", o.out, out)
	}
	lines := strings.Split(strings.TrimSuffix(o.err, "\n"), "\n")
	if got := lines[len(lines)-1]; !regexp.MustCompile("^" + last + "$").MatchString(got) {
		t.Errorf("standard error ends with %q, want %q", got, last)
	}
}

// summaryOf is a pattern for the summary.
func summaryOf(files, lines, hosts string) string {
	return files + ", " + lines + `, [\d.]+ MB \([\d.]+ MB stored\), [\d.]+ MB/s, ` + hosts +
		`; [\d.]+ s wall(, [\d.]+ s CPU)?, \d+ workers? \((inline|goroutines)\)`
}

func TestSampleOnEachExecutor(t *testing.T) {
	for _, on := range executorNames() {
		for _, j := range []string{"1", "2", "16"} {
			o := execute(t, "-on", on, "-j", j)
			o.want(t, 0, o.out, summaryOf("5 files", "4920 lines", "79 hosts"))
			hosts := strings.Split(strings.TrimSuffix(o.out, "\n"), "\n")
			if len(hosts) != 79 || !slices.IsSorted(hosts) {
				t.Errorf("-on %s -j %s: %d hosts, sorted: %v", on, j, len(hosts), slices.IsSorted(hosts))
			}
			execute(t, "-on", on, "-j", j, "-count").want(t, 0, "79\n", summaryOf("5 files", "4920 lines", "79 hosts"))
		}
	}
}

func TestRealLogsOnEachExecutor(t *testing.T) {
	dir, err := filepath.Abs(realLogs(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, on := range executorNames() {
		execute(t, "-on", on, "-count", dir).want(t, 0, "121\n", summaryOf("4 files", "10000 lines", "121 hosts"))
	}
}

func TestOneFile(t *testing.T) {
	execute(t, write(t, "a.log", []byte(askK+askH+none))).want(t, 0, "h\nk\n", summaryOf("1 file", "3 lines", "2 hosts"))
}

func TestNobodyAsked(t *testing.T) {
	name := write(t, "a.log", []byte(none))
	execute(t, name).want(t, 0, "", summaryOf("1 file", "1 line", "0 hosts"))
	execute(t, "-count", name).want(t, 0, "0\n", summaryOf("1 file", "1 line", "0 hosts"))
}

func TestPatternAndDuplicates(t *testing.T) {
	name := write(t, "a.log", []byte(askH))
	pattern := filepath.Join(filepath.Dir(name), "*.log")
	execute(t, name, pattern, filepath.Dir(name), name).want(t, 0, "h\n", summaryOf("1 file", "1 line", "1 host"))
}

func TestLineForEachFile(t *testing.T) {
	a, b := write(t, "a.log", []byte(askH)), write(t, "b.log.gz", zip(t, askK+none))
	o := execute(t, a, "-v", b)
	o.want(t, 0, "h\nk\n", summaryOf("2 files", "3 lines", "2 hosts"))
	for _, line := range []string{a + ": 1 line, 0.0 MB, 1 host\n", b + ": 2 lines, 0.0 MB, 1 host\n"} {
		if !strings.Contains(o.err, line) {
			t.Errorf("standard error %q does not contain %q", o.err, line)
		}
	}
}

func TestDamagedFileAmongOthers(t *testing.T) {
	good := zip(t, askK)
	cut := zip(t, strings.Repeat(askH+none, 1000))
	cut = cut[:len(cut)-4]
	bad := write(t, "bad.log.gz", cut)
	for _, on := range executorNames() {
		o := execute(t, "-on", on, bad, write(t, "good.log.gz", good))
		o.want(t, 1, "h\nk\n", ".*: 1 file missing or damaged; the answer is from the rest")
		if want := fmt.Sprintf("findrobots: %s: gzip data cut off at byte %d; counted as far as that, 2000 lines\n", bad, len(cut)); !strings.Contains(o.err, want) {
			t.Errorf("standard error %q does not contain %q", o.err, want)
		}
	}
}

func TestMissingFileAmongOthers(t *testing.T) {
	good := write(t, "a.log", []byte(askH))
	o := execute(t, good+".1", good, filepath.Join(filepath.Dir(good), "z*"))
	o.want(t, 1, "h\n", ".*: 2 files missing or damaged; the answer is from the rest")
	if !strings.Contains(o.err, good+".1: ") || !strings.Contains(o.err, "z*: no file matches\n") {
		t.Errorf("standard error %q does not name what is missing", o.err)
	}
}

func TestNothingToRead(t *testing.T) {
	empty := t.TempDir()
	for _, args := range [][]string{
		{filepath.Join(empty, "a.log")},
		{filepath.Join(empty, "a.log"), filepath.Join(empty, "b.log")},
		{filepath.Join(empty, "*.log")},
		{empty},
		{"-count", empty},
	} {
		execute(t, args...).want(t, 2, "", ".*: nothing to read")
	}
}

func TestEmptyFileIsSomethingToRead(t *testing.T) {
	execute(t, write(t, "a.log", nil)).want(t, 0, "", summaryOf("1 file", "0 lines", "0 hosts"))
}

func TestWrongUsageExits2(t *testing.T) {
	for _, args := range []string{"-x", "-j 0", "-j x", "-on threads", "a.log -y"} {
		execute(t, strings.Fields(args)...).want(t, 2, "", "Try findrobots -h for help.")
	}
}

func TestHelpExits0(t *testing.T) {
	o := execute(t, "-h")
	if o.code != 0 || o.err != "" || !strings.HasPrefix(o.out, "Findrobots prints the hosts") {
		t.Errorf("%+v", o)
	}
}

func TestReaderHadEnough(t *testing.T) {
	if _, err := exec.LookPath("head"); err != nil {
		t.Skip(err)
	}
	var log bytes.Buffer // more hosts than fit into a pipe
	for i := range 30_000 {
		fmt.Fprintf(&log, "host%06d 2 3 4 5 6 /robots.txt\n", i)
	}
	cmd := exec.Command("sh", "-c", `"$0" "$1" | head -n 2`, program(t), write(t, "a.log", log.Bytes()))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
	if out.String() != "host000000\nhost000001\n" {
		t.Errorf("standard output %q", out.String())
	}
	if strings.Contains(errs.String(), "pipe") || strings.Contains(errs.String(), "goroutine") {
		t.Errorf("not quiet: %q", errs.String())
	}
}
