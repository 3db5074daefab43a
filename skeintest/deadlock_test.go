package skeintest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/queue"
	"github.com/skein-go/skein/skeintest"
)

// crossed are two tasks that wait for each other.
func crossed(ctx context.Context) error {
	left := queue.New[int](&queue.Options[int]{Name: "left"})
	right := queue.New[int](&queue.Options[int]{Name: "right"})
	swap := func(from, to *queue.Queue[int]) func(context.Context) error {
		return func(ctx context.Context) error {
			v, err := from.Get(ctx)
			if err != nil {
				return err
			}
			return to.Put(ctx, v)
		}
	}
	return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		g.Go("lefty", swap(left, right))
		g.Go("righty", swap(right, left))
		return nil
	}, nil)
}

func TestNoDeadlockReportsAndEndsTheTest(t *testing.T) {
	r := record(t)
	ctx := skeintest.NoDeadlockWithin(r, 50*time.Millisecond)
	err := crossed(ctx)
	var dead *skeintest.DeadlockError
	if !errors.As(err, &dead) || dead.Limit != 50*time.Millisecond || context.Cause(ctx) != error(dead) {
		t.Errorf("the test ended with %v", err)
	}
	contains(t, r.end(), "nothing has changed for 50ms", "lefty", "righty", `get from queue "left"`, `get from queue "right"`, "deadlock_test.go")
	if len(r.errors) != 1 {
		t.Errorf("%d errors", len(r.errors))
	}
}

// Tasks that were started with another context are stopped too.
func TestNoDeadlockStopsTasks(t *testing.T) {
	r := record(t)
	skeintest.NoDeadlockWithin(r, 50*time.Millisecond)
	var dead *skeintest.DeadlockError
	if err := crossed(context.Background()); !errors.As(err, &dead) {
		t.Errorf("the test ended with %v", err)
	}
	r.end()
}

func TestNoDeadlockPasses(t *testing.T) {
	for name, body := range map[string]func(context.Context) error{
		"work": func(ctx context.Context) error {
			start := time.Now()
			return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
				g.Daemon("idle", get(queue.New[int](nil)))
				return g.Go("busy", func(context.Context) error {
					for time.Since(start) < 200*time.Millisecond {
					}
					return nil
				}).Wait(ctx)
			}, nil)
		},
		"sleep":    func(ctx context.Context) error { return skein.Sleep(ctx, 200*time.Millisecond) },
		"deadline": deadline,
		"turns":    turns,
	} {
		t.Run(name, func(t *testing.T) {
			r := record(t)
			ctx := skeintest.NoDeadlockWithin(r, 50*time.Millisecond)
			if err := body(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			if report := r.end(); report != "" {
				t.Error(report)
			}
		})
	}
}

// deadline waits for what never comes, but not for ever.
func deadline(ctx context.Context) error {
	ctx, cancel := skein.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	return get(queue.New[int](nil))(ctx)
}

// turns waits often and never for long.
func turns(ctx context.Context) error {
	start := time.Now()
	return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		ping, pong := queue.New[int](nil), queue.New[int](nil)
		g.Go("echo", func(ctx context.Context) error {
			for v := range ping.All(ctx) {
				pong.Put(ctx, v)
			}
			return nil
		})
		for time.Since(start) < 200*time.Millisecond {
			ping.Put(ctx, 1)
			pong.Get(ctx)
		}
		ping.Close()
		return nil
	}, nil)
}

func TestNoDeadlockInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t)
		start := time.Now()
		err := crossed(skeintest.NoDeadlock(r))
		var dead *skeintest.DeadlockError
		if d := time.Since(start); !errors.As(err, &dead) || d < 5*time.Second || d > 7*time.Second {
			t.Errorf("%v after %v", err, d)
		}
		r.end()
	})
}

func TestNoDeadlockIsOverWithItsTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t)
		skeintest.NoDeadlockWithin(r, time.Second)
		if report := r.end(); report != "" {
			t.Error(report)
		}
		time.Sleep(time.Minute)
		if len(r.errors) != 0 {
			t.Error(r.errors)
		}
	})
}

// hopeless is a test that does not listen: it waits outside every task and every context.
func hopeless() {
	r := &recorder{ctx: context.Background()}
	skeintest.NoDeadlockWithin(r, 50*time.Millisecond)
	queue.New[int](&queue.Options[int]{Name: "nowhere"}).Get(context.Background())
}

func TestNoDeadlockCrashesAsALastResort(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), programVar+"=hopeless")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Error("it ended well")
	}
	contains(t, string(out), "panic: skeintest: deadlock", "nowhere", "outside every task", "still makes no progress")
}
