package main

import (
	"bytes"
	"testing"
	"time"
)

func TestTotals(t *testing.T) {
	var sum totals
	sum.add(Result{Name: "a", Opened: true, Hosts: []string{"b", "9"}, Lines: 10, Read: 100_000, Bytes: 1_000_000})
	sum.add(Result{Name: "b", Opened: true, Hosts: []string{"b", "10"}, Lines: 5, Read: 200_000, Bytes: 2_000_000, Problem: "cut off", Offset: 7})
	sum.add(Result{Name: "c", Problem: "no such file"})
	if sum.files != 2 || sum.damaged != 1 || sum.missing != 1 {
		t.Errorf("totals %+v", sum)
	}
	want := "2 files, 15 lines, 3.0 MB (0.3 MB stored), 6.0 MB/s, 3 hosts; 0.50 s wall, 0.90 s CPU, 2 workers (goroutines)"
	if got := sum.summary(500*time.Millisecond, 900*time.Millisecond, 2, "goroutines"); got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
	want = "2 files, 15 lines, 3.0 MB (0.3 MB stored), 0.0 MB/s, 3 hosts; 0.00 s wall, 1 worker (inline)"
	if got := sum.summary(0, 0, 1, "inline"); got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
	for count, want := range map[bool]string{false: "10\n9\nb\n", true: "3\n"} {
		var b bytes.Buffer
		if err := sum.print(&b, count); err != nil || b.String() != want {
			t.Errorf("printed %q, %v, want %q", b.String(), err, want)
		}
	}
}

func TestNoHosts(t *testing.T) {
	for count, want := range map[bool]string{false: "", true: "0\n"} {
		var b bytes.Buffer
		if err := new(totals).print(&b, count); err != nil || b.String() != want {
			t.Errorf("printed %q, %v, want %q", b.String(), err, want)
		}
	}
}

func TestFileLines(t *testing.T) {
	r := Result{Name: "a.log", Opened: true, Hosts: []string{"h"}, Lines: 2, Bytes: 150_000}
	if got, want := fileLine(r), "a.log: 2 lines, 0.1 MB, 1 host"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	r.Problem, r.Offset = "cut off", 77
	if got, want := problemLine(r), "a.log: cut off at byte 77; counted as far as that, 2 lines"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := problemLine(Result{Name: "b.log", Problem: "permission denied"}), "b.log: permission denied"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
