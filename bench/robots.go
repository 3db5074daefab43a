package bench

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"github.com/skein-go/skein/bench/internal/measure"
)

// robotsRows run the findrobots example as a user does: as a program, on generated logs.
func (e *Env) robotsRows() []measure.Row {
	rows := []measure.Row{{
		Name: "robots/cpu", Doc: "a line of compressed logs searched, whole processes",
		Baseline: "decompression alone",
		Bars: []measure.Bar{
			{Against: "python", Times: 7},
			{Against: "decompression alone", AtMost: 1.1},
		},
		Peers: []measure.Peer{
			{Name: measure.Subject, Read: e.findrobots()},
			{Name: "python", Read: e.python},
			{Name: "decompression alone", Read: e.decompression},
		},
		Rounds: 7,
	}}
	for _, scale := range []struct {
		width int
		times float64
	}{{2, 1.85}, {4, 3.5}} {
		row := measure.Row{
			Name: "robots/scaling", Doc: "a line of compressed logs searched, by one worker and by two",
			Baseline: "-j 1",
			Bars:     []measure.Bar{{Metric: measure.Wall, Against: "-j 1", Times: scale.times}},
			Show:     []measure.Metric{measure.Wall},
			Peers: []measure.Peer{
				{Name: measure.Subject, Note: fmt.Sprintf("-j %d", scale.width), Read: e.findrobots("-j", strconv.Itoa(scale.width))},
				{Name: "-j 1", Read: e.findrobots("-j", "1")},
			},
			Rounds: 7,
		}
		if scale.width > 2 {
			row.Name += fmt.Sprintf("-%d", scale.width)
			row.Doc = fmt.Sprintf("the same by one worker and by %d", scale.width)
		}
		if cores := runtime.NumCPU(); cores < scale.width {
			row.Skip = fmt.Sprintf("needs %d cores, and there are %d", scale.width, cores)
		}
		rows = append(rows, row)
	}
	return rows
}

// logs are generated files, and what is known of them.
type logs struct {
	dir     string // that they are in
	program string // findrobots
	lines   int    // of all files
	hosts   int    // the answer
}

// findrobots runs the example.
func (e *Env) findrobots(flags ...string) func() (measure.Reading, error) {
	return func() (measure.Reading, error) {
		l, err := e.openLogs()
		if err != nil {
			return nil, err
		}
		return l.ask(exec.Command(l.program, append(flags, "-count", l.dir)...))
	}
}

//go:embed testdata/findrobots.py
var findrobotsProgram string

func (e *Env) python() (measure.Reading, error) {
	python, err := findPython()
	if err != nil {
		return nil, err
	}
	l, err := e.openLogs()
	if err != nil {
		return nil, err
	}
	return l.ask(exec.Command(python, "-c", findrobotsProgram, l.dir))
}

// ask runs a program that prints how many hosts it found.
func (l *logs) ask(cmd *exec.Cmd) (measure.Reading, error) {
	r, out, err := measure.Command(cmd, l.lines)
	if err != nil {
		return nil, err
	}
	if got := strings.TrimSpace(string(out)); got != strconv.Itoa(l.hosts) {
		return nil, fmt.Errorf("%s: found %q hosts, and there are %d", cmd, got, l.hosts)
	}
	return r, nil
}

func (e *Env) decompression() (measure.Reading, error) {
	l, err := e.openLogs()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	r, out, err := measure.Command(exec.Command(self, childFlag, decompressName, l.dir), l.lines)
	if err != nil {
		return nil, err
	}
	// A line is never shorter than this; what matters is that nothing was left out unseen.
	if n, err := strconv.Atoi(strings.TrimSpace(string(out))); err != nil || n < 100*l.lines {
		return nil, fmt.Errorf("decompression gave %q bytes for %d lines", out, l.lines)
	}
	return r, nil
}

// openLogs builds the example and its generator, and generates logs, on the first call.
func (e *Env) openLogs() (*logs, error) {
	e.once.Do(func() { e.logs, e.err = e.makeLogs() })
	return e.logs, e.err
}

// logSize is how many files to generate, of how many lines: 200 MB, or half of that. With less,
// starting the processes would count.
func (e *Env) logSize() (files, fileLines int) {
	switch {
	case e.files > 0:
		return e.files, e.fileLines
	case e.Quick:
		return 16, 25_000
	}
	return 32, 25_000
}

func (e *Env) makeLogs() (*logs, error) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		return nil, measure.NotRun("the go command, which builds findrobots, is not installed")
	}
	where, err := exec.Command(goTool, "list", "-m", "-f", "{{.Dir}}", "github.com/skein-go/skein").Output()
	if err != nil {
		return nil, fmt.Errorf("go list finds no checkout of skein; run this in its bench directory: %w", err)
	}
	files, fileLines := e.logSize()
	l := &logs{
		dir: filepath.Join(e.Scratch, "logs"), program: filepath.Join(e.Scratch, "findrobots"),
		lines: files * fileLines,
	}
	run := func(args ...string) ([]byte, error) {
		cmd := exec.Command(goTool, args...)
		cmd.Dir = strings.TrimSpace(string(where))
		_, out, err := measure.Command(cmd, 1)
		return out, err
	}
	e.say("building findrobots and generating %d lines of logs", l.lines)
	if runtime.GOOS == "windows" {
		l.program += ".exe"
	}
	var out []byte
	if _, err = run("build", "-o", l.program, "./examples/findrobots"); err == nil {
		out, err = run("run", "./examples/findrobots/gen", "-dir", l.dir, "-files", strconv.Itoa(files), "-lines", strconv.Itoa(fileLines), "-seed", "1")
	}
	if err != nil {
		return nil, fmt.Errorf("findrobots or its generator: %w", err)
	}
	l.hosts, err = hostsIn(string(out))
	return l, err
}

var hostsPattern = regexp.MustCompile(`(\d+) hosts asked`)

// hostsIn finds the right answer in what the generator says.
func hostsIn(said string) (int, error) {
	m := hostsPattern.FindStringSubmatch(said)
	if m == nil {
		return 0, fmt.Errorf("the generator of logs does not say how many hosts asked for /robots.txt: %q", said)
	}
	return strconv.Atoi(m[1])
}
