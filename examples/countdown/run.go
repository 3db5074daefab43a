package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/skein-go/skein"
)

// countdown is an ordinary function: nothing in it says that it runs as a task.
func countdown(ctx context.Context, out io.Writer, n int, every time.Duration) error {
	defer fmt.Fprintln(out, "cleaned up")
	for ; n > 0; n-- {
		fmt.Fprintln(out, "T-minus", n)
		if err := skein.Sleep(ctx, every); err != nil {
			return err
		}
	}
	return nil
}

// run starts the countdown, and those who may stop it, and joins it.
func run(ctx context.Context, g *skein.Group, o options, in io.Reader, out io.Writer) error {
	t := g.Go("countdown", func(ctx context.Context) error { return countdown(ctx, out, o.n, o.every) })
	if o.stopAfter > 0 {
		g.Daemon("stop after", func(ctx context.Context) error {
			if err := skein.Sleep(ctx, o.stopAfter); err != nil {
				return err
			}
			t.Stop(&request{"its time was up", skein.Now(ctx)})
			return nil
		})
	}
	if o.input {
		g.Daemon("input", func(ctx context.Context) error { return obey(ctx, t, in, out) })
	}

	// Ctrl-C ends ctx, and with it the task. It is awaited all the same, to tell how it ended.
	err := t.Wait(context.WithoutCancel(ctx))
	fmt.Fprintln(out, describe(t, skein.Now(ctx)))
	if _, asked := errors.AsType[*request](err); asked {
		return nil
	}
	return err
}

// request is the cause of a stop that somebody asked for.
type request struct {
	why string
	at  time.Time
}

func (r *request) Error() string { return r.why }

// obey reads commands for t, until there are no more or ctx ends.
func obey(ctx context.Context, t skein.Handle, in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(skein.Reader(ctx, in))
	for lines.Scan() {
		switch command := strings.TrimSpace(lines.Text()); command {
		case "":
		case "state":
			fmt.Fprintln(out, describe(t, skein.Now(ctx)))
		case "stop":
			t.Stop(&request{"somebody typed stop", skein.Now(ctx)})
		default:
			fmt.Fprintf(out, "%q is no command: type state, or stop\n", command)
		}
	}
	return lines.Err()
}

// describe says how far t is, and if it was stopped, why and how long that took.
func describe(t skein.Handle, now time.Time) string {
	text := fmt.Sprintf("%s %v", t.Name(), t.State())
	err := t.Err()
	if err == nil {
		return text
	}
	if asked, ok := errors.AsType[*request](err); ok {
		return fmt.Sprintf("%s: %v; it took %v to stop", text, asked, now.Sub(asked.at).Round(time.Microsecond))
	}
	if stop, ok := errors.AsType[*skein.StoppedError](err); ok {
		err = stop.Cause
	}
	return fmt.Sprintf("%s: %v", text, err)
}
