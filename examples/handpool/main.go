// Handpool is the server of examples/echo with a pool made by hand: a queue, and
// tasks that take clients from it.
//
//	go run ./examples/handpool                         # on 127.0.0.1:15000
//	go run ./examples/handpool -addr 127.0.0.1:0       # on a free port, which it prints
//	go run ./examples/handpool -workers 2
//
// Talk to it with nc 127.0.0.1 15000, in another terminal.
//
// # What it shows
//
// What a pool is. The accept loop puts connections into a queue, and each of
// -workers tasks serves one client after another from it. The queue holds
// -queue clients; while it is full, the accept loop waits. It is the thing to
// write where a worker is more than a place to run a function in: where it has
// state of its own, or takes its work in an order of its own.
//
// And what a pool does that has to be done by hand here. A panic ends the task it
// happens in, so each worker is restarted; the Run supervises, so that one worker
// which is given up does not end the others. Clients still in the queue at the
// end have to be closed. Workers are all there from the beginning, and for ever.
//
// # Output and exit status
//
// The address is printed to standard output once it takes connections. Clients
// that fail are logged on standard error.
//
//	1    it could not listen, or not go on accepting
//	2    the command line was wrong
//	130  stopped by Ctrl-C, or 143 by SIGTERM
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"

	"github.com/skein-go/skein"
)

const usage = `Handpool is a TCP server that sends back what it receives, with a pool made by hand.

Examples:
  handpool                        on 127.0.0.1:15000
  handpool -addr 127.0.0.1:0      on a free port, which it prints
  handpool -workers 2

Flags:
`

func main() {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	addr := flag.String("addr", "127.0.0.1:15000", "listen on `HOST:PORT`; port 0 is any that is free")
	workers := flag.Int("workers", 128, "serve `N` clients at a time")
	room := flag.Int("queue", 128, "let `N` more wait in the queue, and one in the accept loop")
	flag.Parse()
	if *workers < 1 || *room < 1 || flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "handpool: -workers and -queue must be at least 1, and it takes no arguments\nTry handpool -h for help.\n")
		os.Exit(2)
	}
	logger := log.New(os.Stderr, "handpool: ", 0)
	skein.Main(func(ctx context.Context, g *skein.Group) error {
		ln, err := net.Listen("tcp", *addr)
		if err != nil {
			return err
		}
		fmt.Println("listening on", ln.Addr())
		p := &pool{workers: *workers, room: *room, client: echo, log: logger}
		return p.serve(ctx, ln)
	})
}
