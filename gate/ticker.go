package gate

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// TickerOptions of a ticker. Nil means all defaults.
type TickerOptions struct {
	Name string // what dumps call it; default none
}

// A Ticker ticks for any number of tasks: at the end of each period, counted from when it was
// made. The ticks have numbers, beginning with 1, by which each knows what it has seen:
//
//	for n := t.Count(); ; {
//		var err error
//		if n, err = t.Wait(ctx, n); err != nil {
//			return err
//		}
//		…
//	}
//
// Who is late for some ticks sees the number jump to the latest: no tick is missed unnoticed, and
// none seen twice. However late somebody is, the next tick is on time. While nobody waits, or
// polls it, there is no timer, and never a goroutine.
type Ticker struct {
	clock  rt.Clock
	period time.Duration
	begin  time.Time
	name   string
	off    func() // takes back the watch over the context

	mu      sync.Mutex
	line    rt.Line
	pollers *rt.Readiness
	stop    func() bool // stops the timer; nil if none is set
	timer   uint64      // which one is set, or was the last
	closed  bool
}

// NewTicker makes a ticker that ticks by the clock of the runtime of ctx, and is closed when ctx
// ends. It panics if period is not positive.
func NewTicker(ctx context.Context, period time.Duration, opts *TickerOptions) *Ticker {
	if period <= 0 {
		panic(fmt.Sprintf("gate: NewTicker with a period of %v", period))
	}
	t := &Ticker{clock: rt.ClockOf(ctx), period: period}
	if opts != nil {
		t.name = opts.Name
	}
	t.begin = t.clock.Now()
	t.off = rt.Interrupt(ctx, t.shut)
	return t
}

// Count is the number of the latest tick, 0 before the first.
func (t *Ticker) Count() uint64 { return uint64(t.clock.Now().Sub(t.begin) / t.period) }

// Wait waits for a tick after the one numbered last, and returns the number of the latest: at once,
// even under a cancelled context, if there has been one. ctx ends the wait with the cause for
// which it ended. On a closed ticker, or one that is closed meanwhile, it returns [ErrClosed].
func (t *Ticker) Wait(ctx context.Context, last uint64) (uint64, error) {
	rt.Point()
	defer rt.Point()
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.rest()
	for {
		switch n := t.Count(); {
		case t.closed:
			return 0, ErrClosed
		case n > last:
			return n, nil
		default:
			t.arm(n + 1)
		}
		if err := t.line.Wait(ctx, &t.mu, "hear", t); err != nil {
			return 0, err
		}
	}
}

// Close ends the ticker: who waits, or comes later, gets [ErrClosed]. Closing again does nothing.
func (t *Ticker) Close() {
	rt.Point()
	t.shut()
	t.off()
	rt.Point()
}

// ProbeInfo implements probe.Resource.
func (t *Ticker) ProbeInfo() probe.Info {
	return probe.Info{Kind: "ticker", Name: t.name, Detail: fmt.Sprintf("every %v", t.period)}
}

// Watch and Unwatch are for package poll.

// Watch has p told of each tick from now on.
func (t *Ticker) Watch(p rt.Poller) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pollers = t.pollers.Add(p, false)
	t.armForPollers()
}

// Unwatch undoes Watch.
func (t *Ticker) Unwatch(p rt.Poller) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pollers = t.pollers.Remove(p)
	t.rest()
}

// EndsByTime implements rt.Timed.
func (t *Ticker) EndsByTime() {}

func (t *Ticker) shut() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.line.ServeAll()
	t.rest()
}

// arm has a timer set for tick n. The mutex is held.
func (t *Ticker) arm(n uint64) {
	if t.stop != nil {
		return
	}
	t.timer++
	this := t.timer
	wait := t.begin.Add(time.Duration(n) * t.period).Sub(t.clock.Now())
	t.stop = t.clock.AfterFunc(wait, func() { t.tick(this) })
}

// tick wakes everybody, to look at the clock, unless the timer was stopped too late to stop it.
func (t *Ticker) tick(timer uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if timer == t.timer && t.stop != nil {
		t.stop = nil
		t.line.ServeAll()
		t.pollers.Set(true)
		t.armForPollers()
	}
}

// armForPollers sets the timer for the next tick if there are any. The mutex is held.
func (t *Ticker) armForPollers() {
	if t.pollers != nil && !t.closed {
		t.arm(t.Count() + 1)
	}
}

// rest stops the timer if nobody waits for it. The mutex is held.
func (t *Ticker) rest() {
	if t.stop != nil && t.line.Empty() && (t.pollers == nil || t.closed) {
		t.stop()
		t.stop = nil
	}
}
