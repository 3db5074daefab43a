package bench

import (
	"container/heap"
	"sync"

	"github.com/skein-go/skein/bench/internal/measure"
)

// depth is how many items a priority queue holds while one is put and one is taken.
const depth = 10_000

type ranked struct{ rank, v int }

func priorityRows() []measure.Row {
	row := func(name, doc string, levels int) measure.Row {
		return measure.Row{
			Name: name, Doc: doc, Baseline: "container/heap",
			Bars: []measure.Bar{
				{Against: "container/heap", AtMost: 0.4},
				{Metric: measure.Allocs, AtMost: 0},
			},
			Peers: []measure.Peer{
				priorityPeer(measure.Subject, levels, skeinPriority),
				priorityPeer("container/heap", levels, heapPriority),
			},
		}
	}
	return []measure.Row{
		row("queue/priority", "put and get by priority, any rank, 10,000 items in the queue", 0),
		row("queue/priority-levels", "put and get by priority, eight ranks, 10,000 items in the queue", 8),
	}
}

// priorityPeer has items come out and go in again at a lower rank, as events of a simulation do, so
// that all places in the queue are visited; with few levels, at any of them.
func priorityPeer(name string, levels int, make func(first []ranked) func(ranked) ranked) measure.Peer {
	return measure.Peer{Name: name, Open: func() (measure.Body, error) {
		seed := uint64(1)
		dice := func() int { // the same numbers for everybody, and cheap
			seed = seed*6364136223846793005 + 1442695040888963407
			return int(seed >> 40)
		}
		var first []ranked
		for range depth {
			first = append(first, ranked{dice(), 1})
		}
		for i := range first {
			if levels > 0 {
				first[i].rank %= levels
			}
		}
		exchange, next := make(first), first[0]
		return measure.Body{Run: func(n int) (sum int) {
			for range n {
				if levels > 0 {
					next.rank = dice() % levels
				} else {
					next.rank -= dice()
				}
				next = exchange(next)
				sum += next.v
			}
			return sum
		}}, nil
	}}
}

// heapPriority is what a program has without a library: a heap under a mutex, with a number for the
// order among equals.
func heapPriority(first []ranked) func(ranked) ranked {
	var mu sync.Mutex
	var h byRank
	put := func(r ranked) {
		mu.Lock()
		defer mu.Unlock()
		h.seq++
		heap.Push(&h, numbered{r, h.seq})
	}
	get := func() ranked {
		mu.Lock()
		defer mu.Unlock()
		return heap.Pop(&h).(numbered).ranked
	}
	for _, r := range first {
		put(r)
	}
	return func(r ranked) ranked {
		put(r)
		return get()
	}
}

type numbered struct {
	ranked
	seq int
}

type byRank struct {
	items []numbered
	seq   int
}

func (h *byRank) Len() int      { return len(h.items) }
func (h *byRank) Swap(i, j int) { h.items[i], h.items[j] = h.items[j], h.items[i] }
func (h *byRank) Push(x any)    { h.items = append(h.items, x.(numbered)) }
func (h *byRank) Less(i, j int) bool {
	a, b := &h.items[i], &h.items[j]
	return a.rank > b.rank || a.rank == b.rank && a.seq < b.seq
}
func (h *byRank) Pop() any {
	last := len(h.items) - 1
	x := h.items[last]
	h.items = h.items[:last]
	return x
}
