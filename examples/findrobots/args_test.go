package main

import (
	"bytes"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestParseArgs(t *testing.T) {
	cpus := runtime.GOMAXPROCS(0)
	for _, c := range []struct {
		args string
		want options
	}{
		{"", options{on: "goroutines", width: cpus}},
		{"a b", options{on: "goroutines", width: cpus, args: []string{"a", "b"}}},
		{"-on inline -j 3 -count -v a", options{on: "inline", width: 3, count: true, each: true, args: []string{"a"}}},
		{"a -count b -j=2", options{on: "goroutines", width: 2, count: true, args: []string{"a", "b"}}},
		{"a -- -count b", options{on: "goroutines", width: cpus, args: []string{"a", "-count", "b"}}},
		{"-- a -- b", options{on: "goroutines", width: cpus, args: []string{"a", "--", "b"}}},
	} {
		got, err := parseArgs(strings.Fields(c.args))
		if err != nil {
			t.Errorf("%q: %v", c.args, err)
		}
		if got.on != c.want.on || got.width != c.want.width || got.count != c.want.count || got.each != c.want.each || !slices.Equal(got.args, c.want.args) {
			t.Errorf("%q: %+v, want %+v", c.args, got, c.want)
		}
	}
}

func TestWrongUsage(t *testing.T) {
	for args, want := range map[string]string{
		"-x":          "not defined: -x",
		"a -x":        "not defined: -x",
		"-j 0":        "at least one worker",
		"-j -3":       "at least one worker",
		"-j many":     `"many" for flag -j`,
		"-on threads": "must be one of goroutines, inline",
		"-on":         "needs an argument",
	} {
		if _, err := parseArgs(strings.Fields(args)); err == nil || isHelp(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one that says %q", args, err, want)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range []string{"-h", "-help", "--help", "a -h", "-j 2 -h"} {
		if _, err := parseArgs(strings.Fields(args)); !isHelp(err) {
			t.Errorf("%q: error %v, want help", args, err)
		}
	}
	var b bytes.Buffer
	printUsage(&b)
	text := b.String()
	examples, flags := strings.Index(text, "Examples:"), strings.Index(text, "-count\n")
	if examples < 0 || flags < examples {
		t.Errorf("help does not show examples first, then flags:\n%s", text)
	}
}

func FuzzParseArgs(f *testing.F) {
	for _, args := range []string{"", "-on inline -j 3 -count -v a", "a -- -b", "-j 0", "-h", "-on= x -j=+7"} {
		f.Add(args)
	}
	f.Fuzz(func(t *testing.T, args string) {
		o, err := parseArgs(strings.Fields(args))
		if err == nil && (o.width < 1 || executors[o.on] == nil || len(o.args) > len(strings.Fields(args))) {
			t.Errorf("%q: %+v", args, o)
		}
	})
}
