// Pollqueues waits for queues and sockets in one place, and shows what that gains.
//
//	go run ./examples/pollqueues                      # the recipe, then the comparison
//	go run ./examples/pollqueues -n 1000 -queues 64   # more samples, more queues
//	go run ./examples/pollqueues -n 0                 # no comparison
//	go run ./examples/pollqueues -pause 1ms           # an eager loop to compare with
//
// # What it shows
//
// One wait. A consumer is served with what is put into two queues and with what
// two clients send over TCP, by one goroutine in one call, poll.Poller.Run.
// Connections are accepted, registered, read and removed by its handlers. It ends
// when both queues are closed and empty and both clients have gone.
//
// What it replaces. Without such a wait, a consumer looks at every queue in turn
// and then sleeps for a while, 10 ms say. What comes meanwhile waits for half of
// that on average, and the loop wakes a hundred times a second for nothing. The
// comparison puts -n items, one at a time, into one of -queues queues, and says
// how long they lay there before the consumer had them: half of them for less
// than p50.
//
// # Exit status
//
//	1    it could not listen on 127.0.0.1, or not poll a listener: only Linux can
//	2    the command line was wrong
//	130  stopped by Ctrl-C, or 143 by SIGTERM
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/skein-go/skein"
)

const usage = `Pollqueues waits for queues and sockets in one place, and shows what that gains.

Examples:
  pollqueues                      the recipe, then the comparison
  pollqueues -n 1000 -queues 64   more samples, more queues
  pollqueues -n 0                 no comparison
  pollqueues -pause 1ms           an eager loop to compare with

Flags:
`

// options are what the command line asks for.
type options struct {
	n      int
	queues int
	pause  time.Duration
}

func parseArgs() (o options) {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.IntVar(&o.n, "n", 200, "compare by `N` items each; 0 for no comparison")
	flag.IntVar(&o.queues, "queues", 4, "put them into one of `N` queues")
	flag.DurationVar(&o.pause, "pause", 10*time.Millisecond, "have the loop sleep for `DURATION`")
	flag.Parse()
	if o.n < 0 || o.queues < 1 || o.pause <= 0 || flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "pollqueues: -n must not be negative, -queues and -pause must be positive, and it takes no arguments\nTry pollqueues -h for help.\n")
		os.Exit(2)
	}
	return o
}

func main() {
	o := parseArgs()
	skein.Main(func(ctx context.Context, g *skein.Group) error {
		if err := serve(ctx, g, os.Stdout); err != nil || o.n == 0 {
			return err
		}
		return compare(ctx, o, os.Stdout)
	})
}
