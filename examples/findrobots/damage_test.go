package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
)

// A file cut off anywhere, except between two members, is found out; the error
// names its end, and the whole lines before it count.
func TestCutOffAnywhere(t *testing.T) {
	first, second := zip(t, askH), zip(t, none+askK)
	whole := slices.Concat(first, second)
	for size := 1; size < len(whole); size++ {
		r := scan(t, write(t, "a.log.gz", whole[:size]))
		if size == len(first) {
			if r.Problem != "" || !slices.Equal(r.Hosts, []string{"h"}) {
				t.Errorf("the first member alone: %+v", r)
			}
			continue
		}
		if r.Problem == "" || size > 1 && r.Offset != int64(size) {
			t.Errorf("cut off at %d: %q at %d", size, r.Problem, r.Offset)
		}
		if size > len(first) && !slices.Contains(r.Hosts, "h") {
			t.Errorf("cut off at %d: the member before it is lost", size)
		}
	}
}

func TestUnfinishedLineOfCutOffFileDoesNotCount(t *testing.T) {
	// What is cut may have been /robots.txt.bak.
	data := zip(t, askH+none+"k 2 3 4 5 6 /robots.txt")
	r := scan(t, write(t, "a.log.gz", data[:len(data)-8]))
	if r.Problem != "gzip data cut off" || !slices.Equal(r.Hosts, []string{"h"}) || r.Lines != 2 {
		t.Errorf("result %+v", r)
	}
}

// Whatever byte is damaged: either that is found out, or the answer is right.
func TestDamagedAnywhere(t *testing.T) {
	good := zip(t, askH+none, askK)
	name := write(t, "a.log.gz", good)
	want := scan(t, name)
	for at := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[at] ^= 1 << bit
			if err := os.WriteFile(name, bad, 0o666); err != nil {
				t.Fatal(err)
			}
			r := scan(t, name)
			if r.Problem == "" && !slices.Equal(r.Hosts, want.Hosts) {
				t.Fatalf("bit %d of byte %d: %+v", bit, at, r)
			}
			if r.Offset < 0 || r.Offset > int64(len(bad)) {
				t.Fatalf("bit %d of byte %d: offset %d of %d", bit, at, r.Offset, len(bad))
			}
		}
	}
}

// Damage inside gzip data may be noticed only at the checksum behind it, so the
// offset is that of the damage or lies after it, in the same member.
func TestOffsetIsInTheDamagedMember(t *testing.T) {
	member := zip(t, strings.Repeat(askH, 10_000))
	bad := slices.Concat(member, member, member)
	at := len(member) + len(member)/2
	bad[at] ^= 0x10
	r := scan(t, write(t, "a.log.gz", bad))
	if r.Problem == "" || r.Offset < int64(at) || r.Offset > int64(2*len(member)) {
		t.Errorf("damaged at %d, in the member from %d to %d: %q at %d", at, len(member), 2*len(member), r.Problem, r.Offset)
	}
	if r.Lines < 10_000 {
		t.Errorf("%d lines, though the first 10,000 are sound", r.Lines)
	}
}
