// Philosophers sit around a table with one stick between any two, and eat with two sticks.
//
//	go run ./examples/philosophers                      # five, for three seconds
//	go run ./examples/philosophers -n 100 -seconds 60
//	go run ./examples/philosophers -naive               # the sticks one by one: it is found out
//
// # What it shows
//
// Several locks at once. Each philosopher takes both sticks with one lock.Acquire, in the order in
// which they lie before them, and it locks them in an order that all share. So they eat for as long as
// one lets them, and nobody waits for ever.
//
// Fairness. The program prints the meals of each philosopher and, last, a figure that is 1.00 if
// all had the same number and 1/n if one had them all (Jain's index).
//
// A mistake that is found. With -naive each takes the stick on the left and then the one on the right.
// That hangs when all have taken the left one at the same moment, perhaps after years. Here the
// first philosopher who goes against the order of the others is refused, in every run, with a report
// that says who took what where, and the program ends.
//
// # Exit status
//
//	0    the time was up
//	1    a wrong order was found, or a deadlock
//	2    the command line was wrong
//	130  stopped by Ctrl-C, or 143 by SIGTERM; the table is printed all the same
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/skein-go/skein"
)

const usage = `Philosophers eat with two sticks each, of which there is one between any two of them.

Examples:
  philosophers                      five, for three seconds
  philosophers -n 100 -seconds 60
  philosophers -naive               the sticks one by one: it is found out

Flags:
`

// options are what the command line asks for.
type options struct {
	n     int
	time  time.Duration
	naive bool
}

func parseArgs() (o options) {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	seconds := flag.Float64("seconds", 3, "dine for so many `SECONDS`")
	flag.IntVar(&o.n, "n", 5, "`N` philosophers, and as many sticks")
	flag.BoolVar(&o.naive, "naive", false, "take the sticks one by one")
	flag.Parse()
	o.time = time.Duration(*seconds * float64(time.Second))
	if o.n < 2 || o.n > 100_000 || o.time <= 0 || flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "philosophers: -n must be from 2 to 100000 and -seconds positive, and it takes no arguments\nTry philosophers -h for help.\n")
		os.Exit(2)
	}
	return o
}

func main() {
	o := parseArgs()
	skein.Main(func(ctx context.Context, _ *skein.Group) error { return dine(ctx, o, os.Stdout) })
}
