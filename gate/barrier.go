package gate

import (
	"context"
	"fmt"
	"sync"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A Barrier lets its parties go on together: each waits until all have come. Then it is ready for
// the next round. It is made by [NewBarrier] and must not be copied.
//
// A party that gives up would have the others wait for ever, so it breaks the barrier: everybody
// who waits, or comes later, gets [ErrBroken], until a Reset. Who does not want to go on leaves
// by [Barrier.Leave] instead.
type Barrier struct {
	// Name is what dumps call it. It may be set before the first use.
	Name string

	mu      sync.Mutex
	line    rt.Line
	round   *round // who waits now are of
	parties int
	arrived int
	broken  bool
}

// A round lasts until all have come, or the barrier breaks.
type round struct{ broken bool }

// NewBarrier makes a barrier of so many parties. It panics if there are none.
func NewBarrier(parties int) *Barrier {
	if parties < 1 {
		panic(fmt.Sprintf("gate: NewBarrier of %d parties", parties))
	}
	return &Barrier{parties: parties, round: new(round)}
}

// Wait waits until all parties do. It returns the order in which the caller came, beginning with 0,
// so that one of them may do what has to be done once.
//
// If ctx ends before all have come, or had ended already, Wait breaks the barrier and returns the
// cause. On a barrier that is broken or breaks it returns [ErrBroken]. It panics if every party
// has left.
func (b *Barrier) Wait(ctx context.Context) (index int, err error) {
	rt.Point()
	defer rt.Point()
	over := ctx.Err() != nil
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.parties == 0:
		panic("gate: Wait at a barrier that all have left")
	case b.broken:
		return 0, ErrBroken
	case over:
		b.breakUp()
		return 0, rt.CauseOf(ctx)
	}
	index = b.arrived
	b.arrived++
	if b.open() {
		return index, nil
	}
	mine := b.round
	served := false
	defer func() {
		if !served { // by an error or an unwinding
			b.breakUp()
		}
	}()
	if err := b.line.Wait(ctx, &b.mu, "pass", b); err != nil {
		return 0, err
	}
	served = true
	if mine.broken {
		return 0, ErrBroken
	}
	return index, nil
}

// Leave takes one party away, for good. If all others have come, they go on. It panics if there is
// none to take away.
func (b *Barrier) Leave() {
	rt.Point()
	defer rt.Point()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.parties == 0 {
		panic("gate: Leave at a barrier that all have left")
	}
	b.parties--
	b.open()
}

// Abort breaks the barrier: who waits, or comes later, gets [ErrBroken].
func (b *Barrier) Abort() {
	rt.Point()
	defer rt.Point()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.breakUp()
}

// Reset makes the barrier as new, with the parties it has. Who waits gets [ErrBroken].
func (b *Barrier) Reset() {
	rt.Point()
	defer rt.Point()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.breakUp()
	b.broken = false
}

// ProbeInfo implements probe.Resource.
func (b *Barrier) ProbeInfo() probe.Info {
	b.mu.Lock()
	defer b.mu.Unlock()
	return probe.Info{Kind: "barrier", Name: b.Name, Detail: fmt.Sprintf("%d of %d are there", b.arrived, b.parties)}
}

// open lets all go on if they have come, and reports whether they have.
func (b *Barrier) open() bool {
	if b.arrived < b.parties || b.arrived == 0 {
		return false
	}
	b.nextRound()
	return true
}

func (b *Barrier) breakUp() {
	b.broken, b.round.broken = true, true
	b.nextRound()
}

func (b *Barrier) nextRound() {
	b.arrived, b.round = 0, new(round)
	b.line.ServeAll()
}
