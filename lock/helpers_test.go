package lock_test

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/runtimes"
	"github.com/skein-go/skein/lock"
)

var (
	both      = runtimes.Both
	cancelled = runtimes.Cancelled
	pass      = runtimes.Pass
	errEnough = runtimes.ErrEnough
)

// checking sets the policy for the rest of the test, and forgets what was found before.
func checking(t *testing.T, p lock.Policy) {
	t.Helper()
	callersAreKnown(t)
	before := lock.Check(p)
	probe.Forget()
	t.Cleanup(func() {
		lock.Check(before)
		probe.Forget()
	})
}

func callersAreKnown(t *testing.T) {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skip("who calls is not known on " + runtime.GOARCH)
	}
}

// found lists the findings of a kind.
func found(kind string) (list []probe.Finding) {
	for _, f := range probe.Findings() {
		if f.Kind == kind {
			list = append(list, f)
		}
	}
	return list
}

// quiet fails the test if anything about locks was found.
func quiet(t *testing.T) {
	t.Helper()
	for _, f := range append(found("lock order"), found("deadlock")...) {
		t.Errorf("%v\n%s", f, f.Evidence)
	}
}

// settle lets others go as far as they come.
func settle() {
	for range 50 {
		pass()
	}
}

// waiting starts f as a task and lets it go until it waits, or has ended.
func waiting(g *skein.Group, name string, f func(ctx context.Context) error) *skein.Task[struct{}] {
	return runtimes.Waiting(g, name, func(ctx context.Context) (struct{}, error) { return struct{}{}, f(ctx) })
}

// raw runs f on a bare goroutine and waits for it, not in skein.
func raw(f func()) {
	over := make(chan struct{})
	go func() { defer close(over); f() }()
	<-over
}

// must locks m, or fails the test.
func must(t *testing.T, ctx context.Context, m interface {
	Lock(context.Context) (lock.Held, error)
}) lock.Held {
	t.Helper()
	h, err := m.Lock(ctx)
	if err != nil {
		t.Fatalf("Lock: %v", err)
	}
	return h
}

// nested locks both, the second under the first, and gives both back.
func nested(ctx context.Context, a, b *lock.Mutex) error {
	h, err := a.Lock(ctx)
	if err != nil {
		return err
	}
	defer h.Unlock()
	k, err := b.Lock(ctx)
	if err != nil {
		return err
	}
	k.Unlock()
	return nil
}

// panics calls f and returns what it panicked with.
func panics(f func()) (text string) {
	defer func() { text, _ = recover().(string) }()
	f()
	return ""
}

func soak() bool { return os.Getenv("SKEIN_SOAK") != "" }

func mentions(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in:\n%s", w, text)
		}
	}
}
