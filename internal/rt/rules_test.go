package rt_test

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

func yieldThread() { runtime.Gosched() }

func TestRule1BorrowedContext(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var mine, theirs box
		var lent atomic.Pointer[context.Context]
		owner := spawn(ctx, "owner", func(ctx context.Context) {
			lent.Store(&ctx)
			if err := mine.get(ctx); err != nil {
				t.Error(err)
			}
		})
		mine.waitFor(ctx, 1)
		borrower := spawn(ctx, "borrower", func(context.Context) {
			if err := theirs.get(*lent.Load()); err != nil {
				t.Error(err)
			}
			theirs.n = 100 // it really is the borrower that goes on
		})
		theirs.waitFor(ctx, 1)
		theirs.put()
		join(t, ctx, borrower)
		if owner.Ended() || theirs.n != 100 {
			t.Error("the owner of the context was woken in place of its borrower")
		}
		mine.put()
		join(t, ctx, owner)
		if rt.Executing() != nil && found("borrowed context") != 1 {
			t.Errorf("findings = %v, want one borrowed context", probe.Findings())
		}
	})
}

func TestRule1BorrowerObeysBothStops(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		if rt.Executing() == nil {
			t.Skip("on goroutines a context is all there is: who waits with another's is stopped with the other")
		}
		for _, stopOwner := range []bool{true, false} {
			var b, hold box
			var lent context.Context
			owner := spawn(ctx, "owner", func(ctx context.Context) { lent = ctx; hold.get(ctx) })
			hold.waitFor(ctx, 1)
			var got error
			borrower := spawn(ctx, "borrower", func(context.Context) { got = b.get(lent) })
			b.waitFor(ctx, 1)
			if stopOwner {
				owner.Stop(errEnough)
			} else {
				borrower.Stop(errEnough)
			}
			join(t, ctx, borrower)
			if got != errEnough {
				t.Errorf("stopOwner=%v: the borrower's wait returned %v", stopOwner, got)
			}
			owner.Stop(nil)
			join(t, ctx, owner)
		}
	})
}

func TestRule1LostRuntime(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var b box
		waiter := spawn(ctx, "lost", func(context.Context) {
			if err := b.get(context.Background()); err != nil {
				t.Error(err)
			}
		})
		b.waitFor(ctx, 1) // and this one still runs: the loop is not blocked
		b.put()
		join(t, ctx, waiter)
		if rt.Executing() != nil && found("lost runtime") != 1 {
			t.Errorf("findings = %v, want one lost runtime", probe.Findings())
		}
	})
}

func TestRule1RawGo(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var b, done box
		onLoop := rt.Executing() != nil
		go func() {
			if rt.Executing() != nil {
				t.Error("a plain goroutine takes itself for a coroutine")
			}
			if err := b.get(ctx); err != nil { // a loop's context on a foreign goroutine
				t.Error(err)
			}
			done.put()
		}()
		b.waitFor(ctx, 1)
		b.put()
		if err := done.get(ctx); err != nil {
			t.Error(err)
		}
		if onLoop && found("foreign goroutine") != 1 {
			t.Errorf("findings = %v, want one foreign goroutine", probe.Findings())
		}
	})
}

