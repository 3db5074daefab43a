package netpoll_test

import (
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/skein-go/skein/internal/netpoll"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/skeintest"
)

// A told counts how often it was told.
type told chan struct{}

func newTold() told { return make(told, 100) }

func (t told) Ready(bool) { t <- struct{}{} }

func (t told) none(tb testing.TB) {
	tb.Helper()
	select {
	case <-t:
		tb.Error("told without reason")
	default:
	}
}

// A set is what Set and Pumps have in common, and a member what their members have.
type set interface {
	Start()
	Close()
}

type member interface {
	Arm() error
	Remove()
	Err() error
}

// sets runs body with a Set and with Pumps, which are the Set of other systems, and waits for their end.
func sets(t *testing.T, body func(t *testing.T, s set, add func(c syscall.RawConn, p rt.Poller) (member, error))) {
	t.Run("epoll", func(t *testing.T) {
		skeintest.NoLeaks(t)
		ended := make(chan struct{})
		s, err := netpoll.NewSet(func() { close(ended) })
		if err != nil {
			t.Fatal(err)
		}
		body(t, s, func(c syscall.RawConn, p rt.Poller) (member, error) { return s.Add(c, p) })
		s.Close()
		s.Close()
		<-ended
	})
	t.Run("pumps", func(t *testing.T) {
		skeintest.NoLeaks(t)
		ended := make(chan struct{})
		s := netpoll.NewPumps(func() { close(ended) })
		body(t, s, func(c syscall.RawConn, p rt.Poller) (member, error) { return s.Add(c, p) })
		s.Close()
		s.Close()
		<-ended
	})
}

// pipe gives its reading end as what a set takes.
func pipe(t *testing.T) (r *os.File, raw syscall.RawConn, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if raw, err = r.SyscallConn(); err != nil {
		t.Fatal(err)
	}
	return r, raw, w
}

func TestToldOnceForEachArm(t *testing.T) {
	sets(t, func(t *testing.T, s set, add func(syscall.RawConn, rt.Poller) (member, error)) {
		r, raw, w := pipe(t)
		defer r.Close()
		defer w.Close()
		io.WriteString(w, "before")
		p := newTold()
		d, err := add(raw, p)
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		s.Start()
		<-p
		io.WriteString(w, "more")
		p.none(t)
		if err := d.Arm(); err != nil { // nothing was read: still there
			t.Error(err)
		}
		<-p
		r.Read(make([]byte, 100))
		if err := d.Arm(); err != nil {
			t.Error(err)
		}
		p.none(t)
		w.Close()
		<-p // the end
		if err := d.Err(); err != nil {
			t.Error(err)
		}
	})
}

func TestClosedMember(t *testing.T) {
	sets(t, func(t *testing.T, s set, add func(syscall.RawConn, rt.Poller) (member, error)) {
		r, raw, w := pipe(t)
		defer w.Close()
		io.WriteString(w, "x")
		p := newTold()
		d, err := add(raw, p)
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		<-p
		r.Close()
		if err := d.Arm(); err == nil {
			<-p // its goroutine finds out
			err = d.Arm()
			if !errors.Is(err, os.ErrClosed) {
				t.Errorf("Arm gave %v", err)
			}
		} else if !errors.Is(err, os.ErrClosed) {
			t.Errorf("Arm gave %v", err)
		}
		d.Remove()
		if _, err := add(raw, p); !errors.Is(err, os.ErrClosed) {
			t.Errorf("Add gave %v", err)
		}
	})
}

func TestRemovedMember(t *testing.T) {
	sets(t, func(t *testing.T, s set, add func(syscall.RawConn, rt.Poller) (member, error)) {
		p := newTold()
		for range 20 {
			r, raw, w := pipe(t)
			io.WriteString(w, "x")
			d, err := add(raw, p)
			if err != nil {
				t.Fatal(err)
			}
			s.Start()
			<-p
			d.Remove()
			d.Remove()
			if err := d.Arm(); !errors.Is(err, os.ErrClosed) || d.Err() != err {
				t.Errorf("Arm gave %v", err)
			}
			io.WriteString(w, "x")
			r.Close()
			w.Close()
		}
		p.none(t)
	})
}

func TestClosedSet(t *testing.T) {
	sets(t, func(t *testing.T, s set, add func(syscall.RawConn, rt.Poller) (member, error)) {
		r, raw, w := pipe(t)
		defer r.Close()
		defer w.Close()
		p := newTold()
		d, err := add(raw, p)
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		s.Close()
		io.WriteString(w, "x")
		if _, isSet := s.(*netpoll.Set); isSet && d.Arm() == nil {
			t.Error("Arm works")
		}
		if _, err := add(raw, p); err == nil {
			t.Error("Add works")
		}
		s.Start()
		d.Remove()
	})
}

