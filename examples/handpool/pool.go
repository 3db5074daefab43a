package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/queue"
)

// pool is a fixed number of workers that serve clients from a queue.
type pool struct {
	workers int
	room    int // of the queue
	client  func(ctx context.Context, c net.Conn) error
	log     *log.Logger
}

// serve serves the clients that connect to ln until ctx ends, and closes ln.
func (p *pool) serve(ctx context.Context, ln net.Listener) error {
	return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		defer ln.Close()
		defer skein.OnStop(ctx, func() { ln.Close() })() // ends Accept

		clients := queue.New[net.Conn](&queue.Options[net.Conn]{Cap: p.room, Name: "clients"})
		defer func() {
			for _, c := range clients.CloseNow() {
				c.Close()
			}
		}()
		for n := range p.workers {
			name := fmt.Sprintf("worker %d", n+1)
			g.Go(name, skein.Restarting(skein.RestartPolicy{Name: name, Budget: -1},
				func(ctx context.Context) error { return p.work(ctx, clients) }))
		}
		for {
			c, err := ln.Accept()
			if err != nil {
				return stopped(ctx, err)
			}
			if err := clients.Put(ctx, c); err != nil {
				c.Close()
				return err
			}
		}
	}, &skein.RunOptions{Name: "pool", Supervise: true})
}

// work is the life of a worker: it serves client after client.
func (p *pool) work(ctx context.Context, clients *queue.Queue[net.Conn]) error {
	for c := range clients.All(ctx) {
		if err := p.serveOne(ctx, c); err != nil && ctx.Err() == nil {
			p.log.Printf("%v failed: %v", c.RemoteAddr(), err)
		}
	}
	return context.Cause(ctx) // nil if the queue was closed
}

func (p *pool) serveOne(ctx context.Context, c net.Conn) error {
	defer c.Close() // also if client panics
	defer skein.Interrupt(ctx, c)()
	return p.client(ctx, c)
}

// echo sends back what c's peer sends, until the peer has sent all.
func echo(ctx context.Context, c net.Conn) error {
	_, err := io.Copy(c, c)
	return stopped(ctx, err)
}

// stopped is why ctx ended, if that is what interrupted a call that returned err.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
