package lock_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/lock"
	"github.com/skein-go/skein/skeintest"
)

var errEnough = errors.New("enough")

// both runs body as the body of a Run on goroutines and of one on a loop.
func both(t *testing.T, body func(t *testing.T, ctx context.Context, g *skein.Group)) {
	t.Helper()
	run := func(t *testing.T) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
				body(t, ctx, g)
				return nil
			}, nil)
		}
	}
	t.Run("goroutines", func(t *testing.T) {
		skeintest.NoLeaks(t)
		if err := run(t)(skeintest.NoDeadlockWithin(t, 20*time.Second)); err != nil {
			t.Error(err)
		}
	})
	t.Run("loop", func(t *testing.T) {
		skeintest.NoLeaks(t)
		if err := loop.Run(context.Background(), nil, run(t)); err != nil {
			t.Error(err)
		}
	})
}

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

// cancelled is a context that has ended because of errEnough.
func cancelled(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	cancel(errEnough)
	return ctx
}

func pass() {
	runtime.Gosched()
	loop.Yield(context.Background())
}

// settle lets others go as far as they come.
func settle() {
	for range 50 {
		pass()
	}
}

// waiting starts f as a task and lets it go until it waits, or has ended.
func waiting(g *skein.Group, name string, f func(ctx context.Context) error) *skein.Task[struct{}] {
	var self atomic.Pointer[rt.Task]
	task := skein.Start(g, name, func(ctx context.Context) (struct{}, error) {
		self.Store(rt.TaskOf(ctx))
		return struct{}{}, f(ctx)
	})
	waits := func(s rt.Sign) bool { return s.Task == self.Load() && !s.Busy }
	for self.Load() == nil || !task.State().Ended() && !slices.ContainsFunc(rt.Census(), waits) {
		pass()
	}
	return task
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
