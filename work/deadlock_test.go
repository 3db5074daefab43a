package work_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

// The usual one, and a pool of one is its smallest case: errgroup, conc, pond, ants, workerpool and
// CPython's ThreadPoolExecutor hang.
func TestJoinFromInsideAPoolOfOne(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 1}, func(ctx context.Context, p *work.Pool) {
		parent := work.Wrap("parent", func(ctx context.Context, n int) (int, error) {
			return square.Submit(ctx, p, n).Join(ctx)
		})
		if v, err := parent.Submit(ctx, p, 5).Join(ctx); v != 25 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
}

// All peers of the test above hang here too, at the latest when the chain is longer than the pool
// is wide.
func TestJoinChainLongerThanTheWidth(t *testing.T) {
	for _, queue := range []int{0, 1, 3} {
		inPool(t, work.PoolOptions{Width: 3, Queue: queue}, func(ctx context.Context, p *work.Pool) {
			var down *work.Func[int, int]
			down = work.Wrap("down", func(ctx context.Context, n int) (int, error) {
				if n == 0 {
					return 0, nil
				}
				v, err := down.Submit(ctx, p, n-1).Join(ctx)
				return v + 1, err
			})
			if v, err := down.Submit(ctx, p, 500).Join(ctx); v != 500 || err != nil {
				t.Errorf("queue of %d: got %v, %v", queue, v, err)
			}
		})
	}
}

// Siblings that join one another's waiting jobs: no peer with a result per task survives it.
func TestSiblingsJoinEachOthersWaitingJobs(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 2}, func(ctx context.Context, p *work.Pool) {
		const n = 30
		var tasks [n]*skein.Task[int]
		g := newGate(ctx)
		next := work.Wrap("next", func(ctx context.Context, i int) (int, error) {
			if err := g.pass(ctx); err != nil || i == n-1 {
				return 1, err
			}
			v, err := tasks[i+1].Join(ctx)
			return v + 1, err
		})
		for i := range tasks {
			tasks[i] = next.Submit(ctx, p, i)
		}
		g.release()
		if v, err := tasks[0].Join(ctx); v != n || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
}

// A function given to Go, which is no task of its own, may join too.
func TestJoinFromAFunctionGivenToGo(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 1, Queue: 1}, func(ctx context.Context, p *work.Pool) {
		got := skein.NewPromise[int](ctx, "got")
		p.Go(ctx, func(ctx context.Context) error {
			a, b, c := square.Submit(ctx, p, 1), square.Submit(ctx, p, 2), square.Submit(ctx, p, 3)
			vals, err := work.All(ctx, c, a, b)
			got.Resolve(vals[0]+vals[1]+vals[2], err)
			return nil
		})
		if v, err := got.Task().Join(ctx); v != 14 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
}

// Go from inside a full pool runs the function in the caller's place; pond and workerpool hang or
// grow without bound.
func TestGoFromInsideIntoAFullQueue(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 1, Queue: 1}, func(ctx context.Context, p *work.Pool) {
		var ran atomic.Int32
		done := skein.NewPromise[int](ctx, "done")
		p.Go(ctx, func(ctx context.Context) error {
			for range 10 {
				if err := p.Go(ctx, func(context.Context) error { ran.Add(1); return nil }); err != nil {
					t.Error(err)
				}
			}
			done.Resolve(0, nil)
			return nil
		})
		done.Task().Wait(ctx)
		p.Close(ctx)
		if ran.Load() != 10 {
			t.Errorf("%d of 10 ran", ran.Load())
		}
	})
}

// The kids of a job that has returned, and of a nested Run, still join in its name.
func TestJoinByGrandchildren(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 1}, func(ctx context.Context, p *work.Pool) {
		outer := work.Wrap("outer", func(ctx context.Context, n int) (sum int, err error) {
			err = skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
				t := skein.Start(g, "middle", func(ctx context.Context) (int, error) {
					return work.Wrap("inner", func(ctx context.Context, n int) (int, error) {
						return square.Submit(ctx, p, n).Join(ctx)
					}).Submit(ctx, work.Inline, n).Join(ctx)
				})
				sum, err = t.Join(ctx)
				return err
			}, nil)
			return sum, err
		})
		if v, err := outer.Submit(ctx, p, 6).Join(ctx); v != 36 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
}

