package bench

import (
	"sync"

	"github.com/skein-go/skein/bench/internal/measure"
)

// seamRows show what waiting in one place costs: a queue that can be cancelled, dumped and run on
// a loop, beside the barest thing that could be written by hand. They have no bars; the queue rows
// have.
func seamRows() []measure.Row {
	bare := append(linings(), lining{"mutex+ring", ringLine})
	return []measure.Row{
		{
			Name: "rt/seam", Doc: "put and get, nobody else there, beside a bare mutex and ring",
			Baseline: "mutex+ring",
			Peers:    alonePeers(bare, queueCap),
		},
		{
			Name: "rt/seam-64", Doc: "an item from one producer to one consumer, capacity 64",
			Baseline: "chan+ctx",
			Peers:    passPeers(bare, 64, 1, 1),
		},
	}
}

// ringLine is a ring under a mutex, with a condition at each end. It cannot be cancelled.
func ringLine(cap int) line {
	r := &ring{items: make([]int, cap)}
	r.notFull.L, r.notEmpty.L = &r.mu, &r.mu
	return line{
		pair: func(n int) (sum int) {
			for range n {
				r.put(1)
				sum += r.get()
			}
			return sum
		},
		put: func(n int) {
			for range n {
				r.put(1)
			}
		},
		get: func(n int) (sum int) {
			for range n {
				sum += r.get()
			}
			return sum
		},
	}
}

type ring struct {
	mu                sync.Mutex
	items             []int // a power of two
	head, n           int
	getters, putters  int // that wait
	notFull, notEmpty sync.Cond
}

func (r *ring) put(v int) {
	r.mu.Lock()
	for r.n == len(r.items) {
		r.putters++
		r.notFull.Wait()
		r.putters--
	}
	r.items[(r.head+r.n)&(len(r.items)-1)] = v
	r.n++
	wake := r.getters > 0
	r.mu.Unlock()
	if wake {
		r.notEmpty.Signal()
	}
}

func (r *ring) get() int {
	r.mu.Lock()
	for r.n == 0 {
		r.getters++
		r.notEmpty.Wait()
		r.getters--
	}
	v := r.items[r.head]
	r.head = (r.head + 1) & (len(r.items) - 1)
	r.n--
	wake := r.putters > 0
	r.mu.Unlock()
	if wake {
		r.notFull.Signal()
	}
	return v
}
