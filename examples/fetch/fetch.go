package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/gate"
	"github.com/skein-go/skein/work"
)

// fetch gets one page. It is an ordinary function: it could as well be called.
func fetch(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, &statusError{answer.StatusCode}
	}
	page, err := io.ReadAll(io.LimitReader(answer.Body, maxPage+1))
	if len(page) > maxPage {
		return nil, errTooLarge
	}
	return page, err
}

// maxPage is how large a page may be, in bytes: what many servers send must not fill the memory.
const maxPage = 64 << 20

var errTooLarge = fmt.Errorf("larger than %d MB", maxPage>>20)

// statusError is an answer that is not the page.
type statusError struct{ code int }

func (e *statusError) Error() string {
	return fmt.Sprintf("the server answered %d %s", e.code, http.StatusText(e.code))
}

// worthTrying tells whether another attempt may have more success.
func worthTrying(err error) bool {
	if status, ok := errors.AsType[*statusError](err); ok {
		return status.code >= 500
	}
	return !errors.Is(err, errTooLarge)
}

// limited is fetch for n at a time.
func limited(n int) func(context.Context, string) ([]byte, error) {
	if n == 0 {
		return fetch
	}
	permits := gate.NewSemaphore(int64(n), &gate.SemaphoreOptions{Name: "fetches", Max: int64(n)})
	return func(ctx context.Context, url string) (page []byte, err error) {
		err = permits.With(ctx, 1, func() error {
			page, err = fetch(ctx, url)
			return err
		})
		return page, err
	}
}

// run fetches the pages and prints their sizes.
func run(ctx context.Context, o options, out, errs io.Writer) error {
	pool := work.NewPool(ctx, &work.PoolOptions{Width: o.workers})
	defer pool.Close(ctx)
	fetchURL := work.Wrap("fetch", limited(o.limit))
	careful := work.With(pool, &work.Options{Timeout: o.timeout, Retry: o.retry, RetryIf: worthTrying})

	tasks := make([]*skein.Task[[]byte], len(o.urls))
	for i, url := range o.urls {
		tasks[i] = fetchURL.Submit(ctx, careful, url)
	}
	failed := 0
	for i, t := range tasks {
		page, err := t.Join(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			failed++
			fmt.Fprintf(errs, "fetch: %s: %v\n", o.urls[i], err)
			continue
		}
		fmt.Fprintf(out, "%s: %d bytes\n", o.urls[i], len(page))
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d failed", failed, len(tasks))
	}
	return nil
}
