package main

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

// buffers has one buffer for each worker, not one for each client.
var buffers = skein.NewLocal(func(context.Context) ([]byte, error) { return make([]byte, 32<<10), nil }, nil)

// echo sends back what c's peer sends, until the peer has sent all, and returns
// how many bytes that was.
func echo(ctx context.Context, c net.Conn) (n int64, err error) {
	defer skein.Interrupt(ctx, c)()
	buf, err := buffers.Get(ctx)
	if err != nil {
		return 0, err
	}
	for {
		got, err := c.Read(buf)
		if got > 0 {
			n += int64(got)
			if _, err := c.Write(buf[:got]); err != nil {
				return n, stopped(ctx, err)
			}
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, stopped(ctx, err)
		}
	}
}

// stopped is why ctx ended, if that is what interrupted a call that returned err.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// serve serves the clients that connect to ln until ctx ends, and closes ln. When it returns, every
// client's task has ended. The Run supervises: what fails in it ends alone.
func serve(ctx context.Context, ln net.Listener, o options, logger *log.Logger) error {
	return skein.Run(ctx, func(ctx context.Context, _ *skein.Group) error {
		defer ln.Close()
		defer skein.OnStop(ctx, func() { ln.Close() })() // ends Accept

		pool := work.NewPool(ctx, &work.PoolOptions{
			Name:  "clients",
			Width: o.workers,
			Queue: o.queue - 1, // the loop below holds one more while it waits for room
		})
		defer pool.Close(ctx)
		client := work.Wrap("client", echo)

		for {
			c, err := accept(ctx, ln, logger)
			if err != nil {
				return err
			}
			peer := c.RemoteAddr()
			if o.verbose {
				logger.Printf("%v connected", peer)
			}
			// Submit waits while the pool is full: nobody else is accepted meanwhile.
			t := client.Submit(ctx, pool, c)
			// Not a defer in echo, which never begins for a client that waits when all is stopped.
			t.OnDone(func(t *skein.Task[int64]) {
				c.Close()
				if t.State() == skein.Failed {
					logger.Printf("%v failed: %v", peer, t.Err())
				} else if o.verbose {
					logger.Printf("%v %v", peer, t.State())
				}
			})
		}
	}, &skein.RunOptions{Name: "server", Supervise: true})
}

// accept is ln.Accept, tried again while the reason for its failure may pass:
// a client that has gone before it was accepted, or no descriptor left.
func accept(ctx context.Context, ln net.Listener, logger *log.Logger) (net.Conn, error) {
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		c, err := ln.Accept()
		switch {
		case err == nil:
			return c, nil
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case errors.Is(err, net.ErrClosed):
			return nil, err
		}
		logger.Printf("%v; trying again in %v", err, wait)
		if err := skein.Sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}