func TestRule1SeveralLoops(t *testing.T) {
	var boxes [4]box
	var wg sync.WaitGroup
	ctxs := make(chan context.Context, len(boxes))
	var arrived, served sync.WaitGroup // they block the loops' threads, and are meant to
	arrived.Add(len(boxes))
	served.Add(len(boxes))
	for i := range boxes {
		wg.Go(func() {
			err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
				ctxs <- ctx
				arrived.Done()
				arrived.Wait()     // all loops are alive, and this coroutine of each is running
				borrowed := <-ctxs // some loop's context, perhaps another's
				self := rt.Executing()
				got := spawn(ctx, "getter", func(context.Context) {
					if err := boxes[i].get(borrowed); err != nil {
						t.Error(err)
					}
					if rt.Executing().Runtime() != self.Runtime() {
						t.Error("woken on another loop")
					}
				})
				boxes[i].waitFor(ctx, 1)
				boxes[i].put()
				join(t, ctx, got)
				served.Done()
				served.Wait() // nobody's context ends while another uses it
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// The one bit that tells a coroutine from a goroutine: see MarkStrand. If a Go release breaks
// this test, the identity of waiters must find another way.
func TestRule1Bit(t *testing.T) {
	read := func() bool {
		old := debug.SetPanicOnFault(false)
		debug.SetPanicOnFault(old)
		return old
	}
	if read() {
		t.Fatal("the bit is set on a fresh goroutine")
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	if !read() {
		t.Error("the bit cannot be read back")
	}
	inherited := make(chan bool)
	go func() { inherited <- read() }()
	if <-inherited {
		t.Error("a go statement inherits the bit")
	}
	runtime.GC()
	yieldThread()
	if !read() {
		t.Error("the bit is lost")
	}
}

func TestRule2NeverLostNeverTwice(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		const getters, rounds = 8, 400
		var b box
		var got atomic.Int64
		var tasks []*rt.Task
		for i := range getters {
			tasks = append(tasks, spawn(ctx, "getter", func(ctx context.Context) {
				for r := range rounds {
					cut, cancel := context.WithCancel(ctx)
					switch (i + r) % 4 {
					case 0:
						go cancel() // another thread, some time
					case 1:
						cancel()
					case 2:
						defer cancel()
					default:
						go func() { yieldThread(); cancel() }()
					}
					if b.get(cut) == nil {
						got.Add(1)
					}
				}
			}))
		}
		puts := int64(0)
		for range getters * rounds {
			puts++
			b.put()
			loop.Yield(ctx)
		}
		join(t, ctx, tasks...)
		if rest := int64(b.n); got.Load()+rest != puts {
			t.Errorf("%d put, %d taken, %d left", puts, got.Load(), rest)
		}
	})
}

func TestRule2ServedBeatsCancelled(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var b box
		var err error
		waiter := spawn(ctx, "waiter", func(ctx context.Context) { err = b.get(ctx) })
		b.waitFor(ctx, 1)
		b.mu.Lock()
		w := b.line.Serve() // taken out of the line, its wake still to come …
		b.mu.Unlock()
		waiter.Stop(errEnough) // … when the stop arrives first
		loop.Yield(ctx)
		w.Wake()
		join(t, ctx, waiter)
		if err != nil {
			t.Errorf("a served wait returned %v", err)
		}
	})
}

func TestRule3OwnContextRegistersNothing(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		var b box
		var err error
		waiter := spawn(ctx, "waiter", func(ctx context.Context) { err = b.get(ctx) })
		b.waitFor(ctx, 1)
		if rt.HasRealContext(waiter) {
			t.Error("waiting with its own context made a real one")
		}
		waiter.Stop(errEnough)
		join(t, ctx, waiter)
		if err != errEnough {
			t.Errorf("the wait returned %v, want the cause of the stop", err)
		}
	})
}

func TestRule3ForeignContextRegistersOnce(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		outside, cancel := context.WithCancelCause(context.Background())
		var b box
		var err error
		waiter := spawn(ctx, "waiter", func(ctx context.Context) {
			derived := joined{outside, ctx}
			for range 100 {
				if err = b.get(derived); err != nil {
					return
				}
			}
			err = b.get(derived)
		})
		for range 100 {
			b.waitFor(ctx, 1)
			b.put()
		}
		b.waitFor(ctx, 1)
		if n := rt.Watches(waiter); rt.Executing() != nil && n != 1 {
			t.Errorf("%d registrations for one context", n)
		}
		cancel(errEnough)
		join(t, ctx, waiter)
		if err != errEnough {
			t.Errorf("the wait returned %v, want the cause", err)
		}
	})
}

// joined takes cancellation from one context and values from another.
type joined struct {
	context.Context
	values context.Context
}

func (j joined) Value(key any) any {
	if v := j.Context.Value(key); v != nil {
		return v
	}
	return j.values.Value(key)
}

func TestRule3LateNews(t *testing.T) {
	// A loop that has nothing to do asks the contexts themselves, before it calls that a deadlock.
	var b box
	err := loop.Run(context.Background(), &loop.Options{Patience: time.Nanosecond}, func(ctx context.Context) error {
		late := &lateContext{Context: ctx, done: make(chan struct{})}
		spawn(ctx, "canceller", func(ctx context.Context) { late.err.Store(&errEnough) }) // Done stays open
		return b.get(late)
	})
	if !errors.Is(err, errEnough) {
		t.Errorf("got %v", err)
	}
}

type lateContext struct {
	context.Context
	done chan struct{}
	err  atomic.Pointer[error]
}

func (c *lateContext) Done() <-chan struct{} { return c.done }
func (c *lateContext) Err() error {
	if e := c.err.Load(); e != nil {
		return *e
	}
	return nil
}
func (c *lateContext) Value(key any) any {
	if _, private := key.(*int); private {
		return nil
	}
	return c.Context.Value(key)
}
