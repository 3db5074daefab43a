package skein_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
)

// inRun runs body as the body of a Run whose error is of no interest.
func inRun(ctx context.Context, body func(ctx context.Context, g *skein.Group)) {
	skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		body(ctx, g)
		return nil
	}, nil)
}

func TestTaskStates(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			begun, release := newDoor(), newDoor()
			task := skein.Start(g, "task", func(ctx context.Context) (int, error) {
				begun.Close()
				return 7, wait(ctx, release)
			})
			wait(ctx, begun)
			if task.State() != skein.Running || !task.Alive() || task.Err() != nil || task.Name() != "task" {
				t.Errorf("running: %v, %v, %v", task.State(), task.Alive(), task.Err())
			}
			release.Close()
			v, err := task.Join(ctx)
			if v != 7 || err != nil || task.State() != skein.Finished || task.Alive() {
				t.Errorf("finished: %v, %v, %v", v, err, task.State())
			}
			failed := skein.Start(g, "failing", func(context.Context) (int, error) { return 8, errEnough })
			if v, err := failed.Join(ctx); v != 8 || err != errEnough || failed.State() != skein.Failed {
				t.Errorf("failed: %v, %v, %v", v, err, failed.State())
			}
			stopped := g.Go("stopped", waiter)
			stopped.Stop(nil)
			err = stopped.Wait(ctx)
			if stopped.State() != skein.Stopped || !errors.Is(err, skein.ErrStopped) {
				t.Errorf("stopped: %v, %v", stopped.State(), err)
			}
		})
	})
}

func TestTaskIsRunningUntilItsTasksHaveEnded(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			release := newDoor()
			var kid *skein.Promise[int]
			task := g.Go("parent", func(ctx context.Context) error {
				kid = skein.NewPromise[int](ctx, "kid")
				release.Close()
				return nil
			})
			wait(ctx, release)
			for range 10 {
				pass()
			}
			if task.State() != skein.Running {
				t.Errorf("the parent is %v though its kid has not ended", task.State())
			}
			kid.Resolve(1, nil)
			if err := task.Wait(ctx); err != nil || task.State() != skein.Finished {
				t.Errorf("%v, %v", err, task.State())
			}
		})
	})
}

func TestStateNames(t *testing.T) {
	for s, want := range map[skein.State]string{skein.Pending: "pending", skein.Running: "running", skein.Finished: "finished",
		skein.Failed: "failed", skein.Stopped: "stopped", 17: "State(17)"} {
		if s.String() != want {
			t.Errorf("%d is %q, want %q", s, s, want)
		}
	}
}

func TestStopPending(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			p := skein.NewPromise[int](ctx, "pending")
			task := p.Task()
			if task.State() != skein.Pending {
				t.Fatalf("state = %v", task.State())
			}
			task.Stop(errEnough)
			_, err := task.Join(ctx)
			var stopped *skein.StoppedError
			if !errors.As(err, &stopped) || stopped.Cause != errEnough || stopped.Task != "pending" || task.State() != skein.Stopped {
				t.Errorf("%v, %v", task.State(), err)
			}
		})
	})
}

func TestStopReachesEverythingUnder(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var causes []error
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			deep := newDoor()
			top := g.Go("top", func(ctx context.Context) error {
				return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
					g.Go("deep", func(ctx context.Context) error {
						derived, cancel := context.WithTimeout(context.WithValue(ctx, key{}, 1), time.Hour)
						defer cancel()
						deep.Close()
						err := waiter(derived)
						causes = append(causes, err, context.Cause(derived), context.Cause(ctx))
						return err
					})
					return nil
				}, nil)
			})
			wait(ctx, deep)
			top.Stop(errEnough)
			top.Stop(errors.New("too late"))
			if err := top.Wait(ctx); !errors.Is(err, errEnough) || top.State() != skein.Stopped {
				t.Errorf("%v, %v", top.State(), err)
			}
		})
		if !slices.Equal(causes, []error{errEnough, errEnough, errEnough}) {
			t.Errorf("causes = %v", causes)
		}
	})
}

func TestStopEnded(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			task := g.Go("task", nothing)
			task.Wait(ctx)
			task.Stop(errEnough)
			if task.State() != skein.Finished || task.Err() != nil {
				t.Errorf("%v, %v", task.State(), task.Err())
			}
		})
	})
}

func TestStoppedTaskThatFinishes(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			for _, own := range []error{nil, errors.New("of my own")} {
				begun := newDoor()
				task := skein.Start(g, "task", func(ctx context.Context) (int, error) {
					begun.Close()
					waiter(ctx)
					return 1, own
				})
				wait(ctx, begun)
				task.Stop(errEnough)
				_, err := task.Join(ctx)
				want := skein.Finished
				if own != nil {
					want = skein.Failed
				}
				if err != own || task.State() != want {
					t.Errorf("%v, %v: that it was asked to stop does not matter", task.State(), err)
				}
			}
		})
	})
}

func TestStopWithoutACause(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			var cause error
			begun := newDoor()
			task := g.Go("task", func(ctx context.Context) error {
				begun.Close()
				err := waiter(ctx)
				cause = context.Cause(ctx)
				return err
			})
			wait(ctx, begun)
			task.Stop(nil)
			task.Wait(ctx)
			if cause != skein.ErrStopped {
				t.Errorf("cause = %v", cause)
			}
		})
	})
}

