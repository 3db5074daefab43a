package poll

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"syscall"

	"github.com/skein-go/skein/internal/netpoll"
	"github.com/skein-go/skein/internal/rt"
)

// Conn has f called with c while something can be read from it: data, its end, or an error. f reads
// once, as that is what does not block, and is called again if there is more. At the end, or an error, it
// closes c or removes the registration.
//
// A connection that f has closed ends the registration at once, with net.ErrClosed; see
// [Registration.OnEnd]. Who closes one elsewhere should remove the registration too. Otherwise it is
// noticed at once where each connection has a goroutine, and on Linux, which tells nobody, only by and
// by, as others are served or registered. A descriptor with the same number is not confused with it.
//
// c must have a descriptor that tells what a Read would do. So a *tls.Conn, and whatever else is no
// syscall.Conn, is refused with an error: read that in a task, and put what it reads into a queue. What
// has a method Buffered() int, as bufio.Reader has, counts as readable while that is not 0.
//
// c must not be registered twice with one poller, and nobody else should read from it: then f may block.
func Conn(p *Poller, c net.Conn, f func(c net.Conn)) (*Registration, error) {
	needHandler(f == nil)
	return p.addDescriptor(c, func() { f(c) })
}

// Listener has f called with ln while there is a connection to accept. f calls Accept once. Where others
// accept from ln too, or clients give up, that may block; a deadline bounds it. For the rest it is like
// [Conn]. It is for Linux; elsewhere the error is errors.ErrUnsupported: accept in a task, and put the
// connections into a queue.
func Listener(p *Poller, ln net.Listener, f func(ln net.Listener)) (*Registration, error) {
	needHandler(f == nil)
	return p.addDescriptor(ln, func() { f(ln) })
}

// Descriptor has f called while something can be read from d: an open file, or the number of a
// descriptor, which somebody has to keep open until the registration has been removed. A regular file
// can always be read. For the rest it is like [Conn]. Numbers are for Linux; elsewhere the error is
// errors.ErrUnsupported.
func Descriptor[D *os.File | int | uintptr](p *Poller, d D, f func()) (*Registration, error) {
	needHandler(f == nil)
	switch d := any(d).(type) {
	case int:
		return p.addRaw(netpoll.Number(d), nil, f)
	case uintptr:
		return p.addRaw(netpoll.Number(d), nil, f)
	}
	return p.addDescriptor(d, f)
}

func (p *Poller) addDescriptor(c any, f func()) (*Registration, error) {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("poll: a %T has no descriptor that tells whether a read would block; read it in a task, and put what comes into a queue", c)
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("poll: %w", err)
	}
	b, _ := c.(buffered)
	return p.addRaw(raw, b, f)
}

type buffered interface{ Buffered() int }

func (p *Poller) addRaw(raw syscall.RawConn, b buffered, f func()) (*Registration, error) {
	return p.add(&descriptor{raw: raw, buffered: b, f: f}, true)
}

type descriptor struct {
	raw      syscall.RawConn
	buffered buffered // nil: it has no buffer
	f        func()
	member   *netpoll.Descriptor // set before it is served first
	released atomic.Bool
}

func (d *descriptor) watch(r *Registration) error {
	set, err := r.p.descriptors()
	if err != nil {
		return err
	}
	member, err := set.Add(d.raw, (*told)(r))
	if err != nil {
		return fmt.Errorf("poll: %w", reason(err))
	}
	p := r.p
	rt.Lock(&p.mu)
	d.member = member
	p.fds++
	p.asleep = true
	p.line.ServeAll() // who comes to wait starts the set
	p.mu.Unlock()
	if d.holdsData() {
		(*told)(r).Ready(true)
	}
	return nil
}

// reason is err with one name for what has been closed.
func reason(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return net.ErrClosed
	}
	return err
}

func (d *descriptor) holdsData() bool { return d.buffered != nil && d.buffered.Buffered() > 0 }

func (d *descriptor) release(r *Registration) {
	p := r.p
	rt.Lock(&p.mu)
	member := d.member
	p.mu.Unlock()
	if member == nil || d.released.Swap(true) {
		return
	}
	member.Remove()
	rt.Lock(&p.mu)
	p.fds--
	p.mu.Unlock()
}

func (d *descriptor) serve(r *Registration) (called bool) {
	if err := d.member.Err(); err != nil {
		return r.end(reason(err))
	}
	defer func() { // also if f panics
		if err := d.member.Arm(); err != nil {
			called = r.end(reason(err)) || called
		} else if d.holdsData() {
			(*told)(r).Ready(true)
		}
	}()
	d.f()
	return true
}
