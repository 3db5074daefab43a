package poll_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/poll"
	"github.com/skein-go/skein/queue"
	"github.com/skein-go/skein/skeintest"
)

// pair is a connection and its other end.
func pair(t testing.TB) (c, peer *net.TCPConn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	a, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a.(*net.TCPConn), b.(*net.TCPConn)
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func send(t testing.TB, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

// open counts this process's descriptors.
func open(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("there is no /proc/self/fd to count descriptors in")
	}
	return len(list)
}

func TestConn(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		c, peer := pair(t)
		send(t, peer, "before ")
		var got strings.Builder
		var ended error
		r := must[*poll.Registration](t)(poll.Conn(p, c, func(same net.Conn) {
			if same != c {
				t.Error("another connection")
			}
			buf := make([]byte, 4) // less than there is
			n, err := c.Read(buf)
			got.Write(buf[:n])
			if err != nil {
				fmt.Fprint(&got, err)
				c.Close()
			}
		}))
		r.OnEnd(func(err error) { ended = err; p.Close() })
		task := waiting(g, p.Run)
		send(t, peer, "after ")
		peer.CloseWrite()
		if err := task.Wait(ctx); err != nil {
			t.Error(err)
		}
		if got.String() != "before after EOF" || !errors.Is(ended, net.ErrClosed) {
			t.Errorf("got %q, ended with %v", got.String(), ended)
		}
	})
}

// A reset is an event too, and the handler's read tells.
func TestConnReset(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		c, peer := pair(t)
		var got error
		must[*poll.Registration](t)(poll.Conn(p, c, func(net.Conn) { _, got = c.Read(make([]byte, 1)) }))
		task := waiting(g, p.Wait)
		peer.SetLinger(0)
		peer.Close()
		if err := task.Wait(ctx); err != nil || got == nil {
			t.Errorf("%v, the read gave %v", err, got)
		}
	})
}

// What is not read is told again, behind others that are ready.
func TestConnIsLevelTriggered(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		c, peer := pair(t)
		busy := queue.New[int](nil)
		fill(busy, 0)
		calls := 0
		poll.Queue(p, busy, func(v int) { fill(busy, v) }) // starves nobody
		must[*poll.Registration](t)(poll.Conn(p, c, func(net.Conn) {
			if calls++; calls == 3 {
				p.Close()
			}
		}))
		send(t, peer, "x")
		if err := p.Run(ctx); err != nil || calls != 3 {
			t.Errorf("%d calls, %v", calls, err)
		}
	})
}

func TestListener(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		ln := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
		accepted := 0
		must[*poll.Registration](t)(poll.Listener(p, ln, func(net.Listener) {
			c, err := ln.Accept()
			if err != nil {
				t.Error(err)
				return
			}
			c.Close()
			if accepted++; accepted == 2 {
				ln.Close()
			}
		})).OnEnd(func(error) { p.Close() })
		task := waiting(g, p.Run)
		for range 2 {
			defer must[net.Conn](t)(net.Dial("tcp", ln.Addr().String())).Close()
		}
		if err := task.Wait(ctx); err != nil || accepted != 2 {
			t.Errorf("accepted %d, %v", accepted, err)
		}
	})
}

func TestDescriptors(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		var got []string
		for _, number := range []bool{false, true} {
			if number && runtime.GOOS != "linux" {
				continue
			}
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			defer w.Close()
			read := func() {
				buf := make([]byte, 10)
				n, _ := r.Read(buf)
				got = append(got, string(buf[:n]))
			}
			var reg *poll.Registration
			if number {
				reg = must[*poll.Registration](t)(poll.Descriptor(p, r.Fd(), read))
			} else {
				reg = must[*poll.Registration](t)(poll.Descriptor(p, r, read))
			}
			task := waiting(g, p.Wait)
			io.WriteString(w, "hello")
			if err := task.Wait(ctx); err != nil || got[len(got)-1] != "hello" {
				t.Errorf("got %q, %v", got, err)
			}
			reg.Remove()
		}
	})
}

func TestRegularFileCanAlwaysBeRead(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		f := must[*os.File](t)(os.Open("conn_test.go"))
		defer f.Close()
		calls := 0
		reg := must[*poll.Registration](t)(poll.Descriptor(p, f, func() { calls++ }))
		waits(t, ctx, p, 3)
		reg.Remove()
		if calls != 3 || !idle(p) {
			t.Errorf("%d calls", calls)
		}
	})
}

// A reader with a buffer, over a connection that gives away its descriptor.
type bufferedConn struct {
	*net.TCPConn
	held []byte
}

func (c *bufferedConn) Buffered() int { return len(c.held) }

