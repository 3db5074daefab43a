package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

// own starts the example's own server for the time of a test.
func own(t *testing.T) (addr string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	started, ended := make(chan string), make(chan error)
	go func() {
		ended <- skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			addr, err := startServer(g)
			if err != nil {
				return err
			}
			started <- addr
			<-ctx.Done()
			return nil
		}, nil)
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the server ended with %v", err)
		}
	})
	select {
	case addr := <-started:
		return addr
	case err := <-ended:
		t.Fatal(err)
		return ""
	}
}

// counts checks how many connections were opened, and that none is left open.
func counts(t *testing.T, d *dialer, opened int32) {
	t.Helper()
	if o, c := d.opened.Load(), d.closed.Load(); o != opened || c != opened {
		t.Errorf("%d connections opened and %d closed, want %d", o, c, opened)
	}
}

// inTask runs f as the only task of a Run.
func inTask(t *testing.T, f func(ctx context.Context) error) error {
	t.Helper()
	return skein.Run(t.Context(), func(ctx context.Context, g *skein.Group) error {
		g.Go("task", f)
		return nil
	}, nil)
}

func TestEachTaskHasItsOwnConnection(t *testing.T) {
	d := newDialer(own(t))
	var out strings.Builder // written to by two tasks: here one after the other
	seen := make(map[*conn]bool)
	for range 2 {
		if err := inTask(t, func(ctx context.Context) error {
			c, err := d.conn.Get(ctx)
			seen[c] = true
			again, _ := d.conn.Get(ctx)
			if again != c {
				out.WriteString("another on the second Get; ")
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 2 || out.Len() > 0 {
		t.Errorf("%d connections for 2 tasks; %s", len(seen), out.String())
	}
	counts(t, d, 2)
}

func TestNothingIsOpenedBeforeItIsNeeded(t *testing.T) {
	d := newDialer(own(t))
	if err := inTask(t, func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	counts(t, d, 0)
}

func TestSecondWithIsAnErrorAndTheFirstGoesOn(t *testing.T) {
	d := newDialer(own(t))
	err := inTask(t, func(ctx context.Context) error {
		return d.conn.With(ctx, func(c *conn) error {
			if err := d.conn.With(ctx, func(*conn) error { return nil }); !errors.Is(err, skein.ErrOpen) {
				t.Errorf("second With: %v", err)
			}
			n, err := c.getAll(ctx, "/index.html")
			if n < 1000 {
				t.Errorf("%d bytes", n)
			}
			return err
		})
	})
	if err != nil {
		t.Error(err)
	}
	counts(t, d, 1)
}

func TestClosedByPanicAndByFailure(t *testing.T) {
	d := newDialer(own(t))
	failure := errors.New("failure")
	for _, f := range []func(ctx context.Context) error{
		func(ctx context.Context) error { return d.conn.With(ctx, func(*conn) error { panic(failure) }) },
		func(ctx context.Context) error { return d.conn.With(ctx, func(*conn) error { return failure }) },
		func(ctx context.Context) error { d.conn.Get(ctx); panic(failure) },
		func(ctx context.Context) error { d.conn.Get(ctx); return failure },
	} {
		if err := inTask(t, f); !errors.Is(err, failure) {
			t.Errorf("%v, want the failure", err)
		}
	}
	counts(t, d, 4)
}

func TestAPlaceOfAPoolKeepsItsConnection(t *testing.T) {
	d := newDialer(own(t))
	err := skein.Run(t.Context(), func(ctx context.Context, g *skein.Group) error { return manyRequests(ctx, d, "/index.html") }, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := d.opened.Load()
	if o < 1 || o > places {
		t.Errorf("%d connections for %d places", o, places)
	}
	counts(t, d, o)
}

func TestAConnectionThatTheServerClosesIsReplaced(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		io.WriteString(w, "once")
	}))
	defer server.Close()
	d := newDialer(server.Listener.Addr().String())
	err := skein.Run(t.Context(), func(ctx context.Context, g *skein.Group) error { return manyRequests(ctx, d, "/") }, nil)
	if err != nil {
		t.Fatal(err)
	}
	counts(t, d, requests)
}

func TestStopInterruptsTheReadAndCloses(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, by its backlog, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	d := newDialer(ln.Addr().String())
	enough := errors.New("enough")
	for what, read := range map[string]func(ctx context.Context, c *conn) error{
		"getAll": func(ctx context.Context, c *conn) error { _, err := c.getAll(ctx, "/"); return err },
		"get":    func(ctx context.Context, c *conn) error { _, _, err := c.get(ctx, "/"); return err },
	} {
		err := skein.Run(t.Context(), func(ctx context.Context, g *skein.Group) error {
			pool := work.NewPool(ctx, nil)
			reading := make(chan struct{})
			task := work.Wrap(what, func(ctx context.Context, _ int) (int, error) {
				return 0, d.conn.With(ctx, func(c *conn) error { close(reading); return read(ctx, c) })
			}).Submit(ctx, pool, 0)
			<-reading
			task.Stop(enough)
			if err := task.Wait(ctx); !errors.Is(err, enough) || task.State() != skein.Stopped {
				t.Errorf("%s: %v, %v", what, task.State(), err)
			}
			return pool.Close(ctx)
		}, nil)
		if err != nil {
			t.Error(err)
		}
	}
	counts(t, d, 2)
}
