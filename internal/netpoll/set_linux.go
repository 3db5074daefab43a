package netpoll

import (
	"errors"
	"os"
	"sync"
	"syscall"

	"github.com/skein-go/skein/internal/rt"
)

// A Set tells pollers when their descriptors can be read, each once for every Arm. One goroutine waits
// for all of them, from the first Start until there is none left. All methods may be called
// concurrently.
type Set struct {
	poll  epoll
	ended func()

	mu      sync.Mutex
	closed  bool
	running bool // the goroutine is there
	live    int
	slots   []*Descriptor
	free    []int32
	gen     int32
	numbers map[int]*Descriptor
	swept   int
}

// A Descriptor is one member of a Set.
type Descriptor struct {
	set  *Set
	conn syscall.RawConn
	p    rt.Poller

	number    int // of the descriptor, as it was added
	slot, gen int32
	always    bool // it never blocks
	rearm     func(fd uintptr)

	// Under set.mu.
	gone bool  // it was removed, or closed by somebody
	err  error // of the last rearm
}

// NewSet makes one. ended is called once, when it has been closed and its goroutine has ended.
func NewSet(ended func()) (*Set, error) {
	poll, err := newEpoll("epoll of a set")
	if err != nil {
		return nil, err
	}
	return &Set{poll: poll, ended: ended, numbers: make(map[int]*Descriptor)}, nil
}

const wanted = syscall.EPOLLIN | syscall.EPOLLRDHUP | syscall.EPOLLONESHOT

// Add has p told, from when Start is called, once conn can be read, or has ended.
func (s *Set) Add(conn syscall.RawConn, p rt.Poller) (*Descriptor, error) {
	d := &Descriptor{set: s, conn: conn, p: p}
	d.rearm = d.rearmNumber
	var old *Descriptor
	var err error
	closed := conn.Control(func(fd uintptr) { old, err = s.add(d, int(fd)) })
	if old != nil {
		old.p.Ready(true)
	}
	s.sweep()
	if closed != nil {
		err = os.ErrClosed
	}
	if err != nil {
		return nil, err
	}
	if d.always {
		p.Ready(true)
	}
	return d, nil
}

// add returns the descriptor that had the number before d, if it was not removed.
func (s *Set) add(d *Descriptor, number int) (old *Descriptor, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, os.ErrClosed
	}
	if len(s.free) == 0 {
		s.free = append(s.free, int32(len(s.slots)))
		s.slots = append(s.slots, nil)
	}
	s.gen++
	d.number, d.slot, d.gen = number, s.free[len(s.free)-1], s.gen
	switch err = s.poll.ctl(syscall.EPOLL_CTL_ADD, number, wanted, d.slot, d.gen); err {
	case nil:
	case syscall.EPERM:
		d.always = true
	case syscall.EEXIST:
		return nil, errors.New("it is registered already")
	default:
		return nil, os.NewSyscallError("epoll_ctl", err)
	}
	s.free = s.free[:len(s.free)-1]
	s.slots[d.slot] = d
	if old = s.numbers[number]; old != nil { // it was closed, or the number would be taken
		s.forget(old)
	}
	s.numbers[number] = d
	s.live++
	return old, nil
}

// forget takes d out. The mutex is held.
func (s *Set) forget(d *Descriptor) {
	d.gone = true
	s.slots[d.slot] = nil
	s.free = append(s.free, d.slot)
	delete(s.numbers, d.number)
	if s.live--; s.live == 0 && s.running {
		s.poll.interrupt()
	}
}

// Err is os.ErrClosed once d was removed, or is known to have been closed by somebody.
func (d *Descriptor) Err() error {
	d.set.mu.Lock()
	defer d.set.mu.Unlock()
	if d.gone {
		return os.ErrClosed
	}
	return nil
}

// Arm has the poller told once more when d can be read: at once, if it can. The error is os.ErrClosed
// if d was closed or removed.
func (d *Descriptor) Arm() error {
	if d.always {
		err := d.Err()
		if err == nil {
			d.p.Ready(true)
		}
		return err
	}
	if d.conn.Control(d.rearm) != nil {
		return os.ErrClosed
	}
	d.set.mu.Lock()
	defer d.set.mu.Unlock()
	return d.err
}

func (d *Descriptor) rearmNumber(fd uintptr) {
	d.set.mu.Lock()
	defer d.set.mu.Unlock()
	if d.err = os.ErrClosed; !d.gone && !d.set.closed {
		d.err = os.NewSyscallError("epoll_ctl", d.set.poll.ctl(syscall.EPOLL_CTL_MOD, int(fd), wanted, d.slot, d.gen))
	}
}

// Remove takes d out of its set. The poller may still be told once.
func (d *Descriptor) Remove() {
	s := d.set
	d.conn.Control(func(fd uintptr) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !d.gone && !d.always && !s.closed {
			s.poll.ctl(syscall.EPOLL_CTL_DEL, int(fd), 0, 0, 0)
		}
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if !d.gone {
		s.forget(d)
	}
}

// Start starts the goroutine, if there is something for it to wait for.
func (s *Set) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.running && !s.closed && s.live > 0 {
		s.running = true
		go s.run()
	}
}

// Close forgets all descriptors and ends the goroutine.
func (s *Set) Close() {
	s.mu.Lock()
	first, running := !s.closed, s.running
	s.closed = true
	s.mu.Unlock()
	if first {
		s.poll.file.Close()
		if !running {
			s.ended()
		}
	}
}

func (s *Set) run() {
	w := newWaiting(64)
	for {
		events, err := s.poll.wait(w)
		if err != nil {
			rest, closed := s.rest(err)
			if closed {
				s.ended()
			}
			if rest {
				return
			}
		}
		for _, e := range events {
			if p := s.poller(e.Fd, e.Pad); p != nil {
				p.Ready(true)
			}
		}
		s.sweep()
	}
}

// rest says that the goroutine ends, unless it was interrupted for want of descriptors and there are some
// again.
func (s *Set) rest(err error) (rest, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && errors.Is(err, os.ErrDeadlineExceeded) {
		s.poll.resume()
		s.running = s.live > 0
		return !s.running, false
	}
	s.running = false
	return true, s.closed
}

// poller is who is told of an event: nobody, if its descriptor is gone.
func (s *Set) poller(slot, gen int32) rt.Poller {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.slots[slot]; d != nil && d.gen == gen {
		return d.p
	}
	return nil
}

// sweep looks whether somebody has closed the next two descriptors, and tells their pollers. The kernel
// forgets those in silence; so who registers and serves goes round and finds them, if not soon.
func (s *Set) sweep() {
	for range 2 {
		s.mu.Lock()
		if len(s.slots) == 0 {
			s.mu.Unlock()
			return
		}
		s.swept = (s.swept + 1) % len(s.slots)
		d := s.slots[s.swept]
		s.mu.Unlock()
		if d == nil || d.conn.Control(nothing) == nil {
			continue
		}
		s.mu.Lock()
		found := !d.gone
		if found {
			s.forget(d)
		}
		s.mu.Unlock()
		if found {
			d.p.Ready(true)
		}
	}
}
