package skeintest_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/queue"
	"github.com/skein-go/skein/skeintest"
)

func TestNoLeaksNamesTasks(t *testing.T) {
	r := record(t)
	old := queue.New[int](nil)
	before := skein.Detached(context.Background(), "there before", get(old))
	skeintest.NoLeaks(r)
	q := queue.New[int](&queue.Options[int]{Name: "letters"})
	left := skein.Detached(context.Background(), "postman", func(ctx context.Context) error {
		return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			g.Go("sorter", get(q))
			return nil
		}, nil)
	})
	report := r.end()
	contains(t, report, "postman", "sorter", `waits to get from queue "letters"`, "recorder_test.go", "goroutine ")
	if n := len(r.errors); n != 1 {
		t.Errorf("%d errors", n)
	}
	if strings.Contains(report, "there before") {
		t.Errorf("what was there before is in the report:\n%s", report)
	}
	q.Close()
	old.Close()
	left.Wait(context.Background())
	before.Wait(context.Background())
}

func TestNoLeaksPasses(t *testing.T) {
	r := record(t)
	skeintest.NoLeaks(r)
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		for range 100 {
			g.Go("task", func(ctx context.Context) error { return nil })
		}
		return nil
	}, nil)
	loop.Run(context.Background(), nil, func(ctx context.Context) error { return skein.Sleep(ctx, time.Microsecond) })
	if report := r.end(); report != "" {
		t.Error(report)
	}
}

// What is just ending is waited for.
func TestNoLeaksIsPatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t)
		skeintest.NoLeaks(r)
		skein.Detached(context.Background(), "late", func(ctx context.Context) error {
			return skein.Sleep(ctx, 300*time.Millisecond)
		})
		if report := r.end(); report != "" {
			t.Error(report)
		}
	})
}

func TestNoLeaksInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t)
		skeintest.NoLeaks(r)
		task := skein.Detached(context.Background(), "sleeper", func(ctx context.Context) error {
			return skein.Sleep(ctx, time.Hour)
		})
		contains(t, r.end(), "sleeper", "waits to sleep 1h0m0s")
		task.Stop(nil)
		task.Wait(context.Background())
	})
}

// A read that was given up is a goroutine without a task.
func TestNoLeaksFindsGoroutines(t *testing.T) {
	r := record(t)
	skeintest.NoLeaks(r)
	ctx, cancel := context.WithCancel(context.Background())
	begun, release := make(chan struct{}), make(chan struct{})
	go func() {
		<-begun
		cancel()
	}()
	in := skein.Reader(ctx, readerFunc(func([]byte) (int, error) {
		close(begun)
		<-release
		return 0, io.EOF
	}))
	if _, err := in.Read(make([]byte, 1)); err != context.Canceled {
		t.Errorf("read with %v", err)
	}
	contains(t, r.end(), "1 goroutines that Skein started", "internal/rt.Blocking", "TestNoLeaksFindsGoroutines")
	close(release)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
