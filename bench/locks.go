package bench

import (
	"context"
	"sync"

	"github.com/sasha-s/go-deadlock"

	"github.com/skein-go/skein/bench/internal/measure"
)

// A pad is two locks around a counter. Its functions loop themselves, each on goroutines or tasks of its
// kind.
type pad struct {
	one    func(n int) (done int)     // locks one lock n times
	nested func(n int) (done int)     // n times one, and under it the other
	shared func(n, by int) (done int) // n times one, by so many at the same time
}

// A locking is a way to make a pad.
type locking struct {
	name string
	make func() pad
}

func lockings() []locking {
	return []locking{
		{measure.Subject, skeinPad},
		{"sync.Mutex", func() pad { return lockerPad(new(sync.Mutex), new(sync.Mutex)) }},
		{"go-deadlock", func() pad { return lockerPad(new(deadlock.Mutex), new(deadlock.Mutex)) }},
		{"chan+ctx", func() pad {
			ctx, cancel := context.WithCancel(context.Background())
			_ = cancel // nobody does; but somebody may
			return lockerPad(newChanLock(ctx), newChanLock(ctx))
		}},
	}
}

func lockRows() []measure.Row {
	row := func(name, doc string, bars []measure.Bar, run func(p pad) func(n int) int) measure.Row {
		r := measure.Row{Name: name, Doc: doc, Baseline: "sync.Mutex", Bars: bars}
		for _, l := range lockings() {
			r.Peers = append(r.Peers, measure.Peer{Name: l.name, Open: func() (measure.Body, error) {
				return measure.Body{Run: run(l.make())}, nil
			}})
		}
		return r
	}
	atMost := func(ratio float64) []measure.Bar {
		return []measure.Bar{{Against: "sync.Mutex", AtMost: ratio}, {Metric: measure.Allocs, AtMost: 0}}
	}
	shared := func(by int) func(p pad) func(n int) int {
		return func(p pad) func(n int) int { return func(n int) int { return p.shared(n, by) } }
	}
	return []measure.Row{
		row("lock/plain", "lock and unlock, nobody else there", atMost(1.2), func(p pad) func(n int) int { return p.one }),
		row("lock/nested", "lock one and under it another, order checked", atMost(2.5), func(p pad) func(n int) int { return p.nested }),
		row("lock/contended-2", "lock, count and unlock, by two", nil, shared(2)),
		row("lock/contended-8", "lock, count and unlock, by eight", nil, shared(8)),
	}
}

func lockerPad(a, b sync.Locker) pad {
	one := func(n int) (done int) {
		for range n {
			a.Lock()
			done++
			a.Unlock()
		}
		return done
	}
	return pad{
		one: one,
		nested: func(n int) (done int) {
			for range n {
				a.Lock()
				b.Lock()
				done++
				b.Unlock()
				a.Unlock()
			}
			return done
		},
		shared: func(n, by int) (done int) {
			var all sync.WaitGroup
			for i := range by {
				all.Go(func() {
					for range share(n, by, i) {
						a.Lock()
						done++
						a.Unlock()
					}
				})
			}
			all.Wait()
			return done
		},
	}
}

// A chanLock is what one who wants to cancel a Lock is told to use.
type chanLock struct {
	ctx context.Context
	c   chan struct{}
}

func newChanLock(ctx context.Context) *chanLock { return &chanLock{ctx, make(chan struct{}, 1)} }

func (l *chanLock) Lock() {
	select {
	case l.c <- struct{}{}:
	case <-l.ctx.Done():
	}
}

func (l *chanLock) Unlock() { <-l.c }
