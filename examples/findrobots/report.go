package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// totals unites the results of many files.
type totals struct {
	files   int // that were opened
	damaged int // of them, not read to their end
	missing int
	lines   int64
	read    int64
	bytes   int64
	hosts   map[string]struct{}
}

// add adds one file's result. Hosts are united, not counted: many ask on more
// than one day.
func (t *totals) add(r Result) {
	switch {
	case !r.Opened:
		t.missing++
		return
	case r.Problem != "":
		t.damaged++
	}
	t.files++
	t.lines += r.Lines
	t.read += r.Read
	t.bytes += r.Bytes
	if t.hosts == nil {
		t.hosts = make(map[string]struct{})
	}
	for _, h := range r.Hosts {
		t.hosts[h] = struct{}{}
	}
}

// print writes the answer: the hosts, sorted bytewise, or their number.
func (t *totals) print(w io.Writer, count bool) error {
	if count {
		_, err := fmt.Fprintln(w, len(t.hosts))
		return err
	}
	out := bufio.NewWriter(w)
	for _, h := range slices.Sorted(maps.Keys(t.hosts)) {
		out.WriteString(h)
		out.WriteByte('\n')
	}
	return out.Flush()
}

// summary is what was done, in one line.
func (t *totals) summary(wall, cpu time.Duration, workers int, on string) string {
	s := fmt.Sprintf("%s, %s, %s (%s stored), %s/s, %s; %.2f s wall",
		plural(t.files, "file"), plural(int(t.lines), "line"), megabytes(t.bytes), megabytes(t.read),
		megabytes(rate(t.bytes, wall)), plural(len(t.hosts), "host"), wall.Seconds())
	if cpu > 0 {
		s += fmt.Sprintf(", %.2f s CPU", cpu.Seconds())
	}
	return s + fmt.Sprintf(", %s (%s)", plural(workers, "worker"), on)
}

// fileLine says what one file gave.
func fileLine(r Result) string {
	return fmt.Sprintf("%s: %s, %s, %s", r.Name, plural(int(r.Lines), "line"), megabytes(r.Bytes), plural(len(r.Hosts), "host"))
}

// problemLine says what is wrong with a file, and what of it counts all the same.
func problemLine(r Result) string {
	if !r.Opened {
		return r.Name + ": " + r.Problem
	}
	return fmt.Sprintf("%s: %s at byte %d; counted as far as that, %s", r.Name, r.Problem, r.Offset, plural(int(r.Lines), "line"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

func rate(n int64, d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return int64(float64(n) / d.Seconds())
}
