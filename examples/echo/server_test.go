package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/skein-go/skein"
)

// patience is how long a test waits for what should take milliseconds.
const patience = 20 * time.Second

// counted is a listener that counts what it accepted.
type counted struct {
	net.Listener
	accepted atomic.Int32
}

func (l *counted) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.accepted.Add(1)
	}
	return c, err
}

// logged is what a server has logged.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// server is a server that runs in this process until stop is called, or the
// test ends.
type server struct {
	ln   *counted
	log  logged
	stop func() error // returns what serve returned
}

func start(t *testing.T, o options) *server {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{ln: &counted{Listener: ln}}
	ctx, cancel := context.WithCancelCause(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			return serve(ctx, s.ln, o, log.New(&s.log, "", 0))
		}, nil)
	}()
	s.stop = sync.OnceValue(func() error {
		cancel(errTestOver)
		select {
		case err := <-done:
			return err
		case <-time.After(patience):
			return errors.New("the server has not stopped")
		}
	})
	t.Cleanup(func() {
		if err := s.stop(); !errors.Is(err, errTestOver) {
			t.Errorf("serve returned %v", err)
		}
	})
	return s
}

var errTestOver = errors.New("the test is over")

func dial(t *testing.T, addr string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c.(*net.TCPConn)
}

// ask sends text and reads it back.
func ask(c net.Conn, text string) error {
	if _, err := io.WriteString(c, text); err != nil {
		return err
	}
	buf := make([]byte, len(text))
	if _, err := io.ReadFull(c, buf); err != nil {
		return err
	}
	if string(buf) != text {
		return errors.New("it did not come back as it was sent")
	}
	return nil
}

func mustAsk(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if err := ask(c, text); err != nil {
		t.Fatal(err)
	}
}

// silent checks that nothing comes from c for a while.
func silent(t *testing.T, c net.Conn) {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if n, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%d bytes, %v: want a client that waits", n, err)
	}
	c.SetReadDeadline(time.Now().Add(patience))
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("in vain: ", what)
		}
	}
}

func TestEveryClientIsServedUnderLoad(t *testing.T) {
	const clients, messages = 200, 50
	s := start(t, options{workers: 128, queue: 16})
	errs := make(chan error, clients)
	for range clients {
		go func() {
			c, err := net.Dial("tcp", s.ln.Addr().String())
			if err != nil {
				errs <- err
				return
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(patience))
			message := strings.Repeat("a line of text\n", 400) // 6 KB
			for range messages {
				if err := ask(c, message); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range clients {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if text := s.log.String(); text != "" {
		t.Errorf("logged %q", text)
	}
}

func TestMessageLargerThanAnyBufferComesBack(t *testing.T) {
	s := start(t, options{workers: 1, queue: 2})
	c := dial(t, s.ln.Addr().String())
	message := bytes.Repeat([]byte("0123456789abcdef"), 1<<18) // 4 MB
	go func() {
		c.Write(message)
		c.CloseWrite()
	}()
	if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, message) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestNoMoreAreAcceptedThanWorkersAndQueue(t *testing.T) {
	s := start(t, options{workers: 2, queue: 3})
	var clients []net.Conn
	for range 10 {
		clients = append(clients, dial(t, s.ln.Addr().String()))
	}
	mustAsk(t, clients[0], "served")
	mustAsk(t, clients[1], "served")
	eventually(t, "five accepted", func() bool { return s.ln.accepted.Load() >= 5 })
	if _, err := io.WriteString(clients[2], "waiting"); err != nil {
		t.Fatal(err)
	}
	silent(t, clients[2])
	if n := s.ln.accepted.Load(); n != 5 {
		t.Errorf("%d clients accepted, want 2 + 3", n)
	}
	// One leaves, and the one that waited longest has its worker.
	clients[0].Close()
	if got, err := io.ReadAll(io.LimitReader(clients[2], 7)); err != nil || string(got) != "waiting" {
		t.Errorf("%q, %v", got, err)
	}
	eventually(t, "a sixth accepted", func() bool { return s.ln.accepted.Load() == 6 })
}

func TestResetEndsOneClientOnly(t *testing.T) {
	s := start(t, options{workers: 2, queue: 2})
	bad, good := dial(t, s.ln.Addr().String()), dial(t, s.ln.Addr().String())
	mustAsk(t, bad, "hello")
	mustAsk(t, good, "hello")
	bad.SetLinger(0) // Close sends a reset
	bad.Close()
	eventually(t, "the reset logged", func() bool { return strings.Contains(s.log.String(), "failed: ") })
	if text := s.log.String(); strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, bad.LocalAddr().String()) {
		t.Errorf("logged %q, want one line on %v", text, bad.LocalAddr())
	}
	mustAsk(t, good, "still here")
	mustAsk(t, dial(t, s.ln.Addr().String()), "in its place")
}

func TestStopClosesClientsThatWait(t *testing.T) {
	s := start(t, options{workers: 1, queue: 2})
	served := dial(t, s.ln.Addr().String())
	mustAsk(t, served, "hello")
	waiting := []net.Conn{dial(t, s.ln.Addr().String()), dial(t, s.ln.Addr().String())}
	eventually(t, "three accepted", func() bool { return s.ln.accepted.Load() == 3 })
	if err := s.stop(); !errors.Is(err, errTestOver) {
		t.Fatal(err)
	}
	for _, c := range append(waiting, served) {
		if n, err := c.Read(make([]byte, 1)); n > 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%d bytes, %v: want a closed connection", n, err)
		}
	}
	if text := s.log.String(); text != "" {
		t.Errorf("logged %q: a stop is no failure", text)
	}
}

// flaky is a listener whose first Accepts fail.
type flaky struct {
	net.Listener
	failures atomic.Int32
}

func (l *flaky) Accept() (net.Conn, error) {
	if l.failures.Add(-1) >= 0 {
		return nil, errors.New("too many open files")
	}
	return l.Listener.Accept()
}

func TestFailureToAcceptPasses(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	f := &flaky{Listener: ln}
	f.failures.Store(2)
	dial(t, ln.Addr().String())
	var l logged
	c, err := accept(t.Context(), f, log.New(&l, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if text := l.String(); strings.Count(text, "trying again in") != 2 {
		t.Errorf("logged %q", text)
	}
}