// Retries of a job that waits in the pool take the place of who joins it, the later ones too, and
// even where there is no room to wait.
func TestJoinOfRetriedJobFromInside(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 1, Queue: 1}, func(ctx context.Context, p *work.Pool) {
		tries := 0
		flaky := work.Wrap("flaky", func(context.Context, int) (int, error) {
			if tries++; tries < 4 {
				return 0, errBroken
			}
			return tries, nil
		})
		g := newGate(ctx)
		var retried *skein.Task[int]
		joiner := work.Wrap("joiner", func(ctx context.Context, _ int) (int, error) {
			g.pass(ctx)
			p.TryGo(func(context.Context) error { return nil }) // fills the queue
			return retried.Join(ctx)
		})
		task := joiner.Submit(ctx, p, 0)
		g.reached(ctx)
		retried = flaky.Submit(ctx, work.With(p, &work.Options{Retry: 5, RetryDelay: 1}), 0)
		g.release()
		if v, err := task.Join(ctx); v != 4 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
}

// A task has ended only when those under it have, so a join waits for what nobody joins, too.
func TestJoinOfAJobWithAWaitingChild(t *testing.T) {
	for _, queue := range []int{0, 1} {
		inPool(t, work.PoolOptions{Width: 1, Queue: queue}, func(ctx context.Context, p *work.Pool) {
			child := work.Wrap("child", func(ctx context.Context, n int) (int, error) {
				for range 3 {
					square.Submit(ctx, p, n) // and nobody joins it
				}
				return n, nil
			})
			parent := work.Wrap("parent", func(ctx context.Context, n int) (int, error) {
				return child.Submit(ctx, p, n).Join(ctx)
			})
			if v, err := parent.Submit(ctx, p, 5).Join(ctx); v != 5 || err != nil {
				t.Errorf("got %v, %v", v, err)
			}
		})
	}
}

// The end of a Run waits for what was submitted in it.
func TestEndOfARunInsideWaitsForItsJobs(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 1}, func(ctx context.Context, p *work.Pool) {
		var ran atomic.Int32
		count := work.Wrap("count", func(context.Context, int) (int, error) { ran.Add(1); return 0, nil })
		parent := work.Wrap("parent", func(ctx context.Context, _ int) (int, error) {
			err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
				g.Go("kid", func(ctx context.Context) error { count.Submit(ctx, p, 0); return nil })
				count.Submit(ctx, p, 0)
				return nil
			}, nil)
			return int(ran.Load()), err
		})
		if v, err := parent.Submit(ctx, p, 0).Join(ctx); v != 2 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
}

// A job of another pool that joins back is no way around it.
func TestJoinThroughAnotherPool(t *testing.T) {
	inPool(t, work.PoolOptions{Width: 1}, func(ctx context.Context, p *work.Pool) {
		q := work.NewPool(ctx, &work.PoolOptions{Width: 1})
		defer q.Close(ctx)
		var there *work.Func[int, int]
		there = work.Wrap("there and back", func(ctx context.Context, n int) (int, error) {
			if n == 0 {
				return 1, nil
			}
			ex := work.Executor(p)
			if n%2 == 0 {
				ex = q
			}
			v, err := there.Submit(ctx, ex, n-1).Join(ctx)
			return v + 1, err
		})
		if v, err := there.Submit(ctx, p, 20).Join(ctx); v != 21 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
}

// What is refused for want of room does not run, not even in a place that is lent.
func TestRefusedJobDoesNotRun(t *testing.T) {
	for range 50 {
		inPool(t, work.PoolOptions{Width: 1, Queue: 1}, func(ctx context.Context, p *work.Pool) {
			var ran, accepted atomic.Int32
			count := work.Wrap("count", func(context.Context, int) (int, error) { ran.Add(1); return 0, nil })
			parent := work.Wrap("parent", func(ctx context.Context, _ int) (int, error) {
				return 0, skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
					g.Go("submitter", func(ctx context.Context) error {
						for range 20 {
							if !errors.Is(count.Submit(ctx, work.With(p, &work.Options{NoWait: true}), 0).Wait(ctx), work.ErrFull) {
								accepted.Add(1)
							}
						}
						return nil
					})
					return nil
				}, nil)
			})
			if err := parent.Submit(ctx, p, 0).Wait(ctx); err != nil || ran.Load() != accepted.Load() {
				t.Errorf("%d ran, %d accepted: %v", ran.Load(), accepted.Load(), err)
			}
		})
	}
}

// Any graph of submits and joins finishes, as long as no job waits for itself. If no two jobs wait
// for the same third, those who do not wait are never more than the pool is wide.
func TestRandomGraphsOfJoinsFinish(t *testing.T) {
	seeds := 150
	if testing.Short() {
		seeds = 20
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { randomGraph(t, uint64(seed)) })
	}
}

