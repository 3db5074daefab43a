// Monitor compares one lock for all counters of a program with a lock for each of them.
//
//	go run ./examples/monitor
//	go run ./examples/monitor -counters 100000 -tasks 16 -seconds 2
//
// # What it shows
//
// A monitor. All methods of the counters take one lock that they share, and one of them, decr, calls
// another, incr, while it holds it. The lock counts that, because decr passes on the context that says so;
// it does not guess who calls.
//
// What that saves, and what it costs. The program makes that many counters of either kind, prints the memory
// they take, and then has tasks count with them for a while, and prints how many calls there were.
//
// # Exit status
//
//	0    it has measured
//	1    the sum of the counters was wrong
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

const usage = `Monitor compares one lock for all counters of a program with a lock for each of them.

Examples:
  monitor
  monitor -counters 100000 -tasks 16 -seconds 2

Flags:
`

// options are what the command line asks for.
type options struct {
	counters, tasks int
	time            time.Duration // for each kind
}

func parseArgs() (o options) {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.IntVar(&o.counters, "counters", 10_000, "`N` counters")
	flag.IntVar(&o.tasks, "tasks", 8, "`N` tasks that count")
	seconds := flag.Float64("seconds", 1, "count with each kind for so many `SECONDS`")
	flag.Parse()
	o.time = time.Duration(*seconds * float64(time.Second))
	if o.counters < 1 || o.counters > 10_000_000 || o.tasks < 1 || o.tasks > 10_000 || o.time <= 0 || flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "monitor: -counters must be from 1 to 10000000, -tasks from 1 to 10000 and -seconds positive, and it takes no arguments\nTry monitor -h for help.\n")
		os.Exit(2)
	}
	return o
}

func main() {
	o := parseArgs()
	skein.Main(func(ctx context.Context, _ *skein.Group) error { return compare(ctx, o, os.Stdout) })
}