func TestBufferedConn(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		raw, peer := pair(t)
		c := &bufferedConn{raw, []byte("ab")}
		var got []byte
		r := must[*poll.Registration](t)(poll.Conn(p, c, func(net.Conn) {
			if len(c.held) == 0 {
				c.held = make([]byte, 10)
				n, _ := raw.Read(c.held)
				c.held = c.held[:n]
			}
			got, c.held = append(got, c.held[0]), c.held[1:]
		}))
		waits(t, ctx, p, 2)
		send(t, peer, "cd")
		waits(t, ctx, p, 2)
		if string(got) != "abcd" {
			t.Errorf("got %q", got)
		}
		ended := false
		r.OnEnd(func(error) { ended = true })
		send(t, peer, "ef")
		waits(t, ctx, p, 1)
		raw.Close() // with something in the buffer
		waits(t, ctx, p, 1)
		if !ended || !idle(p) || string(got) != "abcdef" {
			t.Errorf("got %q, ended: %v", got, ended)
		}
	})
}

func TestRefusedConns(t *testing.T) {
	p := poll.New(t.Context(), nil)
	defer p.Close()
	before := open(t)
	a, b := net.Pipe()
	defer b.Close()
	raw, _ := pair(t)
	nothing := func(net.Conn) { t.Error("called") }
	for _, c := range []net.Conn{a, tls.Client(raw, nil)} {
		if _, err := poll.Conn(p, c, nothing); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%T has no descriptor", c)) {
			t.Errorf("%T: %v", c, err)
		}
	}
	a.Close()
	raw.Close()
	if _, err := poll.Conn(p, raw, nothing); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed one: %v", err)
	}
	c, _ := pair(t)
	must[*poll.Registration](t)(poll.Conn(p, c, nothing))
	if _, err := poll.Conn(p, c, nothing); err == nil || !strings.Contains(err.Error(), "registered already") {
		t.Errorf("twice: %v", err)
	}
	p.Close()
	if _, err := poll.Conn(p, c, nothing); err != poll.ErrClosed && !errors.Is(err, poll.ErrClosed) {
		t.Errorf("a closed poller: %v", err)
	}
	if now := open(t); now > before+3 { // the last pair, and the poller of the operating system
		t.Errorf("%d descriptors, %d before", now, before)
	}
}

// Descriptors and the goroutine go away with what needs them.
func TestNothingIsLeft(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		c, peer := pair(t)
		before := open(t)
		for range 20 {
			p := poll.New(ctx, nil)
			r := must[*poll.Registration](t)(poll.Conn(p, c, func(net.Conn) { c.Read(make([]byte, 10)) }))
			send(t, peer, "x")
			waits(t, ctx, p, 1)
			r.Remove()
			must[*poll.Registration](t)(poll.Conn(p, c, func(net.Conn) { c.Read(make([]byte, 10)) })) // again
			send(t, peer, "x")
			waits(t, ctx, p, 1)
			p.Close()
		}
		for open(t) != before { // the last goroutine may be about to end
			pass()
		}
	})
}

// After the last descriptor is removed no goroutine is left, though the poller lives.
func TestNoGoroutineWithoutDescriptors(t *testing.T) {
	skeintest.NoLeaks(t)
	ctx, cancel := context.WithCancel(context.Background())
	p := poll.New(ctx, nil)
	c, peer := pair(t)
	send(t, peer, "x")
	before := runtime.NumGoroutine()
	r := must[*poll.Registration](t)(poll.Conn(p, c, func(net.Conn) {}))
	waits(t, ctx, p, 3)
	r.Remove()
	for runtime.NumGoroutine() > before {
		pass()
	}
	cancel()
}

func TestConnClosedBySomebody(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		c, _ := pair(t)
		must[*poll.Registration](t)(poll.Conn(p, c, func(net.Conn) { t.Error("called") })).OnEnd(func(err error) {
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("ended with %v", err)
			}
			p.Close()
		})
		other, peer := pair(t)
		must[*poll.Registration](t)(poll.Conn(p, other, func(net.Conn) {
			other.Read(make([]byte, 1))
			send(t, peer, "x")
		}))
		c.Close()
		send(t, peer, "x") // traffic, in whose course it is noticed
		if err := p.Run(ctx); err != nil {
			t.Error(err)
		}
	})
}

// A number that another connection has got meanwhile does not lead to the old one's handler.
func TestDescriptorNumberIsUsedAgain(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		for range 50 {
			old, _ := pair(t)
			ended := false
			must[*poll.Registration](t)(poll.Conn(p, old, func(net.Conn) { t.Error("the old handler is called") })).OnEnd(func(error) { ended = true })
			old.Close()
			c, peer := pair(t)
			served := false
			r := must[*poll.Registration](t)(poll.Conn(p, c, func(net.Conn) { served = true; c.Read(make([]byte, 1)) }))
			send(t, peer, "x")
			for !served {
				waits(t, ctx, p, 1)
			}
			r.Remove()
			_ = ended // by and by
		}
	})
}