func randomGraph(t *testing.T, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 1))
	const tops = 12
	width := 1 + dice.IntN(4)
	queue := tops * dice.IntN(2)
	tree := dice.IntN(2) == 0
	inPool(t, work.PoolOptions{Width: width, Queue: queue}, func(ctx context.Context, p *work.Pool) {
		g := graph{pool: p, tree: tree, gate: newGate(ctx), tops: make([]*skein.Task[int], tops)}
		g.submitted.Store(tops)
		g.node = work.Wrap("node", g.run)
		for i := range g.tops {
			g.tops[i] = g.node.Submit(ctx, p, node{top: i, depth: 1 + dice.IntN(3), seed: dice.Uint64()})
		}
		g.gate.release()
		if _, err := work.All(ctx, g.tops...); err != nil || g.ran.Load() != g.submitted.Load() {
			t.Errorf("%d of %d jobs ran: %v", g.ran.Load(), g.submitted.Load(), err)
		}
		if most := g.most.Load(); tree && most > int32(width) {
			t.Errorf("%d jobs were active at a time in a pool of %d", most, width)
		}
	})
}

// A graph has jobs at the top, each of which joins those behind it and the jobs it submits.
type graph struct {
	pool *work.Pool
	gate *gate
	tree bool // each job is joined by its parent, and by nobody else
	tops []*skein.Task[int]
	node *work.Func[node, int]

	ran, submitted atomic.Int64
	active, most   atomic.Int32
}

type node struct {
	top, depth int
	seed       uint64
}

// run returns how many jobs there are in its part of the tree.
func (g *graph) run(ctx context.Context, n node) (int, error) {
	if err := g.gate.pass(ctx); err != nil {
		return 0, err
	}
	g.ran.Add(1)
	g.enter()
	defer g.active.Add(-1)
	dice := rand.New(rand.NewPCG(n.seed, 2))
	total := 1
	var kids []*skein.Task[int]
	for range dice.IntN(4) {
		if n.depth == 0 {
			break
		}
		kid := node{n.top, n.depth - 1, dice.Uint64()}
		g.active.Add(-1) // a submit into a full queue lends the place, too
		g.submitted.Add(1)
		kids = append(kids, g.node.Submit(ctx, g.pool, kid))
		g.enter()
	}
	if behind := len(g.tops) - 1 - n.top; behind > 0 && !g.tree && dice.IntN(2) == 0 {
		if _, err := g.join(ctx, g.tops[n.top+1+dice.IntN(behind)]); err != nil {
			return 0, err
		}
	}
	dice.Shuffle(len(kids), func(i, j int) { kids[i], kids[j] = kids[j], kids[i] })
	for _, kid := range kids {
		if !g.tree && dice.IntN(4) == 0 {
			continue // it ends before its parent does, joined or not
		}
		v, err := g.join(ctx, kid)
		if err != nil {
			return 0, err
		}
		total += v
	}
	return total, nil
}

func (g *graph) enter() {
	n := g.active.Add(1)
	for {
		most := g.most.Load()
		if n <= most || g.most.CompareAndSwap(most, n) {
			return
		}
	}
}

func (g *graph) join(ctx context.Context, t *skein.Task[int]) (int, error) {
	g.active.Add(-1)
	defer g.enter()
	return t.Join(ctx)
}

// A pool that is closed by one of its own tasks closes when that has ended. conc and pond hang.
func TestCloseFromInside(t *testing.T) {
	inRun(t, func(ctx context.Context, g *skein.Group) error {
		p := work.NewPool(ctx, &work.PoolOptions{Width: 1})
		closer := work.Wrap("closer", func(ctx context.Context, _ int) (int, error) { return 1, p.Close(ctx) })
		held := occupy(ctx, p)
		task, behind := closer.Submit(ctx, p, 0), square.Submit(ctx, p, 3)
		held.release()
		if _, err := task.Join(ctx); !errors.Is(err, work.ErrInside) {
			t.Errorf("Close from inside: %v", err)
		}
		if v, err := behind.Join(ctx); v != 9 || err != nil {
			t.Errorf("what was accepted before: %v, %v", v, err)
		}
		if err := square.Submit(ctx, p, 3).Wait(ctx); !errors.Is(err, work.ErrClosed) {
			t.Errorf("after: %v", err)
		}
		return p.Close(ctx)
	})
}
