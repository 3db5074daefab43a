package skein

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/skein-go/skein/internal/netpoll"
	"github.com/skein-go/skein/internal/rt"
)

// past is a deadline that has passed, whatever the clock says.
var past = time.Unix(1, 0)

// Interrupt has blocked reads and writes of c return at once when ctx ends, with an error that is
// os.ErrDeadlineExceeded, by moving c's deadline into the past. It is for net.Conn and for pipes.
// undo, which is usually deferred, takes that back: once it has returned, c's deadline is left
// alone. If ctx ended before, the deadline stays in the past until somebody sets another.
//
// It costs a handful of small allocations and, until undo or the end of ctx, a place in ctx's list; no goroutine
// before ctx ends.
func Interrupt(ctx context.Context, c interface{ SetDeadline(time.Time) error }) (undo func()) {
	return rt.Interrupt(ctx, func() { c.SetDeadline(past) })
}

// Reader returns a reader of r whose Read returns at once when ctx ends, with the cause. From
// then on every Read does.
//
// A net.Conn, and a file that takes deadlines (a pipe or socket this process made), is interrupted
// by its read deadline; what has arrived and was not read stays there. After an interrupted Read it
// has no read deadline, whatever deadline was set before. So is any other r with a SetReadDeadline
// method. On Linux other files are waited for first and read then: a terminal, or standard input
// that is shared with other processes. If one of those takes what has come, Read may block beyond
// the end of ctx. Regular files never block and are read directly.
//
// Any other r, and such files on other systems, are read on a goroutine, into a buffer of up to
// 32 KB. When ctx ends, that read goes on until r returns, and what it gets is kept: Read of this
// Reader returns it even after ctx has ended, and so does Read of a Reader made of this one with
// another context. Reading from r itself would miss it.
//
// Reads do not allocate, but for the goroutine where there is one. From the first Read until one
// fails, the Reader has a place in ctx's list. On a coroutine every Read is done by a goroutine, so
// that the loop goes on.
func Reader(ctx context.Context, r io.Reader) io.Reader {
	switch r := r.(type) {
	case *deadlineReader:
		return &deadlineReader{ctx: ctx, src: r.src}
	case *backgroundReader:
		return &backgroundReader{ctx: ctx, source: r.source}
	case *os.File:
		return fileReader(ctx, r)
	case deadliner:
		return &deadlineReader{ctx: ctx, src: r}
	}
	return &backgroundReader{ctx: ctx, source: &source{r: r}}
}

func fileReader(ctx context.Context, f *os.File) io.Reader {
	if f.SetReadDeadline(time.Time{}) == nil {
		return &deadlineReader{ctx: ctx, src: f}
	}
	if waiting, err := netpoll.NewReader(f); err == nil {
		return &deadlineReader{ctx: ctx, src: waiting}
	}
	return &backgroundReader{ctx: ctx, source: &source{r: f}}
}

type deadliner interface {
	io.Reader
	SetReadDeadline(time.Time) error
}

// A deadlineReader interrupts Read by a deadline. It registers with its context once for all
// Reads, and touches the deadline only while one is going on: others may read from src later.
type deadlineReader struct {
	ctx context.Context
	src deadliner

	mu      sync.Mutex
	reading int    // how many Reads are going on
	fired   bool   // they have been interrupted, and the last of them clears the deadline
	off     func() // ends the registration; nil if there is none
}

func (d *deadlineReader) Read(p []byte) (n int, err error) {
	d.begin()
	if cause := rt.CauseOf(d.ctx); cause != nil { // asked only now: before, the interrupt might miss us
		d.finish(nil)
		return 0, cause
	}
	if rt.Executing() == nil {
		n, err = d.src.Read(p)
	} else {
		n, err = d.readAside(p)
	}
	if d.finish(err) && errors.Is(err, os.ErrDeadlineExceeded) {
		if n > 0 {
			return n, nil
		}
		return 0, rt.CauseOf(d.ctx)
	}
	return n, err
}

// readAside reads for a coroutine, whose thread must not block.
func (d *deadlineReader) readAside(p []byte) (n int, err error) {
	rt.Aside(d.ctx, "read from", nil, func() { n, err = d.src.Read(p) })
	return n, err
}

func (d *deadlineReader) begin() {
	d.mu.Lock()
	d.reading++
	known := d.off != nil
	d.mu.Unlock()
	if known {
		return
	}
	off := rt.Interrupt(d.ctx, d.interrupt) // not under the mutex: it may call methods of a user's context
	d.mu.Lock()
	if d.off == nil {
		d.off, off = off, nil
	}
	d.mu.Unlock()
	if off != nil {
		off()
	}
}

func (d *deadlineReader) interrupt() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.reading > 0 {
		d.fired = true
		d.src.SetReadDeadline(past)
	}
}

// finish reports whether the Read may have been interrupted.
func (d *deadlineReader) finish(err error) (interrupted bool) {
	d.mu.Lock()
	d.reading--
	interrupted = d.fired
	clear := interrupted && d.reading == 0
	if clear {
		d.fired = false
	}
	var off func()
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		off, d.off = d.off, nil
	}
	d.mu.Unlock()
	if clear {
		d.src.SetReadDeadline(time.Time{})
	}
	if off != nil {
		off()
	}
	return interrupted
}