// Somebody who waits already serves a connection that is registered later.
func TestConnAddedWhileWaiting(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		for range 3 {
			task := waiting(g, p.Wait)
			c, peer := pair(t)
			r := must[*poll.Registration](t)(poll.Conn(p, c, func(net.Conn) {}))
			send(t, peer, "x")
			if err := task.Wait(ctx); err != nil {
				t.Error(err)
			}
			r.Remove()
		}
	})
}

func TestCloseWhileConnsAreAwaited(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		before := open(t)
		p := poll.New(ctx, nil)
		c, _ := pair(t)
		must[*poll.Registration](t)(poll.Conn(p, c, func(net.Conn) {}))
		task := waiting(g, p.Run)
		other := waiting(g, p.Wait)
		p.Close()
		if err := task.Wait(ctx); err != nil {
			t.Error(err)
		}
		if err := other.Wait(ctx); err != poll.ErrClosed {
			t.Error(err)
		}
		for open(t) > before+2 {
			pass()
		}
	})
}

// A loop on which all wait for a quiet connection is not deadlocked.
func TestQuietConnIsNoDeadlock(t *testing.T) {
	skeintest.NoLeaks(t)
	c, peer := pair(t)
	defer time.AfterFunc(100*time.Millisecond, func() { send(t, peer, "x") }).Stop()
	received := false
	err := loop.Run(context.Background(), &loop.Options{Patience: time.Millisecond}, func(ctx context.Context) error {
		p := poll.New(ctx, nil)
		defer p.Close()
		r, err := poll.Conn(p, c, func(net.Conn) { received = true })
		if err != nil {
			return err
		}
		if err := p.Wait(ctx); err != nil {
			return err
		}
		r.Remove()
		return p.Wait(ctx) // now it is
	})
	var dead *loop.DeadlockError
	if !errors.As(err, &dead) || !received {
		t.Errorf("received: %v; %v", received, err)
	}
}

func TestPanicInHandlerOfConn(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		p := poll.New(ctx, nil)
		c, peer := pair(t)
		calls := 0
		must[*poll.Registration](t)(poll.Conn(p, c, func(net.Conn) {
			if calls++; calls == 1 {
				panic(errEnough)
			}
		}))
		send(t, peer, "x")
		func() {
			defer func() { recover() }()
			p.Wait(ctx)
		}()
		waits(t, ctx, p, 1)
		if calls != 2 {
			t.Errorf("%d calls", calls)
		}
	})
}

func TestConnEventsDoNotAllocate(t *testing.T) {
	ctx := t.Context()
	p := poll.New(ctx, nil)
	defer p.Close()
	c, peer := pair(t)
	buf, x := make([]byte, 10), []byte("x")
	must[*poll.Registration](t)(poll.Conn(p, c, func(net.Conn) { c.Read(buf) }))
	event := func() {
		peer.Write(x)
		p.Wait(ctx)
	}
	event()
	if n := testing.AllocsPerRun(1000, event); n >= 0.5 {
		t.Errorf("%v allocations", n)
	}
}

// Many connections and three who serve them, while others come and go and are registered anew.
func TestManyConns(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		const conns, messages = 30, 100
		p := poll.New(ctx, nil)
		ends := queue.New[error](nil)
		var read atomic.Int64
		var peers []net.Conn
		for i := range conns {
			c, peer := pair(t)
			peers = append(peers, peer)
			var r *poll.Registration
			var mu sync.Mutex // guards r, as the handler may be called before Conn has returned it
			var handler func(net.Conn)
			register := func() {
				mu.Lock()
				defer mu.Unlock()
				var err error
				if r, err = poll.Conn(p, c, handler); err != nil {
					t.Error(err)
					return
				}
				r.OnEnd(func(err error) { ends.Send(err) })
			}
			handler = func(c net.Conn) {
				var buf [3]byte
				n, err := c.Read(buf[:])
				read.Add(int64(n))
				switch {
				case err != nil:
					c.Close()
				case i%3 == 0:
					mu.Lock()
					r.Remove()
					mu.Unlock()
					register()
				}
			}
			register()
		}
		g.Go("peers", func(ctx context.Context) error {
			for range messages {
				for _, c := range peers {
					if _, err := io.WriteString(c, "some"); err != nil {
						return err
					}
				}
				pass()
			}
			for _, c := range peers {
				c.Close()
			}
			return nil
		})
		for range 3 {
			g.Go("serves", p.Run)
		}
		for range conns {
			if err, late := ends.Get(ctx); !errors.Is(err, net.ErrClosed) || late != nil {
				t.Errorf("ended with %v, %v", err, late)
			}
		}
		p.Close()
		if n := read.Load(); n != conns*messages*4 {
			t.Errorf("read %d bytes", n)
		}
	})
}
