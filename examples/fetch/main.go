// Fetch gets pages from the web, several at a time, and prints their sizes.
//
//	go run ./examples/fetch                            # two pages of a server that it starts itself
//	go run ./examples/fetch https://go.dev https://pkg.go.dev
//	go run ./examples/fetch -timeout 2s -retry 3 http://localhost:8080/
//
// # What it shows
//
// Handles. Each URL is submitted to a pool of -workers, which gives back a task
// at once. Joining the task waits for its result, or the error it failed with.
// The function that is run, fetch, knows nothing of the pool.
//
// A limit that is not the pool's. However many workers there are, a semaphore lets
// no more than -limit talk to servers at a time; a permit comes back whether the
// page did or not.
//
// Policy apart from the function. A time limit for each attempt, and what to do
// when one fails, belong to the executor that work.With makes of the pool.
//
// # Output and exit status
//
// The sizes are printed to standard output, in the order of the URLs; what failed
// goes to standard error, with its URL and the reason. What another attempt would
// not change, as an answer of 404, is not tried again.
//
//	1    something could not be fetched
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

const usage = `Fetch gets pages from the web, several at a time, and prints their sizes.

Examples:
  fetch                                            two pages of a server that it starts itself
  fetch https://go.dev https://pkg.go.dev
  fetch -timeout 2s -retry 3 http://localhost:8080/

Flags:
`

// options are what the command line asks for.
type options struct {
	workers int
	limit   int           // of those that fetch at a time; 0: none
	timeout time.Duration // for each attempt; 0: none
	retry   int           // how many more attempts
	urls    []string
}

func parseArgs() (o options) {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.IntVar(&o.workers, "workers", 10, "have `N` workers")
	flag.IntVar(&o.limit, "limit", 5, "let `N` of them fetch at a time; 0 is all")
	flag.DurationVar(&o.timeout, "timeout", 10*time.Second, "give up an attempt after `DURATION`; 0 is never")
	flag.IntVar(&o.retry, "retry", 2, "try `N` more times what fails")
	flag.Parse()
	o.urls = flag.Args()
	if o.workers < 1 || o.limit < 0 || o.timeout < 0 || o.retry < 0 {
		fmt.Fprintf(os.Stderr, "fetch: -workers must be at least 1, -limit, -timeout and -retry must not be negative\nTry fetch -h for help.\n")
		os.Exit(2)
	}
	return o
}

func main() {
	o := parseArgs()
	skein.Main(func(ctx context.Context, g *skein.Group) error {
		if len(o.urls) == 0 {
			base, err := startServer(g)
			if err != nil {
				return err
			}
			o.urls = []string{base + "/geese", base + "/yarn"}
		}
		return run(ctx, o, os.Stdout, os.Stderr)
	})
}
