package bench

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"

	"github.com/skein-go/skein/bench/internal/measure"
)

// A burst of the echo row: so many clients connect at once, make so many round trips each, and
// leave.
const (
	echoClients = 64
	echoTrips   = 16
	echoWidth   = 128 // of the pool that serves them
)

func echoRow() measure.Row {
	row := measure.Row{
		Name: "work/echo", Doc: "a round trip over loopback: 64 clients, 16 each, served by a pool of 128",
		Baseline: "wg.Go",
		Bars:     []measure.Bar{{Against: "wg.Go", AtMost: 1.15}}, // a tie
		Batch:    echoClients * echoTrips,
	}
	for _, p := range poolings() {
		if p.name == "pond bounded" {
			continue // the queue stays empty here, so it is the same as pond
		}
		row.Peers = append(row.Peers, measure.Peer{Name: p.name, Open: func() (measure.Body, error) { return openEcho(p) }})
	}
	return row
}

// openEcho serves every connection by a job of the pool.
func openEcho(p pooling) (measure.Body, error) {
	open, err := p.open(limits{width: echoWidth, queue: echoWidth})
	if err != nil {
		return measure.Body{}, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		open.close()
		return measure.Body{}, measure.NotRun("no listening on 127.0.0.1: " + err.Error())
	}
	var server sync.WaitGroup
	server.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			open.submit(newJob(func() { echo(c) }))
		}
	})
	return measure.Body{
		Run: func(n int) (done int) {
			for left := n; left > 0; left -= echoClients * echoTrips {
				done += burst(ln.Addr().String(), min(left, echoClients*echoTrips))
			}
			return done
		},
		Close: func() {
			ln.Close()
			server.Wait()
			open.close()
		},
	}, nil
}

// echo sends back what comes.
func echo(c net.Conn) {
	defer c.Close()
	var buf [64]byte
	for {
		n, err := c.Read(buf[:])
		if err != nil {
			return
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

// burst has the clients make n round trips together and returns how many came back right.
func burst(addr string, n int) int {
	var right atomic.Int64
	var clients sync.WaitGroup
	for i := range echoClients {
		clients.Go(func() { right.Add(int64(client(addr, share(n, echoClients, i)))) })
	}
	clients.Wait()
	return int(right.Load())
}

func client(addr string, trips int) (right int) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return 0
	}
	defer c.Close()
	c.(*net.TCPConn).SetLinger(0) // a reset: thousands of bursts must not use up the local ports
	question, answer := []byte("round and round it goes\n"), make([]byte, 24)
	for range trips {
		if _, err := c.Write(question); err != nil {
			return right
		}
		if _, err := io.ReadFull(c, answer); err != nil || !bytes.Equal(question, answer) {
			return right
		}
		right++
	}
	return right
}
