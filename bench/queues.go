package bench

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/skein-go/skein/bench/internal/measure"
)

// A line is a bounded queue of ints. Its functions loop themselves, so that a measured operation
// is the call that a program would write, and not a call through an interface.
type line struct {
	pair func(n int) (sum int) // puts and gets n times, alternating
	put  func(n int)           // puts 1, n times
	get  func(n int) (sum int) // gets n times
	done func()                // lets go of what making it took
}

// A lining is a way to make a line.
type lining struct {
	name string
	make func(cap int) line
}

func linings() []lining {
	return []lining{
		{measure.Subject, skeinLine},
		{"chan", chanLine},
		{"chan+ctx", chanContextLine},
	}
}

// queueCap is the capacity in all queue rows.
const queueCap = 1024

func queueRows() []measure.Row {
	row := func(name, doc string, atMost float64, peers []measure.Peer) measure.Row {
		return measure.Row{
			Name: name, Doc: doc, Baseline: "chan+ctx",
			Bars: []measure.Bar{
				{Against: "chan+ctx", AtMost: atMost},
				{Metric: measure.Allocs, AtMost: 0},
			},
			Peers: peers,
		}
	}
	return []measure.Row{
		row("queue/alone", "put and get, nobody else there", 0.20, alonePeers(linings(), queueCap)),
		row("queue/spsc", "an item from one producer to one consumer", 0.25, passPeers(linings(), queueCap, 1, 1)),
		row("queue/mpsc", "an item from eight producers to one consumer", 0.30, passPeers(linings(), queueCap, 8, 1)),
		row("queue/mpmc", "an item from four producers to four consumers", 0.40, passPeers(linings(), queueCap, 4, 4)),
		{
			Name: "queue/unbounded", Doc: "an item from eight producers to one consumer, without a bound (a channel has one)",
			Baseline: "chan+ctx", Peers: passPeers(unboundedLinings(), queueCap, 8, 1),
		},
		{
			Name: "queue/parking", Doc: "there and back through two queues of one item, both sides waiting each time",
			Baseline: "chan+ctx", Bars: []measure.Bar{{Metric: measure.Allocs, AtMost: 0}},
			Peers: parkingPeers(linings()),
		},
	}
}

func unboundedLinings() []lining {
	ls := linings()
	ls[0].make = func(int) line { return skeinLine(0) }
	return ls
}

func parkingPeers(ls []lining) []measure.Peer {
	var peers []measure.Peer
	for _, l := range ls {
		peers = append(peers, measure.Peer{Name: l.name, Open: func() (measure.Body, error) {
			ping, pong := l.make(1), l.make(1)
			run := func(n int) (sum int) {
				var other sync.WaitGroup
				other.Go(func() {
					for range n {
						ping.get(1)
						pong.put(1)
					}
				})
				for range n {
					ping.put(1)
					sum += pong.get(1)
				}
				other.Wait()
				return sum
			}
			return measure.Body{Run: run, Close: func() {
				for _, q := range []line{ping, pong} {
					if q.done != nil {
						q.done()
					}
				}
			}}, nil
		}})
	}
	return peers
}

func alonePeers(ls []lining, cap int) []measure.Peer {
	var peers []measure.Peer
	for _, l := range ls {
		peers = append(peers, measure.Peer{Name: l.name, Open: func() (measure.Body, error) {
			q := l.make(cap)
			return measure.Body{Run: q.pair, Close: q.done}, nil
		}})
	}
	return peers
}

func passPeers(ls []lining, cap, producers, consumers int) []measure.Peer {
	var peers []measure.Peer
	for _, l := range ls {
		peers = append(peers, measure.Peer{Name: l.name, Open: func() (measure.Body, error) {
			q := l.make(cap)
			return measure.Body{Run: func(n int) int { return pass(q, n, producers, consumers) }, Close: q.done}, nil
		}})
	}
	return peers
}

// pass sends n items through q and returns how many arrived.
func pass(q line, n, producers, consumers int) int {
	var all sync.WaitGroup
	var sum atomic.Int64
	for i := range consumers {
		all.Go(func() { sum.Add(int64(q.get(share(n, consumers, i)))) })
	}
	for i := range producers {
		all.Go(func() { q.put(share(n, producers, i)) })
	}
	all.Wait()
	return int(sum.Load())
}

// chanLine cannot be cancelled.
func chanLine(cap int) line {
	c := make(chan int, cap)
	return line{
		pair: func(n int) (sum int) {
			for range n {
				c <- 1
				sum += <-c
			}
			return sum
		},
		put: func(n int) {
			for range n {
				c <- 1
			}
		},
		get: func(n int) (sum int) {
			for range n {
				sum += <-c
			}
			return sum
		},
	}
}

// chanContextLine is what cancellation costs with a channel.
func chanContextLine(cap int) line {
	ctx, cancel := context.WithCancel(context.Background())
	c := make(chan int, cap)
	return line{
		pair: func(n int) (sum int) {
			for range n {
				select {
				case c <- 1:
				case <-ctx.Done():
				}
				select {
				case v := <-c:
					sum += v
				case <-ctx.Done():
				}
			}
			return sum
		},
		put: func(n int) {
			for range n {
				select {
				case c <- 1:
				case <-ctx.Done():
				}
			}
		},
		get: func(n int) (sum int) {
			for range n {
				select {
				case v := <-c:
					sum += v
				case <-ctx.Done():
				}
			}
			return sum
		},
		done: cancel,
	}
}
