package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/skein-go/skein"
)

// dialer opens connections to one server: one for each task that asks for one.
type dialer struct {
	conn           *skein.Local[*conn]
	opened, closed atomic.Int32
}

func newDialer(addr string) *dialer {
	d := new(dialer)
	d.conn = skein.NewLocal(
		func(ctx context.Context) (*conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
			if err != nil {
				return nil, err
			}
			d.opened.Add(1)
			return &conn{Conn: c, in: bufio.NewReader(c)}, nil
		},
		func(c *conn) error {
			d.closed.Add(1)
			return c.Close()
		})
	return d
}

// conn is a connection to a web server.
type conn struct {
	net.Conn
	in *bufio.Reader
}

// getAll asks for path and reads until the server closes the connection: how
// many bytes it sent in all.
func (c *conn) getAll(ctx context.Context, path string) (int64, error) {
	if err := c.ask(path, "close"); err != nil {
		return 0, err
	}
	return io.Copy(io.Discard, skein.Reader(ctx, c))
}

// get asks for path and reads the answer: how many bytes it was without its
// header, and whether the connection can be used no more.
func (c *conn) get(ctx context.Context, path string) (n int64, last bool, err error) {
	defer skein.Interrupt(ctx, c)()
	if err := c.ask(path, "keep-alive"); err != nil {
		return 0, true, stopped(ctx, err)
	}
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, true, stopped(ctx, err)
	}
	defer answer.Body.Close()
	n, err = io.Copy(io.Discard, answer.Body)
	return n, answer.Close, stopped(ctx, err)
}

// ask sends a request. It is short, so it does not block.
func (c *conn) ask(path, connection string) error {
	_, err := fmt.Fprintf(c, "GET %s HTTP/1.0\r\nHost: %s\r\nConnection: %s\r\n\r\n", path, c.RemoteAddr(), connection)
	return err
}

// stopped is why ctx ended, if that is what interrupted a call that returned err.
func stopped(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
