package skeintest_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/skein-go/skein/queue"
)

// A recorder is a test whose failures are what is tested.
type recorder struct {
	testing.TB
	ctx context.Context

	mu       sync.Mutex
	errors   []string
	cleanups []func()
}

func record(t testing.TB) *recorder { return &recorder{TB: t, ctx: context.Background()} }

func (r *recorder) Helper()                  {}
func (r *recorder) Context() context.Context { return r.ctx }
func (r *recorder) Cleanup(f func())         { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Error(args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, fmt.Sprint(args...))
}

// end ends the test and gives what it has failed with.
func (r *recorder) end() string {
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.errors, "\n")
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in:\n%s", part, text)
		}
	}
}

// get waits at q until it is closed.
func get(q *queue.Queue[int]) func(context.Context) error {
	return func(ctx context.Context) error {
		if _, err := q.Get(ctx); err != queue.ErrClosed {
			return err
		}
		return nil
	}
}

const programVar = "SKEINTEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programVar) != "" {
		hopeless()
	}
	os.Exit(m.Run())
}
