package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"syscall"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

// findRobots is scanFile as executors take it.
var findRobots = work.Define("findrobots", scanFile)

// executors are what -on chooses from: where the files are scanned.
var executors = map[string]func(ctx context.Context, width int) work.Executor{
	"inline": func(context.Context, int) work.Executor { return work.Inline },
	"goroutines": func(ctx context.Context, width int) work.Executor {
		return work.NewPool(ctx, &work.PoolOptions{Name: "logs", Width: width})
	},
}

func executorNames() []string { return slices.Sorted(maps.Keys(executors)) }

// run does what the options ask for.
func run(ctx context.Context, g *skein.Group, o options, out io.Writer, s *screen) error {
	begun := skein.Now(ctx)
	in := findInputs(o.args)
	if len(o.args) == 0 {
		s.println("findrobots: no file named, so reading the sample that comes with it (-h for help)")
	}
	for _, p := range in.problems {
		s.println("findrobots: " + p)
	}
	s.set(progress{begun: begun, all: len(in.files), size: in.size})
	if s.hasMeter() {
		g.Daemon("meter", func(ctx context.Context) error { return drawEvery(ctx, s, time.Second/10) })
	}
	defer s.close()

	ex := executors[o.on](ctx, o.width)
	defer ex.Close(ctx)
	sum := totals{missing: len(in.problems)}
	done := 0
	for r, err := range findRobots.MapUnordered(ctx, ex, slices.Values(in.files)) {
		if ctx.Err() != nil && err != nil {
			break
		}
		if err != nil {
			return err // scanFile gives a file's errors as results, so this is a bug
		}
		done++
		sum.add(r)
		if o.each && r.Opened {
			s.println(fileLine(r))
		}
		if r.Problem != "" {
			s.println("findrobots: " + problemLine(r))
		}
		s.set(progress{begun, done, len(in.files), sum.read, in.size, sum.bytes, len(sum.hosts)})
	}
	s.close()

	summary := sum.summary(skein.Now(ctx).Sub(begun), cpuTime(), ex.Width(), o.on)
	switch {
	case ctx.Err() != nil && done < len(in.files):
		s.println(fmt.Sprintf("findrobots: stopped with %s to go: %s", plural(len(in.files)-done, "file"), summary))
		return context.Cause(ctx)
	case sum.files == 0:
		return &exitError{2, "nothing to read"}
	}
	// Who reads the answer may have seen enough of it.
	if err := sum.print(out, o.count); err != nil && !errors.Is(err, syscall.EPIPE) {
		return err
	}
	s.println(summary)
	if bad := sum.missing + sum.damaged; bad > 0 {
		return &exitError{1, plural(bad, "file") + " missing or damaged; the answer is from the rest"}
	}
	return nil
}

// drawEvery keeps the meter moving until ctx ends.
func drawEvery(ctx context.Context, s *screen, d time.Duration) error {
	for skein.Sleep(ctx, d) == nil {
		s.draw(skein.Now(ctx))
	}
	return nil
}

// exitError ends the program with a code of its own.
type exitError struct {
	code int
	text string
}

func (e *exitError) Error() string { return e.text }

// ExitCode is what skein.Main asks an error for.
func (e *exitError) ExitCode() int { return e.code }
