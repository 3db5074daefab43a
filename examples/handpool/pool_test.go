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
	"testing"
	"time"
)

// patience is how long a test waits for what should take milliseconds.
const patience = 20 * time.Second

var errTestOver = errors.New("the test is over")

// logged is what a pool has logged.
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

// start has p serve in this process until stop is called, or the test ends.
func start(t *testing.T, p *pool) (addr string, stop func()) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.serve(ctx, ln) }()
	stop = sync.OnceFunc(func() {
		cancel(errTestOver)
		select {
		case err := <-done:
			if !errors.Is(err, errTestOver) {
				t.Errorf("serve returned %v", err)
			}
		case <-time.After(patience):
			t.Error("serve has not returned")
		}
	})
	t.Cleanup(stop)
	return ln.Addr().String(), stop
}

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

func TestThreeTimesAsManyClientsAsWorkersAreServed(t *testing.T) {
	const workers = 4
	var l logged
	addr, _ := start(t, &pool{workers: workers, room: 2, client: echo, log: log.New(&l, "", 0)})
	errs := make(chan error, 3*workers)
	var clients []net.Conn
	for range 3 * workers { // all are connected at once, and most have to wait
		clients = append(clients, dial(t, addr))
	}
	for i, c := range clients {
		go func() {
			defer c.Close()
			for range 20 {
				if err := ask(c, strings.Repeat("a line of text\n", i+1)); err != nil {
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
	if text := l.String(); text != "" {
		t.Errorf("logged %q", text)
	}
}

func TestResetEndsOneClientAndNoWorker(t *testing.T) {
	var l logged
	addr, _ := start(t, &pool{workers: 1, room: 1, client: echo, log: log.New(&l, "", 0)})
	bad := dial(t, addr)
	if err := ask(bad, "hello"); err != nil {
		t.Fatal(err)
	}
	bad.SetLinger(0) // Close sends a reset
	bad.Close()
	if err := ask(dial(t, addr), "hello"); err != nil {
		t.Error(err)
	}
	if text := l.String(); strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, bad.LocalAddr().String()+" failed: ") {
		t.Errorf("logged %q, want one line on %v", text, bad.LocalAddr())
	}
}

func TestPanicEndsOneClientAndNoWorker(t *testing.T) {
	fragile := func(ctx context.Context, c net.Conn) error {
		first := make([]byte, 1)
		if _, err := c.Read(first); err != nil || first[0] == '!' {
			panic("fragile")
		}
		c.Write(first)
		return nil
	}
	addr, _ := start(t, &pool{workers: 1, room: 1, client: fragile, log: log.New(io.Discard, "", 0)})
	bad := dial(t, addr)
	if err := ask(bad, "!"); !errors.Is(err, io.EOF) {
		t.Errorf("%v: want its connection closed", err)
	}
	if err := ask(dial(t, addr), "?"); err != nil {
		t.Errorf("the only worker has gone: %v", err)
	}
}

func TestStopClosesClientsThatWait(t *testing.T) {
	addr, stop := start(t, &pool{workers: 1, room: 1, client: echo, log: log.New(io.Discard, "", 0)})
	clients := []net.Conn{dial(t, addr), dial(t, addr), dial(t, addr), dial(t, addr)}
	if err := ask(clients[0], "hello"); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	stop()
	for i, c := range clients {
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("client %d is left hanging: %v", i, err)
		}
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}
