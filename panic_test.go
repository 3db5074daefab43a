package skein_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/skein-go/skein"
)

// sync.WaitGroup.Go, errgroup, workerpool and lo/parallel crash the process; conc reports only once
// somebody waits; pond.Go swallows it; ants prints it and the submitter never learns.
func TestPanicReachesJoinerAndFindings(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			task := skein.Start(g, "bomb", func(context.Context) (int, error) { return 0, explode() })
			until(func() bool { return task.State().Ended() })
			if f := found("panic"); len(f) != 1 { // before anybody has joined
				t.Fatalf("findings: %v", skein.Findings())
			} else {
				contains(t, f[0].Sentence, "bomb", "bang")
				contains(t, f[0].Evidence, "skein_test.explode")
			}
			_, err := task.Join(ctx)
			var p *skein.PanicError
			if !errors.As(err, &p) || p.Task != "bomb" || p.Value != "bang" || task.State() != skein.Failed {
				t.Fatalf("%v, %v", task.State(), err)
			}
			contains(t, p.Stack, "skein_test.explode", "run_test.go")
			contains(t, p.Started, "panic_test.go")
			contains(t, p.Error(), "bomb", "bang", "panic_test.go", "skein_test.explode")
		})
	})
}

func TestPanicStopsSiblings(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) { // conc's users ask for it: its issues 92 and 106
		var sibling *skein.Task[struct{}]
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			sibling = g.Go("sibling", waiter)
			g.Go("bomb", func(context.Context) error { return explode() })
			return nil
		}, nil)
		var p *skein.PanicError
		var failure *skein.TaskError
		if !errors.As(err, &p) || !errors.As(err, &failure) || failure.Task != "bomb" || sibling.State() != skein.Stopped {
			t.Errorf("Run returned %v; the sibling is %v", err, sibling.State())
		}
	})
}

func TestPanicValues(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			join := func(value any) error {
				return skein.Start(g, "bomb", func(context.Context) (int, error) { panic(value) }).Wait(ctx)
			}
			var null *runtime.PanicNilError
			if err := join(nil); !errors.As(err, &null) {
				t.Errorf("panic(nil): %v", err)
			}
			if err := join(fmt.Errorf("read: %w", io.ErrUnexpectedEOF)); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("panic with an error: %v", err)
			}
			var wild runtime.Error
			err := skein.Start(g, "bomb", func(context.Context) (int, error) { return *(*int)(nil), nil }).Wait(ctx)
			if !errors.As(err, &wild) {
				t.Errorf("a nil pointer: %v", err)
			}
		})
	})
}

// What looks like obedience to a stop must not hide a panic.
func TestPanicOfAStoppedTask(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			begun := newDoor()
			task := skein.Start(g, "bomb", func(ctx context.Context) (int, error) {
				begun.Close()
				waiter(ctx)
				panic(ctx.Err())
			})
			wait(ctx, begun)
			task.Stop(errEnough)
			var p *skein.PanicError
			if err := task.Wait(ctx); !errors.As(err, &p) || task.State() != skein.Failed {
				t.Errorf("%v, %v", task.State(), err)
			}
		})
	})
}

// A test's FailNow calls Goexit. Joiners of sync.WaitGroup-based pools that are not told hang.
func TestGoexit(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			cleaned := false
			task := skein.Start(g, "quitter", func(ctx context.Context) (int, error) {
				defer func() { cleaned = true }()
				runtime.Goexit()
				return 0, nil
			})
			if err := task.Wait(ctx); err != skein.ErrGoexit || task.State() != skein.Failed || !cleaned {
				t.Errorf("%v, %v, cleaned = %v", task.State(), err, cleaned)
			}
		})
	})
}

func TestGoexitInACallback(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		second := false
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			release := newDoor()
			task := g.Go("task", func(ctx context.Context) error { return wait(ctx, release) })
			task.OnDone(func(*skein.Task[struct{}]) { runtime.Goexit() })
			task.OnDone(func(*skein.Task[struct{}]) { second = true })
			release.Close()
			return nil
		}, nil)
		if err != nil || !second { // Run has returned at all
			t.Errorf("err = %v, second callback called = %v", err, second)
		}
	})
}

func init() { // only tests have one: these programs are looked up by name before any test runs
	programs["crash"] = func() {
		skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
			g.Go("innocent", waiter)
			g.Go("bomb", func(context.Context) error { return explode() })
			return nil
		}, &skein.RunOptions{CrashOnPanic: true})
		fmt.Println("survived")
	}
}

// pond's users ask for it: its issues 129 and 133.
func TestCrashOnPanic(t *testing.T) {
	stdout, stderr, code := run(t, "crash")
	if code != 2 || stdout != "" {
		t.Errorf("exit code %d, output %q", code, stdout)
	}
	contains(t, stderr, "panic: bang", "bomb", "skein_test.explode", "run_test.go")
}
