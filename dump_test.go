package skein_test

import (
	"context"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/queue"
)

var line = regexp.MustCompile(`(_test\.go):\d+`)

func TestDump(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer skein.Look()()
		jobs := queue.New[int](&queue.Options[int]{Cap: 3, Name: "jobs"})
		inRun(context.Background(), func(ctx context.Context, g *skein.Group) {
			worker := g.Go("worker", func(ctx context.Context) error {
				_, err := jobs.Get(ctx)
				return err
			})
			g.Daemon("ticker", func(ctx context.Context) error { return skein.Sleep(ctx, time.Hour) })
			boss := g.Go("boss", func(ctx context.Context) error { return worker.Wait(ctx) })
			skein.Sleep(ctx, 90*time.Second)
			var text strings.Builder
			if err := skein.Dump(&text); err != nil {
				t.Error(err)
			}
			want := `run  running
  worker  running  started at skein_test.TestDump.func1.1.1 (main/dump_test.go)
    · waits to get from queue "jobs" (0 of 3), for 1m30s, at skein_test.TestDump.func1.1.1 (main/dump_test.go)
  ticker  running, daemon  started at skein_test.TestDump.func1.1.2 (main/dump_test.go)
    · waits to sleep 1h0m0s, for 1m30s, at skein_test.TestDump.func1.1.2 (main/dump_test.go)
  boss  running  started at skein_test.TestDump.func1.1.3 (main/dump_test.go)
    · waits to join task "worker" (running), for 1m30s, at skein_test.TestDump.func1.1.3 (main/dump_test.go)
`
			got := line.ReplaceAllString(text.String(), "$1")
			got = regexp.MustCompile(`\([^/()]+/dump_test`).ReplaceAllString(got, "(main/dump_test") // the clone may have any name
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			jobs.Put(ctx, 1)
			boss.Wait(ctx)
		})
	})
}

func TestDumpOutsideEveryTask(t *testing.T) {
	release, done := newDoor(), make(chan struct{})
	go func() {
		defer close(done)
		wait(context.Background(), release)
	}()
	var text string
	until(func() bool {
		var b strings.Builder
		skein.Dump(&b)
		text = b.String()
		return strings.Contains(text, "outside every task") && strings.Contains(text, "at skein_test.wait")
	})
	contains(t, text, "waits to get from queue (0 items), at skein_test.wait")
	if strings.Contains(text, ", for ") {
		t.Errorf("nobody looked as the wait began, and yet its age is given:\n%s", text)
	}
	release.Close()
	<-done
}

// What a dump does to those who wait must not disturb them.
func TestDumpWhileWorking(t *testing.T) {
	jobs := queue.New[int](&queue.Options[int]{Cap: 1})
	inRun(context.Background(), func(ctx context.Context, g *skein.Group) {
		const n = 2000
		for range 4 {
			g.Go("producer", func(ctx context.Context) error {
				for i := range n {
					if err := jobs.Put(ctx, i); err != nil {
						return err
					}
				}
				return nil
			})
			g.Go("consumer", func(ctx context.Context) error {
				for range n {
					if _, err := jobs.Get(ctx); err != nil {
						return err
					}
				}
				return nil
			})
		}
		var b strings.Builder
		for range 50 {
			b.Reset()
			skein.Dump(&b)
			runtime.Gosched()
		}
	})
}

func TestFindingsNameThePlace(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			for range 3 {
				skein.Start(g, "bomb", func(context.Context) (int, error) { return 0, explode() }).Wait(ctx)
			}
		})
		f := found("panic")
		if len(f) != 1 || f[0].Count != 3 {
			t.Fatalf("findings: %v", f)
		}
		contains(t, f[0].String(), "dump_test.go", "(3 times)")
	})
}