func TestJoinUnderACancelledContext(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			release := newDoor()
			task := skein.Start(g, "task", func(ctx context.Context) (int, error) { return 1, wait(ctx, release) })
			cut, cancel := context.WithCancelCause(ctx)
			cancel(errEnough)
			if _, err := task.Join(cut); err != errEnough || task.State().Ended() {
				t.Errorf("Join returned %v and the task is %v", err, task.State())
			}
			release.Close()
			if v, err := task.Join(ctx); v != 1 || err != nil {
				t.Errorf("%v, %v", v, err)
			}
			if v, err := task.Join(cut); v != 1 || err != nil {
				t.Errorf("joined after its end, under a cancelled context: %v, %v", v, err)
			}
		})
	})
}

func TestJoinByMany(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var joined atomic.Int32
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			release := newDoor()
			task := skein.Start(g, "task", func(ctx context.Context) (int, error) { return 1, wait(ctx, release) })
			for range 20 {
				g.Go("joiner", func(ctx context.Context) error {
					v, err := task.Join(ctx)
					joined.Add(int32(v))
					return err
				})
			}
			pass()
			release.Close()
		})
		if joined.Load() != 20 {
			t.Errorf("%d of 20 got the result", joined.Load())
		}
	})
}

func TestDone(t *testing.T) {
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		release := newDoor()
		task := g.Go("task", func(ctx context.Context) error { return wait(ctx, release) })
		select {
		case <-task.Done():
			t.Error("done too early")
		default:
		}
		release.Close()
		<-task.Done()
		<-task.Done()
		return nil
	}, nil)
}

func TestOnDone(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var trail []string
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			release := newDoor()
			task := skein.Start(g, "task", func(ctx context.Context) (int, error) { return 7, wait(ctx, release) })
			say := func(s string) func(*skein.Task[int]) {
				return func(task *skein.Task[int]) {
					if v, err := task.Join(ctx); v != 7 || err != nil || !task.State().Ended() {
						t.Errorf("in the callback: %v, %v, %v", v, err, task.State())
					}
					trail = append(trail, s)
				}
			}
			task.OnDone(say("first"))
			off := task.OnDone(say("taken back"))
			task.OnDone(func(*skein.Task[int]) { panic("in a callback") })
			last := newDoor()
			task.OnDone(func(*skein.Task[int]) { last.Close() })
			if !off() || off() {
				t.Error("off does not tell whether it prevented the call")
			}
			release.Close()
			wait(ctx, last)
			if task.OnDone(say("late"))() {
				t.Error("a call that was made was taken back")
			}
		})
		if !slices.Equal(trail, []string{"first", "late"}) {
			t.Errorf("calls: %q", trail)
		}
		if f := found("panic"); len(f) != 1 {
			t.Errorf("the panic of a callback: %v", f)
		}
	})
}

func TestHandle(t *testing.T) {
	var _ skein.Handle = (*skein.Task[int])(nil)
}

func TestUnreadFailureIsAFinding(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		fail := func(context.Context) (int, error) { return 0, errEnough }
		inRun(ctx, func(ctx context.Context, g *skein.Group) { skein.Start(g, "unread", fail) })
		if f := found("unread failure"); len(f) != 1 {
			t.Fatalf("findings: %v", skein.Findings())
		} else {
			contains(t, f[0].Sentence, "unread", "enough")
			contains(t, f[0].Where, "task_test.go")
		}
		for name, read := range map[string]func(context.Context, *skein.Task[int]){
			"joined":        func(ctx context.Context, task *skein.Task[int]) { task.Join(ctx) },
			"joined, ended": func(ctx context.Context, task *skein.Task[int]) { until(task.State().Ended); task.Join(ctx) },
			"Err":           func(_ context.Context, task *skein.Task[int]) { until(func() bool { return task.Err() != nil }) },
			"OnDone":        func(_ context.Context, task *skein.Task[int]) { task.OnDone(func(*skein.Task[int]) {}) },
		} {
			inRun(ctx, func(ctx context.Context, g *skein.Group) {
				task := skein.Start(g, name, fail)
				if name == "joined, ended" {
					until(func() bool { return task.State().Ended() })
				}
				read(ctx, task)
			})
		}
		if f := found("unread failure"); len(f) != 1 || f[0].Count != 1 {
			t.Errorf("failures that were read: %v", f)
		}
	})
}

// A Run that goes on for ever forgets the failures that were read.
func TestReadFailuresAreForgotten(t *testing.T) {
	inRun(context.Background(), func(ctx context.Context, g *skein.Group) {
		var freed atomic.Int32
		for range 1000 {
			value := new([1 << 10]byte)
			addCleanup(value, &freed)
			task := skein.Start(g, "failing", func(context.Context) (*[1 << 10]byte, error) { return value, errEnough })
			until(func() bool { return task.State().Ended() })
			task.Join(ctx)
		}
		collect(func() bool { return freed.Load() > 900 })
	})
}

// What has been started and not begun when it is stopped never begins. errgroup goes on to start
// what was added after a failure: golang/go#61611.
func TestStopBeforeItBegins(t *testing.T) {
	err := loop.Run(context.Background(), nil, func(ctx context.Context) error { // where nothing begins before its turn
		ran := false
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			task := g.Go("task", func(context.Context) error { ran = true; return nil })
			task.Stop(errEnough)
			if err := task.Wait(ctx); !errors.Is(err, errEnough) || task.State() != skein.Stopped {
				t.Errorf("%v, %v", task.State(), err)
			}
		})
		if ran {
			t.Error("it has run")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
