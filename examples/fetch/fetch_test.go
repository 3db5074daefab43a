package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/skein-go/skein"
)

// fetches runs the program's body.
func fetches(t *testing.T, ctx context.Context, o options) (out, errs string, err error) {
	t.Helper()
	if o.workers == 0 {
		o.workers = 10
	}
	var o1, e1 strings.Builder
	err = skein.Run(ctx, func(ctx context.Context, g *skein.Group) error { return run(ctx, o, &o1, &e1) }, nil)
	return o1.String(), e1.String(), err
}

func serveFunc(t *testing.T, f http.HandlerFunc) (url string) {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return server.URL
}

func TestSizesAreInTheOrderOfTheURLs(t *testing.T) {
	second := make(chan struct{})
	url := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/1" {
			<-second // so it is answered last
		}
		fmt.Fprint(w, r.URL.Path)
		if r.URL.Path == "/22" {
			close(second)
		}
	})
	out, errs, err := fetches(t, t.Context(), options{urls: []string{url + "/1", url + "/22"}})
	if want := url + "/1: 2 bytes\n" + url + "/22: 3 bytes\n"; out != want || errs != "" || err != nil {
		t.Errorf("%q, %q, %v", out, errs, err)
	}
}

func TestNoMoreAtATimeThanWorkers(t *testing.T) { threeAtATime(t, options{workers: 3}) }

func TestNoMoreAtATimeThanTheLimit(t *testing.T) {
	threeAtATime(t, options{workers: 10, limit: 3})
	threeAtATime(t, options{workers: 3, limit: 10})
}

func threeAtATime(t *testing.T, o options) {
	t.Helper()
	var mu sync.Mutex
	now, most := 0, 0
	three, once := make(chan struct{}), sync.Once{} // closed once there are three at a time
	url := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		now++
		if most = max(most, now); now == 3 {
			once.Do(func() { close(three) })
		}
		mu.Unlock()
		defer func() {
			mu.Lock()
			now--
			mu.Unlock()
		}()
		<-three
		time.Sleep(5 * time.Millisecond)
	})
	for range 20 {
		o.urls = append(o.urls, url)
	}
	if _, _, err := fetches(t, t.Context(), o); err != nil {
		t.Error(err)
	}
	if most != 3 {
		t.Errorf("%d at a time, want 3", most)
	}
}

func TestFailureIsNamedAndTheOthersGoOn(t *testing.T) {
	url := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/none" {
			http.NotFound(w, r)
		}
	})
	out, errs, err := fetches(t, t.Context(), options{retry: 3, urls: []string{url + "/none", url + "/some"}})
	if err == nil || err.Error() != "1 of 2 failed" {
		t.Errorf("%v", err)
	}
	if want := "fetch: " + url + "/none: the server answered 404 Not Found\n"; errs != want {
		t.Errorf("%q, want %q", errs, want)
	}
	if want := url + "/some: 0 bytes\n"; out != want {
		t.Errorf("%q, want %q", out, want)
	}
}

func TestRetryOnlyWhatIsWorthIt(t *testing.T) {
	for _, c := range []struct {
		codes    []int // of the answers, the last one for ever
		retry    int
		attempts int
		ok       bool
	}{
		{[]int{500, 503, 200}, 2, 3, true},
		{[]int{500, 503, 200}, 1, 2, false},
		{[]int{404, 200}, 5, 1, false},
	} {
		attempts := 0
		var mu sync.Mutex
		url := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			w.WriteHeader(c.codes[min(attempts, len(c.codes)-1)])
			attempts++
		})
		_, errs, err := fetches(t, t.Context(), options{retry: c.retry, urls: []string{url}})
		mu.Lock()
		if attempts != c.attempts || (err == nil) != c.ok {
			t.Errorf("%v, retry %d: %d attempts, %v %q", c.codes, c.retry, attempts, err, errs)
		}
		mu.Unlock()
	}
}

func TestTimeoutIsForEachAttempt(t *testing.T) {
	attempts := 0
	var mu sync.Mutex
	url := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		attempts++
		first := attempts == 1
		mu.Unlock()
		if first {
			<-r.Context().Done() // the client has gone
		}
	})
	out, errs, err := fetches(t, t.Context(), options{retry: 1, timeout: 200 * time.Millisecond, urls: []string{url}})
	if err != nil || out != url+": 0 bytes\n" {
		t.Errorf("%q, %q, %v", out, errs, err)
	}
}

func TestStopEndsEveryFetch(t *testing.T) {
	asked := make(chan struct{}, 20)
	url := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	})
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-asked
		<-asked
		cancel(enough)
	}()
	out, errs, err := fetches(t, ctx, options{retry: 5, urls: []string{url, url}})
	if !errors.Is(err, enough) || out != "" || errs != "" {
		t.Errorf("%q, %q, %v", out, errs, err)
	}
}
