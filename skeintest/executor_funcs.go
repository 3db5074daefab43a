package skeintest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

// The functions that TestExecutor has executors run.
var (
	square = work.Define("skeintest/square", squareOf)
	echo   = work.Define("skeintest/echo", echoOf)
	fail   = work.Define("skeintest/fail", failWith)
	panics = work.Define("skeintest/panics", panicWith)
	exits  = work.Define("skeintest/exits", exit)
	hold   = work.Define("skeintest/hold", holdPlace)
	obeys  = work.Define("skeintest/obeys", returnCause)
	picky  = work.Define("skeintest/picky", squareOfEven)
)

func squareOf(_ context.Context, n int) (int, error) { return n * n, nil }

// squareOfEven fails for odd numbers.
func squareOfEven(_ context.Context, n int) (int, error) {
	if n%2 == 1 {
		return 0, fmt.Errorf("%d is odd", n)
	}
	return n * n, nil
}

func echoOf(_ context.Context, v awkward) (awkward, error) { return v, nil }

func failWith(_ context.Context, text string) (int, error) { return 0, errors.New(text) }

func panicWith(_ context.Context, text string) (int, error) { panic(text) }

func exit(context.Context, int) (int, error) {
	runtime.Goexit()
	return 0, nil
}

// A span is when a job ran.
type span = struct{ Begin, End int64 }

// holdPlace reports that it runs, and does until it is stopped.
func holdPlace(ctx context.Context, id int) (span, error) {
	begin := skein.Now(ctx).UnixNano()
	work.Progress(ctx, fmt.Sprint(id))
	awaitStop(ctx)
	return span{begin, skein.Now(ctx).UnixNano()}, nil
}

// returnCause reports that it runs, and returns why it was stopped.
func returnCause(ctx context.Context, id int) (int, error) {
	work.Progress(ctx, fmt.Sprint(id))
	awaitStop(ctx)
	return 0, context.Cause(ctx)
}

// awaitStop waits for the end of ctx, and for nothing else: a sleep would look like progress.
func awaitStop(ctx context.Context) {
	never := skein.NewPromise[int](ctx, "stop")
	never.Task().Join(ctx)
	never.Resolve(0, nil)
}

// awkward has a field for each kind of value that encodings get wrong.
type awkward struct {
	Text    string
	Bytes   []byte
	Numbers []int
	Nested  []inner
	ByName  map[string]inner
	Sets    map[int]map[string]bool
	Pointer *inner
	Float   float64
	Big     uint64
	Small   int8
	When    time.Time
	Took    time.Duration
	Fixed   [3]string
	Complex complex128
	Empty   struct{}
}

type inner struct {
	Name string
	Next *inner
}

// firstQuick returns at once for 0, and otherwise when it is stopped.
var firstQuick = work.Define("skeintest/first quick", quickForZero)

// running counts the runs of firstQuick, where it runs in this process.
var running atomic.Int64

func quickForZero(ctx context.Context, n int) (int, error) {
	running.Add(1)
	defer running.Add(-1)
	if n > 0 {
		awaitStop(ctx)
	}
	return n, context.Cause(ctx)
}