// Many members, whose number goes up and down to none, so that the goroutine comes and goes.
func TestManyComeAndGo(t *testing.T) {
	sets(t, func(t *testing.T, s set, add func(syscall.RawConn, rt.Poller) (member, error)) {
		var all sync.WaitGroup
		var events atomic.Int32
		const tasks, rounds, each = 4, 50, 5
		for range tasks {
			all.Go(func() {
				for range rounds {
					p := newTold()
					var members []member
					var files []*os.File
					for range each {
						r, raw, w := pipe(t)
						files = append(files, r, w)
						d, err := add(raw, p)
						if err != nil {
							t.Error(err)
							return
						}
						members = append(members, d)
						s.Start()
						runtime.Gosched()
						io.WriteString(w, "x")
					}
					for range each {
						<-p
						events.Add(1)
					}
					for _, d := range members {
						d.Remove()
					}
					for _, f := range files {
						f.Close()
					}
				}
			})
		}
		all.Wait()
		if n := events.Load(); n != tasks*rounds*each {
			t.Errorf("%d events", n)
		}
	})
}

// A number that is used again belongs to the newer member, and the older one is told that it is gone.
func TestNumberUsedAgain(t *testing.T) {
	skeintest.NoLeaks(t)
	s, err := netpoll.NewSet(func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	first, second := newTold(), newTold()
	var fds [2]int
	if err := syscall.Pipe2(fds[:], syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fds[1])
	old, err := s.Add(netpoll.Number(fds[0]), first)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	var again [2]int
	if err := syscall.Pipe2(again[:], syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(again[1])
	if err := syscall.Dup3(again[0], fds[0], syscall.O_CLOEXEC); err != nil { // closes the old one, takes its number
		t.Fatal(err)
	}
	syscall.Close(again[0])
	defer syscall.Close(fds[0])
	d, err := s.Add(netpoll.Number(fds[0]), second)
	if err != nil {
		t.Fatal(err)
	}
	<-first
	if old.Err() != os.ErrClosed || old.Arm() != os.ErrClosed || d.Err() != nil {
		t.Error("which is gone?")
	}
	old.Remove()
	syscall.Write(again[1], []byte("x"))
	<-second
	first.none(t)
	if _, err := s.Add(netpoll.Number(fds[0]), second); err == nil {
		t.Error("the same one was added twice")
	}
}

// A descriptor that somebody has duplicated stays in the kernel's set when it is closed. What comes of it
// is not taken for an event of the one that has its slot.
func TestEventOfAForgottenDescriptor(t *testing.T) {
	s, err := netpoll.NewSet(func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	first, second, third := newTold(), newTold(), newTold()
	rawPipe := func() (r, w int) {
		var fds [2]int
		if err := syscall.Pipe2(fds[:], syscall.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Close(fds[0]); syscall.Close(fds[1]) })
		return fds[0], fds[1]
	}
	add := func(fd int, p told) {
		if _, err := s.Add(netpoll.Number(fd), p); err != nil {
			t.Fatal(err)
		}
	}
	r1, w1 := rawPipe()
	r2, w2 := rawPipe()
	r3, _ := rawPipe()
	add(r1, first)
	kept, err := syscall.Dup(r1)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(kept)
	if err := syscall.Dup3(r2, r1, syscall.O_CLOEXEC); err != nil { // closes r1, and r1 is the second pipe's
		t.Fatal(err)
	}
	add(r1, second)
	<-first // it is gone
	add(r3, third)
	s.Start()
	syscall.Write(w1, []byte("x"))
	syscall.Write(w2, []byte("x"))
	<-second // and what came before has been looked at
	first.none(t)
	third.none(t)
}

// Go's poller does not let us wait for a listener.
func TestPumpsRefuseListeners(t *testing.T) {
	ln, err := net.ListenTCP("tcp", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	raw, _ := ln.SyscallConn()
	if _, err := netpoll.NewPumps(func() {}).Add(raw, newTold()); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
	if _, err := netpoll.NewPumps(func() {}).Add(netpoll.Number(0), newTold()); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
}

func TestRegularFileCountsAsReadable(t *testing.T) {
	s, err := netpoll.NewSet(func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	f, err := os.Open("set_linux_test.go")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	raw, _ := f.SyscallConn()
	p := newTold()
	d, err := s.Add(raw, p)
	if err != nil {
		t.Fatal(err)
	}
	<-p
	if d.Arm() != nil {
		t.Error("Arm fails")
	}
	<-p
	if d.Remove(); d.Arm() == nil {
		t.Error("Arm works after Remove")
	}
}

func TestLevel(t *testing.T) {
	l, err := netpoll.NewLevel()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, up := range []bool{false, true, true, false, false, true} {
		l.Set(up)
		poll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
		if err != nil {
			t.Fatal(err)
		}
		events := make([]syscall.EpollEvent, 1)
		syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, l.FD(), &syscall.EpollEvent{Events: syscall.EPOLLIN})
		if n, err := syscall.EpollWait(poll, events, 0); (n == 1) != up || err != nil {
			t.Errorf("set to %v: %d events, %v", up, n, err)
		}
		syscall.Close(poll)
	}
}
