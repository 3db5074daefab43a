package skein

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"github.com/skein-go/skein/internal/rt"
)

// A SignalError is the cause with which [Main] stops a program that was sent a signal.
type SignalError struct {
	Signal os.Signal // which one
}

// Error names the signal.
func (e *SignalError) Error() string { return "received " + e.Signal.String() }

// ExitCode is 128 and the number of the signal, as shells have it: 130 for an interrupt, 143 for
// a termination.
func (e *SignalError) ExitCode() int {
	if n, ok := e.Signal.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return 1
}

// Main runs body as [Run] does and then exits the process; it does not return. It is what a
// program's main function calls.
//
// The first SIGINT or SIGTERM stops everything, with a [*SignalError] as cause; deferred calls run
// and Main waits for the tasks. The second one exits at once.
//
// The exit code is 0 if body and all tasks ended without an error, 128 and the signal's number if
// a signal stopped them, what the error's ExitCode method says if it has one, and else 1. An error
// is printed to standard error, after the name of the program, unless it was a signal.
func Main(body func(ctx context.Context, g *Group) error) {
	ctx, stop := context.WithCancelCause(context.Background())
	var got atomic.Pointer[SignalError]
	rt.OnSignal(func(s os.Signal) {
		e := &SignalError{s}
		if !got.CompareAndSwap(nil, e) {
			os.Exit(e.ExitCode())
		}
		stop(e)
	}, os.Interrupt, syscall.SIGTERM)
	err := Run(ctx, body, &RunOptions{Name: "main"})
	var signal *SignalError
	if s := got.Load(); s != nil && (err == nil || causedBy(err, s)) {
		signal = s
	}
	os.Exit(exitCode(err, signal))
}

func exitCode(err error, signal *SignalError) int {
	if signal != nil {
		return signal.ExitCode()
	}
	if err == nil {
		return 0
	}
	if s := err.Error(); s != "" {
		fmt.Fprintf(os.Stderr, "%s: %s\n", filepath.Base(os.Args[0]), s)
	}
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return 1
}
