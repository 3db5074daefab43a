package bench

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"github.com/skein-go/skein/bench/internal/measure"
)

func gateRows() []measure.Row {
	return []measure.Row{
		{
			Name: "gate/semaphore", Doc: "acquire and release, nobody else there", Baseline: "x/sync",
			Bars:  []measure.Bar{{Against: "x/sync", AtMost: 0.7}, {Metric: measure.Allocs, AtMost: 0}},
			Peers: semaphorePeers(1),
		},
		{
			Name: "gate/semaphore-16", Doc: "acquire one of four permits, let others run, release; by sixteen", Baseline: "x/sync",
			Bars:  []measure.Bar{{Against: "x/sync", AtMost: 1.0}},
			Peers: semaphorePeers(16),
		},
		{
			Name: "gate/event-10000", Doc: "a wait and its wake, of 10,000 woken at once", Baseline: "close(chan)",
			Batch: crowd,
			Peers: crowdPeers(),
		},
	}
}

// A semaphoring is a way to hold one of some permits n times, and to give up the processor
// meanwhile if pause is set.
type semaphoring struct {
	name string
	make func(permits int) (hold func(n int, pause bool), done func())
}

func semaphorings() []semaphoring {
	return []semaphoring{
		{measure.Subject, skeinSemaphore},
		{"x/sync", weighted},
		{"chan", chanSemaphore},
		{"chan+ctx", chanContextSemaphore},
	}
}

// permits is how many there are in all semaphore rows.
const permits = 4

func semaphorePeers(holders int) []measure.Peer {
	var peers []measure.Peer
	for _, s := range semaphorings() {
		peers = append(peers, measure.Peer{Name: s.name, Open: func() (measure.Body, error) {
			hold, done := s.make(permits)
			if holders == 1 {
				return measure.Body{Run: func(n int) int { hold(n, false); return n }, Close: done}, nil
			}
			return measure.Body{Run: func(n int) int { return contend(hold, n, holders) }, Close: done}, nil
		}})
	}
	return peers
}

// contend has holders hold permits n times together.
func contend(hold func(n int, pause bool), n, holders int) int {
	var all sync.WaitGroup
	var held atomic.Int64
	for i := range holders {
		all.Go(func() {
			mine := share(n, holders, i)
			hold(mine, true)
			held.Add(int64(mine))
		})
	}
	all.Wait()
	return int(held.Load())
}

func weighted(permits int) (hold func(n int, pause bool), done func()) {
	ctx, cancel := context.WithCancel(context.Background())
	s := semaphore.NewWeighted(int64(permits))
	return func(n int, pause bool) {
		for range n {
			if s.Acquire(ctx, 1) != nil {
				return
			}
			if pause {
				runtime.Gosched()
			}
			s.Release(1)
		}
	}, cancel
}

// chanSemaphore cannot be cancelled, nor give several permits at once.
func chanSemaphore(permits int) (hold func(n int, pause bool), done func()) {
	c := make(chan struct{}, permits)
	return func(n int, pause bool) {
		for range n {
			c <- struct{}{}
			if pause {
				runtime.Gosched()
			}
			<-c
		}
	}, nil
}

func chanContextSemaphore(permits int) (hold func(n int, pause bool), done func()) {
	ctx, cancel := context.WithCancel(context.Background())
	c := make(chan struct{}, permits)
	return func(n int, pause bool) {
		for range n {
			select {
			case c <- struct{}{}:
			case <-ctx.Done():
				return
			}
			if pause {
				runtime.Gosched()
			}
			<-c
		}
	}, cancel
}

// crowd is how many wait for one event.
const crowd = 10_000

// A crowding is a way to have many wait for one thing, again and again. A round is opened once all
// who take part in it are about to wait, or wait, for it, and have passed the one before.
type crowding struct {
	name string
	make func(ctx context.Context) (wait, open func(round int))
}

func crowdings() []crowding {
	return []crowding{
		{measure.Subject, skeinCrowd},
		{"close(chan)", closeCrowd},
		{"select ctx", selectCrowd},
		{"sync.Cond", condCrowd},
	}
}

func crowdPeers() []measure.Peer {
	var peers []measure.Peer
	for _, c := range crowdings() {
		peers = append(peers, measure.Peer{Name: c.name, Open: func() (measure.Body, error) {
			return measure.Body{Run: func(n int) int { return gather(c, n) }}, nil
		}})
	}
	return peers
}

// gather has n waits, crowd at a time.
func gather(c crowding, n int) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	wait, open := c.make(ctx)
	var all sync.WaitGroup
	var here, passed atomic.Int64
	for i := range min(n, crowd) {
		all.Go(func() {
			for round := 0; round*crowd+i < n; round++ {
				here.Add(1)
				wait(round)
				passed.Add(1)
			}
		})
	}
	for round := 0; round*crowd < n; round++ {
		for here.Load() < int64(min(n, (round+1)*crowd)) {
			runtime.Gosched()
		}
		open(round)
	}
	all.Wait()
	return int(passed.Load())
}

// closeCrowd cannot be cancelled. Each round is a new channel.
func closeCrowd(context.Context) (wait, open func(round int)) {
	var gates [2]atomic.Pointer[chan struct{}]
	renew := func(i int) { c := make(chan struct{}); gates[i].Store(&c) }
	renew(0)
	return func(round int) { <-*gates[round%2].Load() },
		func(round int) {
			renew((round + 1) % 2)
			close(*gates[round%2].Load())
		}
}

// selectCrowd is closeCrowd that can be cancelled.
func selectCrowd(ctx context.Context) (wait, open func(round int)) {
	var gates [2]atomic.Pointer[chan struct{}]
	renew := func(i int) { c := make(chan struct{}); gates[i].Store(&c) }
	renew(0)
	return func(round int) {
			select {
			case <-*gates[round%2].Load():
			case <-ctx.Done():
			}
		},
		func(round int) {
			renew((round + 1) % 2)
			close(*gates[round%2].Load())
		}
}

// condCrowd cannot be cancelled.
func condCrowd(context.Context) (wait, open func(round int)) {
	var mu sync.Mutex
	opened := 0
	cond := sync.NewCond(&mu)
	return func(round int) {
			mu.Lock()
			defer mu.Unlock()
			for opened <= round {
				cond.Wait()
			}
		},
		func(round int) {
			mu.Lock()
			defer mu.Unlock()
			opened = round + 1
			cond.Broadcast()
		}
}
