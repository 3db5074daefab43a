package netpoll

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"

	"github.com/skein-go/skein/internal/rt"
)

// Pumps are what a Set is where there is no epoll: each descriptor has a goroutine while it is waited
// for, which parks in Go's own poller. It notices at once that somebody has closed its connection. A
// read deadline of that ends the wait, for the reader to find out. Without touching that deadline
// the goroutine cannot be interrupted, so that of a connection which is removed stays until the
// connection can be read or is closed.
type Pumps struct {
	mu     sync.Mutex
	closed bool
	ended  func()
}

// A Pump is one member of Pumps.
type Pump struct {
	set  *Pumps
	conn syscall.RawConn
	p    rt.Poller

	mu    sync.Mutex
	armed bool // the goroutine is there
	err   error
}

// NewPumps makes a set. ended is called once, when it has been closed.
func NewPumps(ended func()) *Pumps { return &Pumps{ended: ended} }

// Add has p told once conn can be read, or has ended. What Go's poller cannot wait for, a listener for
// one, is an errors.ErrUnsupported.
func (s *Pumps) Add(conn syscall.RawConn, p rt.Poller) (*Pump, error) {
	d := &Pump{set: s, conn: conn, p: p}
	err := conn.Read(func(uintptr) bool { return true })
	switch {
	case conn.Control(nothing) != nil:
		return nil, os.ErrClosed
	case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
		return nil, fmt.Errorf("this system does not tell when it can be read: %w", errors.ErrUnsupported)
	}
	if err := d.Arm(); err != nil {
		return nil, err
	}
	return d, nil
}

// Start does nothing: the goroutines start with Arm.
func (s *Pumps) Start() {}

// Close ends the set.
func (s *Pumps) Close() {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	if first {
		s.ended()
	}
}

func (s *Pumps) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Err is os.ErrClosed once d was removed, or is known to have been closed by somebody. Any other error is
// why it cannot be waited for.
func (d *Pump) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// Arm has the poller told once more when d can be read.
func (d *Pump) Arm() error {
	if d.set.over() {
		return os.ErrClosed
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil && !d.armed {
		d.armed = true
		go d.wait()
	}
	return d.err
}

// Remove has the poller not told any more.
func (d *Pump) Remove() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = os.ErrClosed
}

func (d *Pump) wait() {
	again := false
	err := d.conn.Read(func(fd uintptr) bool {
		ready := readable(fd, again)
		again = true
		return ready
	})
	switch {
	case d.conn.Control(nothing) != nil:
		err = os.ErrClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = nil
	}
	d.mu.Lock()
	d.armed = false
	removed := d.err != nil
	if !removed {
		d.err = err
	}
	d.mu.Unlock()
	if !removed {
		d.p.Ready(true)
	}
}

func nothing(uintptr) {}
