package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// splitScan is what scanner must agree with: plain field splitting, one line
// at a time, with nothing clever in it.
func splitScan(log []byte) (hosts []string, lines int64) {
	found := make(map[string]struct{})
	for part := range bytes.Lines(log) {
		lines++
		fields := strings.FieldsFunc(latin1(bytes.TrimSuffix(part, []byte("\n"))), func(r rune) bool {
			return strings.ContainsRune(" \t\r\v\f", r)
		})
		if len(fields) > wantedField && fields[wantedField] == wanted && len([]rune(fields[0])) <= maxHost {
			found[unLatin1(fields[0])] = struct{}{}
		}
	}
	return slices.Sorted(maps.Keys(found)), lines
}

// latin1 makes one rune of every byte, so that splitting at runes splits at
// bytes; unLatin1 undoes it.
func latin1(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

func unLatin1(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return string(b)
}

// scanIn feeds log to a scanner in blocks whose sizes next gives.
func scanIn(log []byte, next func() int) *scanner {
	s := new(scanner)
	for len(log) > 0 {
		n := min(next(), len(log))
		// A copy that is wiped afterwards shows whether the scanner kept any
		// of the block.
		block := bytes.Clone(log[:n])
		s.Write(block)
		clear(block)
		log = log[n:]
	}
	s.Close()
	return s
}

// check compares a scan of log with plain splitting.
func check(t *testing.T, log []byte, how string, next func() int) {
	t.Helper()
	hosts, lines := splitScan(log)
	s := scanIn(log, next)
	if !slices.Equal(s.Hosts(), hosts) {
		t.Errorf("%s: hosts %q, want %q, of %q", how, s.Hosts(), hosts, shorten(log))
	}
	if s.lines != lines {
		t.Errorf("%s: %d lines, want %d, of %q", how, s.lines, lines, shorten(log))
	}
	if s.bytes != int64(len(log)) {
		t.Errorf("%s: %d bytes, want %d", how, s.bytes, len(log))
	}
}

func shorten(b []byte) []byte { return b[:min(len(b), 300)] }

// checkCuts compares scans of log whole, in blocks of every small size, and
// cut once at every position.
func checkCuts(t *testing.T, log []byte) {
	t.Helper()
	check(t, log, "whole", func() int { return len(log) })
	for size := 1; size <= min(len(log), 64); size++ {
		check(t, log, fmt.Sprintf("blocks of %d", size), func() int { return size })
	}
	for cut := 1; cut < len(log); cut++ {
		sizes := []int{cut, len(log)}
		check(t, log, fmt.Sprintf("cut at %d", cut), func() int {
			n := sizes[0]
			sizes = sizes[1:]
			return n
		})
	}
}

const (
	before = `192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET `
	after  = ` HTTP/1.1" 200 59 "-" "ExampleBot/1.0"`
)

var scanCases = []struct {
	name, log string
	want      []string
}{
	{"nothing", "", nil},
	{"only newlines", "\n\n\n", nil},
	{"only spaces", " \t \n  ", nil},
	{"asked", before + wanted + after + "\n", []string{"192.0.2.1"}},
	{"no newline at the end", before + wanted + after, []string{"192.0.2.1"}},
	{"ends after field 7", "h 2 3 4 5 6 /robots.txt", []string{"h"}},
	{"ends after field 7 with a newline", "h 2 3 4 5 6 /robots.txt\n", []string{"h"}},
	{"CRLF after field 7", "h 2 3 4 5 6 /robots.txt\r\nk 2 3 4 5 6 /x\r\n", []string{"h"}},
	{"tabs", "h\t2\t3\t4\t5\t6\t/robots.txt\t8\n", []string{"h"}},
	{"double spaces", "h  2  3  4  5  6  /robots.txt  8\n", []string{"h"}},
	{"leading spaces", " \t h 2 3 4 5 6 /robots.txt\n", []string{"h"}},
	{"vertical tab and form feed", "h\v2\f3 4 5 6\v/robots.txt\f8\n", []string{"h"}},
	{"0x1c and non-breaking space are no space", "h\x1c2 3 4 5 6 /robots.txt\nh 2 3 4 5 6 /robots.txt\xa0x\n", nil},
	{"NUL bytes", "h\x00 2 3 4 5 6 /robots.txt\nk 2 3 4 5 6 /robots.txt\x00\n", []string{"h\x00"}},
	{"query string", before + "/robots.txt?x" + after + "\n", nil},
	{"backup", before + "/robots.txt.bak" + after + "\n", nil},
	{"in a directory", before + "/a/robots.txt" + after + "\n", nil},
	{"with a host before it", before + "http://example.org/robots.txt" + after + "\n", nil},
	{"cut short", before + "/robots.tx" + after + "\n", nil},
	{"other case", before + "/Robots.txt" + after + "\n", nil},
	{"in the referer", before + "/" + ` HTTP/1.1" 200 59 "http://example.org/robots.txt" "-"` + "\n", nil},
	{"alone in the referer", before + "/" + ` HTTP/1.1" 200 59 /robots.txt` + "\n", nil},
	{"field 6", "h 2 3 4 5 /robots.txt 7\n", nil},
	{"field 1", "/robots.txt 2 3 4 5 6 7\n", nil},
	{"fields 1 and 7", "/robots.txt 2 3 4 5 6 /robots.txt\n", []string{"/robots.txt"}},
	{"short line before", "h 2 3\nk 2 3 4 5 6 /robots.txt\n", []string{"k"}},
	{"short line with the path", "h 2 3 /robots.txt\nk 2 3 4 5 6 /robots.txt\n", []string{"k"}},
	{"field 7 on the next line", "h 2 3 4 5 6\n/robots.txt\n", nil},
	{"twice on a line", "h 2 3 4 5 6 /robots.txt /robots.txt\n", []string{"h"}},
	{"one host twice", "h 2 3 4 5 6 /robots.txt\nh 2 3 4 5 6 /robots.txt\n", []string{"h"}},
	{"sorted bytewise", "b 2 3 4 5 6 /robots.txt\nB 2 3 4 5 6 /robots.txt\n\xff 2 3 4 5 6 /robots.txt\n10 2 3 4 5 6 /robots.txt\n9 2 3 4 5 6 /robots.txt\n", []string{"10", "9", "B", "b", "\xff"}},
}

func TestScanCases(t *testing.T) {
	for _, c := range scanCases {
		t.Run(c.name, func(t *testing.T) {
			hosts, _ := splitScan([]byte(c.log))
			if !slices.Equal(hosts, c.want) {
				t.Fatalf("plain splitting finds %q, want %q", hosts, c.want)
			}
			checkCuts(t, []byte(c.log))
		})
	}
}

func TestScanRandomLogs(t *testing.T) {
	// Pieces from which near misses of every kind come together.
	pieces := []string{" ", " ", " ", "  ", "\t", "\r", "\v", "\f", "\n", "\r\n", "\x00", "\x1c", "\xa0", "\u00a0",
		"/robots.txt", "/robots.txt", "/robots.txt", "/robots.tx", "?x", ".bak", "/", "h", "k", "192.0.2.7",
		"a 2 3 4 5 6 ", "b 2 3 4 5 6 /robots.txt"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var log []byte
		for range r.IntN(30) {
			log = append(log, pieces[r.IntN(len(pieces))]...)
		}
		largest := 1 + r.IntN(40)
		check(t, log, "random blocks", func() int { return 1 + r.IntN(largest) })
		check(t, log, "whole", func() int { return len(log) })
		if t.Failed() {
			return
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, c := range scanCases {
		f.Add([]byte(c.log), uint64(len(c.log)))
	}
	f.Fuzz(func(t *testing.T, log []byte, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		largest := 1 + r.IntN(100)
		check(t, log, "random blocks", func() int { return 1 + r.IntN(largest) })
		check(t, log, "whole", func() int { return len(log) })
	})
}

func TestLongLineIsNotKept(t *testing.T) {
	block := bytes.Repeat([]byte("x"), 64<<10)
	for _, c := range []struct{ name, begin string }{
		{"host without end", ""},
		{"field 3 without end", "h 2 "},
		{"field 7 without end", "h 2 3 4 5 6 /robots.txt"},
		{"after field 7", "h 2 3 4 5 6 /robots.txt "},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := new(scanner)
			s.Write([]byte(c.begin))
			for range 256 { // 16 MiB on one line
				s.Write(block)
			}
			if kept := cap(s.line.host); kept > 2*maxHost {
				t.Errorf("the scanner holds %d bytes of one line", kept)
			}
			s.Write([]byte("\nk 2 3 4 5 6 /robots.txt\n"))
			want := []string{"k"}
			if c.name == "after field 7" {
				want = []string{"h", "k"}
			}
			if !slices.Equal(s.Hosts(), want) || s.lines != 2 {
				t.Errorf("hosts %q in %d lines, want %q in 2", s.Hosts(), s.lines, want)
			}
		})
	}
}

func TestLongestHost(t *testing.T) {
	for _, extra := range []int{-1, 0, 1} {
		log := []byte(strings.Repeat("h", maxHost+extra) + " 2 3 4 5 6 /robots.txt\n")
		check(t, log, "whole", func() int { return len(log) })
		check(t, log, "blocks", func() int { return 1000 })
		if found := scanIn(log, func() int { return len(log) }).Hosts(); (len(found) == 1) != (extra <= 0) {
			t.Errorf("a host of %d bytes: %d found", maxHost+extra, len(found))
		}
	}
}

func TestScanAllocatesOncePerHost(t *testing.T) {
	log := []byte(strings.Repeat(before+wanted+after+"\n", 100))
	s := new(scanner)
	s.Write(log)
	if n := testing.AllocsPerRun(10, func() { s.Write(log) }); n != 0 {
		t.Errorf("%v allocations for a block whose hosts are known", n)
	}
}
