package work_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

// catcher is an executor that keeps the jobs it is given, as one elsewhere does.
type catcher struct{ jobs []*work.Job }

func (c *catcher) Exec(_ context.Context, j *work.Job) error { c.jobs = append(c.jobs, j); return nil }
func (c *catcher) Width() int                                { return 4 }
func (c *catcher) Close(context.Context) error               { return nil }

// catch submits square of 3 and returns the job and its task.
func catch(ctx context.Context, opts *work.Options) (*work.Job, *skein.Task[int]) {
	var c catcher
	task := square.Submit(ctx, work.With(&c, opts), 3)
	return c.jobs[0], task
}

func TestJobIsClaimedOnce(t *testing.T) {
	inRun(t, func(ctx context.Context, g *skein.Group) error {
		for range 100 {
			j, task := catch(ctx, nil)
			var claimed atomic.Int32
			skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
				for range 4 {
					g.Go("claimer", func(context.Context) error {
						if j.Claim() {
							claimed.Add(1)
							j.Run()
						}
						return nil
					})
				}
				return nil
			}, nil)
			if v, err := task.Join(ctx); claimed.Load() != 1 || v != 9 || err != nil {
				t.Errorf("claimed %d times: %v, %v", claimed.Load(), v, err)
			}
		}
		return nil
	})
}

func TestJobThatWasStoppedIsNotClaimed(t *testing.T) {
	inRun(t, func(ctx context.Context, g *skein.Group) error {
		j, task := catch(ctx, nil)
		j.Stop(errEnough)
		if j.Claim() || task.State() != skein.Stopped || j.Task().State() != skein.Stopped {
			t.Errorf("it is %v", task.State())
		}
		return nil
	})
}

func TestFirstFinishWins(t *testing.T) {
	inRun(t, func(ctx context.Context, g *skein.Group) error {
		sixteen := 16
		result, _ := work.Gob.Encode(&sixteen)
		for range 100 {
			j, task := catch(ctx, nil)
			j.Claim()
			var won atomic.Int32
			skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
				g.Go("finish", func(context.Context) error {
					if ok, err := j.FinishEncoded(work.Gob, result); ok {
						won.Add(1)
					} else if err != nil {
						return err
					}
					return nil
				})
				g.Go("fail", func(context.Context) error {
					if j.Fail(errBroken) {
						won.Add(1)
					}
					return nil
				})
				return nil
			}, nil)
			if v, err := task.Join(ctx); won.Load() != 1 || (v != 16) == (err == nil) {
				t.Errorf("%d won: %v, %v", won.Load(), v, err)
			}
		}
		return nil
	})
}

func TestResultThatCannotBeDecodedFailsTheJob(t *testing.T) {
	inRun(t, func(ctx context.Context, g *skein.Group) error {
		j, task := catch(ctx, nil)
		j.Claim()
		if won, err := j.FinishEncoded(work.Gob, []byte("rubbish")); !won || err == nil {
			t.Errorf("got %v, %v", won, err)
		}
		if err := task.Wait(ctx); err == nil || !strings.Contains(err.Error(), `result of "square"`) {
			t.Errorf("the task's error is %v", err)
		}
		return nil
	})
}

func TestWhatAJobKnows(t *testing.T) {
	inRun(t, func(ctx context.Context, g *skein.Group) error {
		var seen any
		j, task := catch(ctx, &work.Options{Name: "renamed", Priority: 7, NoWait: true, Timeout: 5, OnProgress: func(v any) { seen = v }})
		if j.Name() != "renamed" || j.Priority() != 7 || !j.NoWait() || j.Timeout() != 5 || j.Arg() != 3 {
			t.Errorf("got %v, %v, %v, %v, %v", j.Name(), j.Priority(), j.NoWait(), j.Timeout(), j.Arg())
		}
		data, err := j.Encode(work.Gob)
		var arg int
		if e := work.Gob.Decode(data, &arg); arg != 3 || e != nil || err != nil {
			t.Errorf("the argument came back as %d: %v, %v", arg, e, err)
		}
		if j.Progress(50); seen != 50 {
			t.Errorf("progress %v", seen)
		}
		bare, _ := catch(ctx, &work.Options{})
		if bare.Name() != "square" || bare.Priority() != 0 || bare.NoWait() || bare.Timeout() != 0 {
			t.Errorf("without options: %v, %v, %v, %v", bare.Name(), bare.Priority(), bare.NoWait(), bare.Timeout())
		}
		bare.Progress(1) // to nobody
		bare.Claim()
		bare.Started("host 7")
		var dump strings.Builder
		if skein.Dump(&dump); !strings.Contains(dump.String(), "running at host 7") {
			t.Errorf("the dump does not say where it runs:\n%s", &dump)
		}
		bare.Fail(errBroken)
		j.Stop(nil)
		if err := bare.Task().Wait(ctx); !errors.Is(err, errBroken) {
			t.Errorf("%v", err)
		}
		if task.State() != skein.Stopped {
			t.Errorf("it is %v", task.State())
		}
		return nil
	})
}

// Tasks that a job starts may report its progress.
func TestProgressFromATaskOfTheJob(t *testing.T) {
	inPool(t, work.PoolOptions{}, func(ctx context.Context, p *work.Pool) {
		var seen atomic.Int32
		job := work.Wrap("job", func(ctx context.Context, _ int) (int, error) {
			return 0, skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
				g.Go("part", func(ctx context.Context) error { work.Progress(ctx, 40); return nil })
				return nil
			}, nil)
		})
		ex := work.With(p, &work.Options{OnProgress: func(v any) { seen.Store(int32(v.(int))) }})
		if err := job.Submit(ctx, ex, 0).Wait(ctx); err != nil || seen.Load() != 40 {
			t.Errorf("got %v, %v", seen.Load(), err)
		}
		work.Progress(ctx, "of no job")
	})
}
