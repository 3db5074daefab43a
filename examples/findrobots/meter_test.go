package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)

func halfway() progress {
	return progress{begun: noon, files: 16, all: 32, read: 12e6, size: 24e6, bytes: 100e6, hosts: 57}
}

// drawn is a screen of that width, on a buffer.
func drawn(width int) (*screen, *bytes.Buffer) {
	var b bytes.Buffer
	s := &screen{w: &b, width: func() int { return width }}
	s.set(halfway())
	return s, &b
}

func TestMeterLine(t *testing.T) {
	s, b := drawn(100)
	s.draw(noon.Add(2 * time.Second))
	const want = "\r[##########..........]  50%  16/32 files  100.0 MB  50.0 MB/s  57 hosts  2 s\x1b[K"
	if b.String() != want {
		t.Errorf("drawn %q, want %q", b, want)
	}
}

func TestMeterFitsTheTerminal(t *testing.T) {
	full := halfway().String(noon.Add(time.Second))
	for width := range 120 {
		s, b := drawn(width)
		s.draw(noon.Add(time.Second))
		line := strings.TrimSuffix(strings.TrimPrefix(b.String(), "\r"), "\x1b[K")
		if len(line) > max(0, width-1) || !strings.HasPrefix(full, line) {
			t.Errorf("on %d columns: %q", width, line)
		}
		if width > len(full) && line != full {
			t.Errorf("on %d columns: %q, want all of it", width, line)
		}
	}
}

func TestMeterIsWipedForALine(t *testing.T) {
	s, b := drawn(20)
	s.draw(noon)
	b.Reset()
	s.println("hello")
	s.println("there")
	s.close()
	if want := "\r\x1b[Khello\nthere\n"; b.String() != want {
		t.Errorf("written %q, want %q", b, want)
	}
}

func TestMeterIsWipedAtTheEnd(t *testing.T) {
	s, b := drawn(20)
	s.draw(noon)
	b.Reset()
	s.close()
	s.draw(noon)
	s.close()
	if want := "\r\x1b[K"; b.String() != want {
		t.Errorf("written %q, want %q", b, want)
	}
}

func TestMeterWithoutSizes(t *testing.T) {
	p := progress{begun: noon, files: 1, all: 4}
	if got := p.String(noon); !strings.HasPrefix(got, "[#####...............]  25%  1/4 files  0.0 MB  0.0 MB/s  0 hosts") {
		t.Errorf("drawn %q", got)
	}
	p = progress{begun: noon, files: 1, all: 1, read: 10, size: 5} // the file grew
	if got := p.String(noon); !strings.HasPrefix(got, "[####################] 100%") {
		t.Errorf("drawn %q", got)
	}
}

func TestNoMeterWithoutTerminal(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	s := newScreen(w)
	if s.hasMeter() {
		t.Error("a pipe gets a meter")
	}
	var b bytes.Buffer
	s.w = &b
	s.set(halfway())
	s.draw(noon)
	s.println("hello")
	s.close()
	if b.String() != "hello\n" {
		t.Errorf("written %q, want the line only", b.String())
	}
}
