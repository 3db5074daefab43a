// Lazyconn gives each task a connection of its own, opened when the task first
// needs it and closed at its end.
//
//	go run ./examples/lazyconn                         # asks a server that it starts itself
//	go run ./examples/lazyconn -addr localhost:80      # asks another
//
// # What it shows
//
// A skein.Local, which holds one value for each task. Two tasks use the same
// Local at the same time, and neither sees the other's connection:
//
//   - With opens the connection, and closes it when the function it is given
//     returns, fails or panics. Using it again inside that function is an error.
//   - What a task has opened with Get is closed when the task ends, even by a
//     panic.
//   - In a pool it is a connection for each place, not for each task that runs
//     there: many requests share few connections, and none is used by two at once.
//
// # Output and exit status
//
// Each task prints how many bytes it got. The last line counts the connections:
// all that were opened are closed.
//
//	1    the server could not be asked
//	2    the command line was wrong
//	130  stopped by Ctrl-C, or 143 by SIGTERM
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

const usage = `Lazyconn gives each task a connection of its own, and prints what each got.

Examples:
  lazyconn                         asks a web server that it starts itself
  lazyconn -addr localhost:80      asks another

Flags:
`

func main() {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	addr := flag.String("addr", "", "ask the web server at `HOST:PORT` (default one that it starts itself)")
	path := flag.String("path", "/index.html", "ask for `PATH`")
	flag.Parse()
	if flag.NArg() > 0 || !strings.HasPrefix(*path, "/") {
		fmt.Fprintf(os.Stderr, "lazyconn: -path must begin with /, and it takes no arguments\nTry lazyconn -h for help.\n")
		os.Exit(2)
	}
	skein.Main(func(ctx context.Context, g *skein.Group) error {
		if *addr == "" {
			own, err := startServer(g)
			if err != nil {
				return err
			}
			*addr = own
		}
		return run(ctx, newDialer(*addr), *path, os.Stdout)
	})
}

const (
	requests = 12 // in the pool
	places   = 3
)

func run(ctx context.Context, d *dialer, path string, out io.Writer) error {
	if err := twoTasks(ctx, d, path, out); err != nil {
		return err
	}
	fmt.Fprintf(out, "a second With in one task: %v\n", nested(ctx, d))
	before := d.opened.Load()
	if err := manyRequests(ctx, d, path); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d requests in a pool of %d: %d connections\n", requests, places, d.opened.Load()-before)
	fmt.Fprintf(out, "%d connections opened, %d closed\n", d.opened.Load(), d.closed.Load())
	return nil
}

// twoTasks has two tasks use the same Local at the same time.
func twoTasks(ctx context.Context, d *dialer, path string, out io.Writer) error {
	return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		for _, name := range []string{"first", "second"} {
			g.Go(name, func(ctx context.Context) error {
				return d.conn.With(ctx, func(c *conn) error {
					n, err := c.getAll(ctx, path)
					if err == nil {
						fmt.Fprintf(out, "Got %d bytes\n", n)
					}
					return err
				})
			})
		}
		return nil
	}, nil)
}

// nested uses the connection while it is used: the error of that.
func nested(ctx context.Context, d *dialer) error {
	return d.conn.With(ctx, func(*conn) error {
		return d.conn.With(ctx, func(*conn) error { return errors.New("it was possible") })
	})
}

// manyRequests asks as often as there are requests, over the connections of few places.
func manyRequests(ctx context.Context, d *dialer, path string) error {
	pool := work.NewPool(ctx, &work.PoolOptions{Name: "requests", Width: places})
	get := work.Wrap("get", func(ctx context.Context, path string) (int64, error) {
		c, err := d.conn.Get(ctx) // the connection of this place: open already, unless this is its first request
		if err != nil {
			return 0, err
		}
		n, last, err := c.get(ctx, path)
		if last || err != nil {
			err = errors.Join(err, d.conn.Delete(ctx)) // the next request here opens another
		}
		return n, err
	})
	_, err := get.MapSlice(ctx, pool, slices.Repeat([]string{path}, requests))
	return errors.Join(err, pool.Close(ctx))
}
