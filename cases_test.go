package skein_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/queue"
)

// The four cases in which a context says less, or other, than one would think; through the public
// API alone, on both runtimes.

func TestCaseDerivedContextCancelledFromOutside(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		q := queue.New[int](nil)
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			derived, cancel := context.WithCancelCause(ctx)
			getter := skein.Start(g, "getter", func(context.Context) (int, error) { return q.Get(derived) })
			own := skein.Start(g, "own", func(ctx context.Context) (int, error) {
				limited, stop := context.WithTimeout(ctx, time.Hour)
				defer stop()
				inner, cancel := context.WithCancelCause(limited)
				go cancel(errEnough)
				return q.Get(inner)
			})
			if _, err := own.Join(ctx); err != errEnough {
				t.Errorf("its own derived context: %v", err)
			}
			go cancel(errEnough)
			if _, err := getter.Join(ctx); err != errEnough {
				t.Errorf("somebody else's: %v", err)
			}
			q.Put(ctx, 1)
			if v, err := q.TryGet(); v != 1 || err != nil {
				t.Errorf("an item was lost to a cancelled Get: %v, %v", v, err)
			}
		})
	})
}

func TestCaseWakesFromOtherThreads(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		const n = 500
		ping, pong := queue.New[int](nil), queue.New[int](&queue.Options[int]{Cap: 1})
		var wg sync.WaitGroup
		wg.Go(func() {
			for v := range ping.All(context.Background()) {
				pong.Put(context.Background(), v)
			}
			pong.Close()
		})
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			g.Go("player", func(ctx context.Context) error {
				for i := range n {
					ping.Put(ctx, i)
					if v, err := pong.Get(ctx); v != i || err != nil {
						t.Errorf("got %d, %v, want %d", v, err, i)
					}
				}
				ping.Close()
				return nil
			})
		})
		wg.Wait()
	})
}

func TestCaseBorrowedContext(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		q, mine := queue.New[int](nil), queue.New[int](nil)
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			lent := queue.New[context.Context](nil)
			owner := skein.Start(g, "owner", func(ctx context.Context) (int, error) {
				lent.Put(ctx, ctx)
				return mine.Get(ctx)
			})
			borrower := skein.Start(g, "borrower", func(ctx context.Context) (int, error) {
				theirs, err := lent.Get(ctx)
				if err != nil {
					return 0, err
				}
				return q.Get(theirs)
			})
			for range 10 {
				pass()
			}
			q.Put(ctx, 7)
			if v, err := borrower.Join(ctx); v != 7 || err != nil || owner.State().Ended() {
				t.Errorf("the borrower got %v, %v; the owner is %v", v, err, owner.State())
			}
			mine.Put(ctx, 8)
			if v, err := owner.Join(ctx); v != 8 || err != nil {
				t.Errorf("the owner got %v, %v", v, err)
			}
		})
	})
}

func TestCaseRawGo(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		in, out := queue.New[int](nil), queue.New[int](nil)
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			g.Go("owner", func(ctx context.Context) error {
				var wg sync.WaitGroup
				wg.Go(func() {
					v, err := in.Get(ctx) // a plain goroutine with a task's context
					if err != nil {
						t.Error(err)
					}
					out.Put(ctx, v+1)
				})
				in.Put(ctx, 1)
				if v, err := out.Get(ctx); v != 2 || err != nil {
					t.Errorf("got %d, %v", v, err)
				}
				wg.Wait() // it ends without this thread
				return nil
			})
		})
	})
}

func TestCaseRawGoIsStoppedWithItsTask(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		got := queue.New[error](nil)
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			begun := newDoor()
			task := g.Go("owner", func(ctx context.Context) error {
				go func() {
					begun.Close()
					got.Put(context.Background(), waiter(ctx))
				}()
				return waiter(ctx)
			})
			wait(ctx, begun)
			task.Stop(errEnough)
			if err, _ := got.Get(ctx); !errors.Is(err, errEnough) && !errors.Is(err, skein.ErrEnded) {
				t.Errorf("the goroutine's wait returned %v", err)
			}
		})
	})
}
