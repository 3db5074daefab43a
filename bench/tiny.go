package bench

import (
	"sync"

	"github.com/skein-go/skein/bench/internal/measure"
)

// tinyLimits are what the rows with tiny jobs give every pool.
var tinyLimits = limits{width: 8, queue: 1024}

const million = 1_000_000

func tinyRows() []measure.Row {
	tiny := func(t *tally) *job { return newJob(t.hit) }
	micro := func(t *tally) *job {
		return newJob(func() {
			if spin(1, 750) != 0 {
				t.hit()
			}
		})
	}
	return []measure.Row{
		{
			Name: "work/tiny", Doc: "one producer submits an atomic add",
			Baseline: "wg.Go",
			Bars:     []measure.Bar{{Against: "wg.Go", AtMost: 0.10}, {Against: "chan func()", AtMost: 0.7}},
			Peers:    poolPeers(tiny, 1),
		},
		{
			Name: "work/tiny-million", Doc: "a million atomic adds, with opening the pool, waiting and closing",
			Baseline: "wg.Go",
			Bars:     []measure.Bar{{Against: "wg.Go", AtMost: 0.10}, {Against: "chan func()", AtMost: 0.7}},
			Batch:    million, Fixed: true,
			Peers: wholePoolPeers(tiny),
		},
		{
			Name: "work/tiny-parallel", Doc: "eight producers submit atomic adds",
			Baseline: "wg.Go",
			Bars:     []measure.Bar{{Against: "chan func()", AtMost: 1.2}},
			Peers:    poolPeers(tiny, 8),
		},
		{
			Name: "work/tiny-1us", Doc: "one producer submits 1.5 µs of arithmetic",
			Baseline: "wg.Go",
			Peers:    poolPeers(micro, 1),
		},
	}
}

// poolPeers submit n jobs, from so many producers at once, to a pool that is open already, and
// wait until all are done.
func poolPeers(work func(*tally) *job, producers int) []measure.Peer {
	var peers []measure.Peer
	for _, p := range poolings() {
		peers = append(peers, measure.Peer{Name: p.name, Open: func() (measure.Body, error) {
			open, err := p.open(tinyLimits)
			if err != nil {
				return measure.Body{}, err
			}
			run := func(n int) int {
				t := newTally(n)
				produce(open.submit, work(t), n, producers)
				return t.wait()
			}
			return measure.Body{Run: run, Close: open.close}, nil
		}})
	}
	return peers
}

// wholePoolPeers open and close the pool within the measured time.
func wholePoolPeers(work func(*tally) *job) []measure.Peer {
	var peers []measure.Peer
	for _, p := range poolings() {
		peers = append(peers, measure.Peer{Name: p.name, Open: func() (measure.Body, error) {
			return measure.Body{Run: func(n int) int {
				open, err := p.open(tinyLimits)
				if err != nil {
					return 0
				}
				t := newTally(n)
				produce(open.submit, work(t), n, 1)
				done := t.wait()
				open.close()
				return done
			}}, nil
		}})
	}
	return peers
}

// produce submits j n times. A single producer is the caller.
func produce(submit func(*job), j *job, n, producers int) {
	if producers == 1 {
		for range n {
			submit(j)
		}
		return
	}
	var wg sync.WaitGroup
	for i := range producers {
		wg.Go(func() {
			for range share(n, producers, i) {
				submit(j)
			}
		})
	}
	wg.Wait()
}

// share is the i-th of so many nearly equal parts of n.
func share(n, parts, i int) int { return n*(i+1)/parts - n*i/parts }
