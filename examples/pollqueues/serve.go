package main

import (
	"context"
	"fmt"
	"io"
	"net"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/poll"
	"github.com/skein-go/skein/queue"
)

// A consumer is served with everything by one goroutine, so it needs no lock.
type consumer struct {
	p    *poll.Poller
	out  io.Writer
	open int // sources from which something may come
}

// serve has two producers and two clients send to a consumer, until it has all.
func serve(ctx context.Context, g *skein.Group, out io.Writer) error {
	c := &consumer{p: poll.New(ctx, nil), out: out}
	defer c.p.Close()
	numbers, words := queue.New[int](nil), queue.New[string](nil)
	c.open++
	poll.Queue(c.p, numbers, func(n int) { fmt.Fprintln(out, "got", n, "from numbers") }).OnEnd(c.ended)
	c.open++
	poll.Queue(c.p, words, func(s string) { fmt.Fprintln(out, "got", s, "from words") }).OnEnd(c.ended)

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer ln.Close()
	const clients = 2
	c.open += clients
	if _, err := poll.Listener(c.p, ln, c.accept); err != nil {
		return err
	}

	g.Go("numbers", func(ctx context.Context) error { return produce(ctx, numbers, 1, 10, 15) })
	g.Go("words", func(ctx context.Context) error { return produce(ctx, words, "hello") })
	for i := range clients {
		g.Go("client", func(ctx context.Context) error { return send(ctx, ln.Addr(), fmt.Sprint("greetings ", i+1)) })
	}
	return c.p.Run(ctx)
}

// ended counts a source out. When none is left, Run returns.
func (c *consumer) ended(error) {
	if c.open--; c.open == 0 {
		c.p.Close()
	}
}

func (c *consumer) accept(ln net.Listener) {
	conn, err := ln.Accept()
	if err != nil {
		fmt.Fprintln(c.out, "accept:", err)
		return
	}
	r, err := poll.Conn(c.p, conn, c.read)
	if err != nil {
		conn.Close()
		fmt.Fprintln(c.out, "register:", err)
		return
	}
	r.OnEnd(c.ended) // once read has closed it
}

// read takes what has come. There is something, so it does not wait.
func (c *consumer) read(conn net.Conn) {
	var buf [1024]byte
	n, err := conn.Read(buf[:])
	if n > 0 {
		fmt.Fprintf(c.out, "got %s from a socket\n", buf[:n])
	}
	if err != nil { // io.EOF, if nothing is wrong
		conn.Close()
	}
}

func produce[T any](ctx context.Context, q *queue.Queue[T], items ...T) error {
	defer q.Close()
	for _, v := range items {
		if err := q.Put(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

func send(ctx context.Context, addr net.Addr, text string) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, addr.Network(), addr.String())
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = io.WriteString(conn, text)
	return err
}
