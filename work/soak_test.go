package work_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

// TestSoakPool has several tasks do everything at random to a few pools for half a minute, and then
// counts: every job has run or was stopped or refused, once.
func TestSoakPool(t *testing.T) {
	if os.Getenv("SKEIN_SOAK") == "" {
		t.Skip("set SKEIN_SOAK=1")
	}
	log := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil))) // the panics are meant
	defer slog.SetDefault(log)
	end := time.Now().Add(30 * time.Second)
	for seed := uint64(0); time.Now().Before(end); seed++ {
		soak(t, seed)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// tally counts what became of jobs.
type tally struct {
	submitted, began, ok, failed, stopped, refused atomic.Int64
	given, ran, dropped                            atomic.Int64 // by Go
}

func soak(t *testing.T, seed uint64) {
	inRun(t, func(ctx context.Context, g *skein.Group) error {
		dice := rand.New(rand.NewPCG(seed, 3))
		var c tally
		p := work.NewPool(ctx, &work.PoolOptions{
			Width: 1 + dice.IntN(5), Queue: dice.IntN(6), Idle: time.Millisecond, ByPriority: dice.IntN(2) == 0,
			OnFailure: func(error) { c.dropped.Add(1) }, // the functions fail by a kill only
		})
		s := &soaker{c: &c, pool: p}
		s.f = work.Wrap("soaked", s.job)
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			for range 4 {
				seed := dice.Uint64()
				g.Go("driver", func(ctx context.Context) error { return s.drive(ctx, seed) })
			}
			return nil
		}, nil)
		if dice.IntN(3) == 0 {
			p.Kill(errEnough)
		}
		if e := p.Close(ctx); e != nil {
			err = e
		}
		ended := c.ok.Load() + c.failed.Load() + c.stopped.Load() + c.refused.Load()
		if ended != c.submitted.Load() || c.given.Load() != c.ran.Load()+c.dropped.Load() {
			t.Errorf("%d jobs submitted, %d ended (%d ok, %d failed, %d stopped, %d refused); %d functions given, %d ran, %d dropped",
				c.submitted.Load(), ended, c.ok.Load(), c.failed.Load(), c.stopped.Load(), c.refused.Load(), c.given.Load(), c.ran.Load(), c.dropped.Load())
		}
		if p.Workers() != 0 || p.Len() != 0 {
			t.Errorf("%d workers, %d waiting in a closed pool", p.Workers(), p.Len())
		}
		return err
	})
}

type soaker struct {
	c    *tally
	pool *work.Pool
	f    *work.Func[node, int]
}

// job behaves in one way of several, and may submit and join more.
func (s *soaker) job(ctx context.Context, n node) (int, error) {
	s.c.began.Add(1)
	dice := rand.New(rand.NewPCG(n.seed, 4))
	if n.depth > 0 {
		for range dice.IntN(3) {
			kid := s.submit(ctx, s.pool, node{depth: n.depth - 1, seed: dice.Uint64()})
			if dice.IntN(3) > 0 {
				kid.Wait(ctx)
			}
		}
	}
	switch dice.IntN(12) {
	case 0:
		panic("meant")
	case 1:
		runtime.Goexit()
	case 2:
		return 0, errBroken
	case 3:
		skein.Sleep(ctx, time.Duration(dice.IntN(200))*time.Microsecond)
	case 4:
		work.Progress(ctx, 1)
	}
	return 1, context.Cause(ctx)
}

func (s *soaker) submit(ctx context.Context, ex work.Executor, n node) *skein.Task[int] {
	s.c.submitted.Add(1)
	task := s.f.Submit(ctx, ex, n)
	task.OnDone(func(t *skein.Task[int]) {
		switch err := t.Err(); {
		case err == nil:
			s.c.ok.Add(1)
		case errors.Is(err, work.ErrFull), errors.Is(err, work.ErrClosed):
			s.c.refused.Add(1)
		case t.State() == skein.Stopped:
			s.c.stopped.Add(1)
		default:
			s.c.failed.Add(1)
		}
	})
	return task
}

func (s *soaker) drive(ctx context.Context, seed uint64) error {
	dice := rand.New(rand.NewPCG(seed, 5))
	views := []work.Executor{
		s.pool,
		work.With(s.pool, &work.Options{NoWait: true}),
		work.With(s.pool, &work.Options{Retry: 2, RetryDelay: time.Microsecond}),
		work.With(s.pool, &work.Options{Timeout: 50 * time.Microsecond, Priority: 3}),
		work.With(s.pool, &work.Options{Rate: 1e5, OnProgress: func(any) {}}),
	}
	var tasks []*skein.Task[int]
	for range 60 {
		switch dice.IntN(10) {
		default:
			tasks = append(tasks, s.submit(ctx, views[dice.IntN(len(views))], node{depth: dice.IntN(3), seed: dice.Uint64()}))
		case 0:
			s.pool.Resize(1 + dice.IntN(6))
		case 1:
			s.c.given.Add(1)
			if err := s.pool.Go(ctx, func(context.Context) error { s.c.ran.Add(1); return nil }); err != nil {
				return err
			}
		case 2:
			for range square.Map(ctx, s.pool, upTo(100)) {
				if dice.IntN(50) == 0 {
					break
				}
			}
		case 3, 4:
			if len(tasks) > 0 {
				tasks[dice.IntN(len(tasks))].Stop(errEnough)
			}
		case 5:
			if len(tasks) > 0 {
				work.All(ctx, tasks[dice.IntN(len(tasks)):]...)
			}
		case 6:
			some, cancel := context.WithCancelCause(ctx)
			tasks = append(tasks, s.submit(some, s.pool, node{depth: 1, seed: dice.Uint64()}))
			cancel(errEnough)
		}
	}
	return nil
}
