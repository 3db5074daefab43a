// Echo is a TCP server that sends back what it receives. A pool of workers
// serves the clients, so that load cannot make it grow without bound.
//
//	go run ./examples/echo                             # on 127.0.0.1:15000
//	go run ./examples/echo -addr 127.0.0.1:0 -v        # on a free port, with a line for each client
//	go run ./examples/echo -workers 2 -queue 2         # the third client waits for one of two to leave
//
// Talk to it with nc 127.0.0.1 15000, in another terminal.
//
// # What it shows
//
// A bounded pool. At most -workers clients are served at a time, and at most
// -queue more are accepted and wait. Further clients are not accepted: they wait
// in the backlog of the operating system, where they cost this program nothing.
// A client keeps its worker until it closes the connection, however idle it is.
//
// A supervising Run. Clients fail alone: one that resets its connection, or a
// bug that panics while serving it, ends that client only. What failed is
// written to standard error.
//
// A stop that works at once. Ctrl-C and SIGTERM interrupt the reads that the
// workers are blocked in, and close every connection, those that wait included.
// There is no time-out to wait for.
//
// # Output and exit status
//
// The address is printed to standard output once it takes connections.
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

const usage = `Echo is a TCP server that sends back what it receives.

Examples:
  echo                          on 127.0.0.1:15000
  echo -addr 127.0.0.1:0 -v     on a free port, with a line for each client
  echo -workers 2 -queue 2      the third client waits for one of two to leave

Flags:
`

// options are what the command line asks for.
type options struct {
	addr    string
	workers int  // how many clients are served at a time
	queue   int  // how many more are accepted and wait
	verbose bool // log every client, not only those that fail
}

func parseArgs() (o options) {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.StringVar(&o.addr, "addr", "127.0.0.1:15000", "listen on `HOST:PORT`; port 0 is any that is free")
	flag.IntVar(&o.workers, "workers", 128, "serve `N` clients at a time")
	flag.IntVar(&o.queue, "queue", 128, "accept `N` more, which wait")
	flag.BoolVar(&o.verbose, "v", false, "log every client on standard error")
	flag.Parse()
	switch {
	case flag.NArg() > 0:
		usageError("it takes no arguments")
	case o.workers < 1:
		usageError("-workers must be at least 1")
	case o.queue < 2: // one waits in the hands of the accept loop, and a pool's queue of 0 means no bound
		usageError("-queue must be at least 2")
	}
	return o
}

func usageError(text string) {
	fmt.Fprintf(os.Stderr, "echo: %s\nTry echo -h for help.\n", text)
	os.Exit(2)
}

func main() {
	o := parseArgs()
	logger := log.New(os.Stderr, "echo: ", 0)
	skein.Main(func(ctx context.Context, g *skein.Group) error {
		ln, err := net.Listen("tcp", o.addr)
		if err != nil {
			return err
		}
		fmt.Println("listening on", ln.Addr())
		return serve(ctx, ln, o, logger)
	})
}
