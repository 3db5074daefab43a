// Countdown counts down in a task, which can be watched, stopped and joined.
//
//	go run ./examples/countdown                                  # 10 to 1, five seconds apart
//	go run ./examples/countdown -n 3 -every 1s
//	go run ./examples/countdown -every 1h -stop-after 2s         # it is asleep when asked to stop
//	go run ./examples/countdown -input                           # type state, or stop
//
// # What it shows
//
// The life of a task. It is started; main joins it and prints how it ended:
// finished, or stopped and why.
//
// A stop that works at once. Asking the task to stop cuts its sleep short; it
// need not look at a flag between two sleeps. Its deferred clean-up runs. The
// last line says how long that took, from asking to having ended.
//
// A read that can be stopped. With -input another task reads commands from
// standard input: state prints whether the countdown still runs, stop ends it.
// When the countdown is over nobody waits for a line more: that task is a
// daemon, so it is stopped, and its read interrupted. So does Ctrl-C.
//
// # Exit status
//
//	0    the countdown finished, or was stopped as asked
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

const usage = `Countdown counts down in a task, which can be watched, stopped and joined.

Examples:
  countdown                                  10 to 1, five seconds apart
  countdown -n 3 -every 1s
  countdown -every 1h -stop-after 2s         it is asleep when asked to stop
  countdown -input                           type state, or stop

Flags:
`

// options are what the command line asks for.
type options struct {
	n         int
	every     time.Duration
	stopAfter time.Duration // 0: it is not asked to stop
	input     bool          // read commands
}

func parseArgs() (o options) {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.IntVar(&o.n, "n", 10, "count down from `N`")
	flag.DurationVar(&o.every, "every", 5*time.Second, "sleep for `DURATION` after each number")
	flag.DurationVar(&o.stopAfter, "stop-after", 0, "ask it to stop after `DURATION` (default never)")
	flag.BoolVar(&o.input, "input", false, "read commands from standard input: state, stop")
	flag.Parse()
	if o.n < 0 || o.every < 0 || o.stopAfter < 0 || flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "countdown: -n, -every and -stop-after must not be negative, and it takes no arguments\nTry countdown -h for help.\n")
		os.Exit(2)
	}
	return o
}

func main() {
	o := parseArgs()
	skein.Main(func(ctx context.Context, g *skein.Group) error {
		return run(ctx, g, o, os.Stdin, os.Stdout)
	})
}
