package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// screen is standard error: lines that stay and, on a terminal, one line below
// them that shows how far the work is.
type screen struct {
	w     io.Writer
	width func() int // columns of the terminal; nil when there is none, so no meter

	mu   sync.Mutex
	at   progress
	live bool // the meter is on the terminal now
}

// progress is what the meter shows.
type progress struct {
	begun      time.Time
	files, all int   // finished, and of how many
	read, size int64 // stored bytes of the finished, and of all
	bytes      int64 // decompressed bytes of the finished
	hosts      int
}

// newScreen makes the screen of a command. Whether a meter is wanted is found
// out the usual way: only on a terminal, and not if NO_COLOR or TERM=dumb says
// that the terminal should get plain text.
func newScreen(f *os.File) *screen {
	s := &screen{w: f}
	fd := int(f.Fd())
	if term.IsTerminal(fd) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" {
		s.width = func() int {
			if w, _, err := term.GetSize(fd); err == nil && w > 0 {
				return w
			}
			return 80
		}
	}
	return s
}

// hasMeter says whether there is a terminal to draw on.
func (s *screen) hasMeter() bool { return s.width != nil }

// println prints a line that stays, above the meter.
func (s *screen) println(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
	fmt.Fprintln(s.w, line)
}

// set changes what the meter shows from its next drawing on.
func (s *screen) set(at progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = at
}

// draw draws the meter, over the one there is.
func (s *screen) draw(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.width == nil || s.at.all == 0 {
		return
	}
	// The last column stays free: a character there makes some terminals wrap.
	line := fit(s.at.String(now), s.width()-1)
	fmt.Fprintf(s.w, "\r%s\x1b[K", line)
	s.live = true
}

// close takes the meter off the terminal for good. Lines can still be printed.
func (s *screen) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
	s.width = nil
}

func (s *screen) wipe() {
	if s.live {
		io.WriteString(s.w, "\r\x1b[K")
		s.live = false
	}
}

// String is the meter at full length, in plain ASCII.
func (p progress) String(now time.Time) string {
	const width = 20
	done := float64(p.files) / float64(p.all)
	if p.size > 0 {
		done = min(1, float64(p.read)/float64(p.size))
	}
	filled := int(done * width)
	wall := now.Sub(p.begun)
	return fmt.Sprintf("[%s%s] %3.0f%%  %d/%d files  %s  %s/s  %s  %.0f s",
		strings.Repeat("#", filled), strings.Repeat(".", width-filled), done*100, p.files, p.all,
		megabytes(p.bytes), megabytes(rate(p.bytes, wall)), plural(p.hosts, "host"), wall.Seconds())
}

// fit cuts a line of ASCII to width columns.
func fit(line string, width int) string {
	return line[:max(0, min(len(line), width))]
}
