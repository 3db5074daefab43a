package main

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// A meter tells on a terminal what is being measured, in one line that changes; elsewhere it
// writes a line a row.
type meter struct {
	mu   sync.Mutex
	w    io.Writer
	live bool
}

func newMeter(w io.Writer) *meter {
	m := &meter{w: w}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		m.live = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return m
}

func (m *meter) row(name string, i, of int) { m.say(fmt.Sprintf("%d of %d: %s", i, of, name)) }

// step replaces the changing line.
func (m *meter) step(what string) {
	if m.live {
		m.print("\r\x1b[K" + what)
	}
}

// say writes a line that stays.
func (m *meter) say(what string) {
	if m.live {
		what = "\r\x1b[K" + what
	}
	m.print(what + "\n")
}

func (m *meter) end(what string) { m.say(what) }

func (m *meter) print(s string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	io.WriteString(m.w, s)
}
