package loop

import (
	"container/heap"
	"sync"
	"time"
)

// ring is a queue of ready coroutines; the zero ring is empty.
type ring struct {
	buf  []*coroutine // a power of two
	head int
	n    int
}

func (r *ring) push(c *coroutine) {
	if r.n == len(r.buf) {
		grown := make([]*coroutine, max(16, 2*len(r.buf)))
		for i := range r.n {
			grown[i] = r.buf[(r.head+i)&(len(r.buf)-1)]
		}
		r.buf, r.head = grown, 0
	}
	r.buf[(r.head+r.n)&(len(r.buf)-1)] = c
	r.n++
}

func (r *ring) pop() *coroutine {
	if r.n == 0 {
		return nil
	}
	c := r.buf[r.head]
	r.buf[r.head] = nil
	r.head = (r.head + 1) & (len(r.buf) - 1)
	r.n--
	return c
}

// timers are the calls due later, earliest first, and in order of their making at one instant.
// Any thread may add and remove.
type timers struct {
	mu   sync.Mutex
	heap timerHeap
	seq  uint64
}

type timer struct {
	at    time.Time
	seq   uint64
	f     func()
	index int // -1 once it is out of the heap
}

func (ts *timers) add(at time.Time, f func()) *timer {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.seq++
	t := &timer{at: at, seq: ts.seq, f: f}
	heap.Push(&ts.heap, t)
	return t
}

func (ts *timers) remove(t *timer) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if t.index < 0 {
		return false
	}
	heap.Remove(&ts.heap, t.index)
	return true
}

// fire calls what is due, and reports whether anything was.
func (ts *timers) fire(now time.Time) (fired bool) {
	for {
		ts.mu.Lock()
		if len(ts.heap) == 0 || ts.heap[0].at.After(now) {
			ts.mu.Unlock()
			return fired
		}
		t := heap.Pop(&ts.heap).(*timer)
		ts.mu.Unlock()
		t.f()
		fired = true
	}
}

// next is how long until the first is due, if there is one.
func (ts *timers) next(now time.Time) (time.Duration, bool) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if len(ts.heap) == 0 {
		return 0, false
	}
	return max(0, ts.heap[0].at.Sub(now)), true
}

type timerHeap []*timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].seq < h[j].seq
	}
	return h[i].at.Before(h[j].at)
}
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}
func (h *timerHeap) Push(x any) {
	t := x.(*timer)
	t.index = len(*h)
	*h = append(*h, t)
}
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.index = -1
	return t
}
