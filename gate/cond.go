package gate

import (
	"context"
	"fmt"
	"sync"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A Cond is a condition variable whose Wait can be cancelled, which is what sync.Cond lacks
// (golang/go#16620). It must not be copied after first use.
//
//	c.L.Lock()
//	defer c.L.Unlock()
//	if err := c.WaitFor(ctx, func() bool { return len(items) > 0 }); err != nil {
//		return err // and the lock is held
//	}
type Cond struct {
	// L guards the state that the condition is about. It is set once, before the first use.
	L sync.Locker
	// Name is what dumps call it. It may be set before the first use.
	Name string

	mu   sync.Mutex
	line rt.Line
}

// Wait releases L, waits for a signal, and takes L again before it returns, also when it returns
// an error: the cause for which ctx ended. A signal is never lost to a wait that is cancelled: one
// that was signalled returns nil, whatever became of ctx, and one that returns an error has left
// the signal to the others.
//
// Between the signal and the return others may have held L, so look at the condition again, in a
// loop: that is what [Cond.WaitFor] does.
func (c *Cond) Wait(ctx context.Context) error {
	rt.Point()
	defer rt.Point()
	defer c.L.Lock() // the killed unwind with it held, as the panicking do
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.line.WaitReleasing(ctx, &c.mu, "be signalled by", c, c.L.Unlock)
}

// WaitFor waits until holds does. It is called with L held, at once and after each signal. An error
// is the cause for which ctx ended, and means that it did not hold in the end.
func (c *Cond) WaitFor(ctx context.Context, holds func() bool) error {
	for !holds() {
		if err := c.Wait(ctx); err != nil {
			if holds() {
				return nil
			}
			return err
		}
	}
	return nil
}

// Signal wakes the n who have waited longest, or all if there are fewer. Holding L is allowed and
// not necessary. If some wait for other conditions than others, use [Cond.Broadcast]: a signal may
// reach one whom it is of no use to. It panics if n is negative.
func (c *Cond) Signal(n int) {
	if n < 0 {
		panic(fmt.Sprintf("gate: Signal of %d", n))
	}
	rt.Point()
	c.mu.Lock()
	for ; n > 0 && !c.line.Empty(); n-- {
		c.line.Serve().Wake()
	}
	c.mu.Unlock()
	rt.Point()
}

// Broadcast wakes everybody who waits. Holding L is allowed and not necessary.
func (c *Cond) Broadcast() {
	rt.Point()
	c.mu.Lock()
	c.line.ServeAll()
	c.mu.Unlock()
	rt.Point()
}

// ProbeInfo implements probe.Resource.
func (c *Cond) ProbeInfo() probe.Info { return probe.Info{Kind: "condition", Name: c.Name} }
