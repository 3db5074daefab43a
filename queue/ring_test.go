package queue

import (
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
)

func TestRingGivesBackItsBuffer(t *testing.T) {
	var r ring[int]
	burst := func(n int) {
		for i := range n {
			r.push(i)
		}
		for range n {
			r.pop()
		}
	}
	burst(1 << 20)
	if len(r.buf) > large {
		t.Errorf("%d slots are kept after a large burst", len(r.buf))
	}
	burst(1 << 14)
	burst(10)
	burst(10)
	if len(r.buf) > medium {
		t.Errorf("%d slots are kept for 10 items", len(r.buf))
	}
	burst(500)
	if before := len(r.buf); before < 500 {
		t.Errorf("a small buffer of %d slots was not kept", before)
	}
}

// One that never becomes empty gives back what it does not need all the same.
func TestRingShrinksWhileInUse(t *testing.T) {
	var r ring[int]
	for i := range 1 << 20 {
		r.push(i)
	}
	for i := range 1<<20 - 1 {
		if v := r.pop(); v != i {
			t.Fatalf("item %d is %d", i, v)
		}
	}
	if len(r.buf) > large {
		t.Errorf("%d slots are kept for one item", len(r.buf))
	}
}

func TestHeapShrinksWhileInUse(t *testing.T) {
	var h heap[int]
	for i := range 1 << 18 {
		h.push(i, -i)
	}
	for i := range 1<<18 - 1 {
		if v, _ := h.pop(); v != i {
			t.Fatalf("item %d is %d", i, v)
		}
	}
	if cap(h.nodes) > large {
		t.Errorf("%d slots are kept for one item", cap(h.nodes))
	}
}

func TestPoppedItemsAreGarbage(t *testing.T) {
	for name, q := range map[string]*Queue[*[64]byte]{
		"ring": New[*[64]byte](nil),
		"heap": New(&Options[*[64]byte]{ByPriority: func(*[64]byte) int { return 1 }}),
	} {
		var freed atomic.Int32
		const n = 100
		for range n {
			v := new([64]byte)
			runtime.AddCleanup(v, func(*atomic.Int32) { freed.Add(1) }, &freed)
			q.Send(v)
		}
		q.Send(new([64]byte)) // stays, and the buffer with it
		for range n {
			q.TryGet()
		}
		for tries := 0; freed.Load() < n-1; tries++ {
			if runtime.GC(); tries > 1000 {
				t.Fatalf("%s: only %d of %d popped items were freed", name, freed.Load(), n)
			}
		}
		runtime.KeepAlive(q)
	}
}

func TestRingAgainstASlice(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var r ring[int]
		var want []int
		next := 0
		for range 50 {
			for range dice.IntN(200) {
				r.push(next)
				want = append(want, next)
				next++
			}
			for range min(len(want), dice.IntN(200)) {
				if v := r.pop(); v != want[0] {
					t.Fatalf("got %d, want %d", v, want[0])
				}
				want = want[1:]
			}
			if r.n != len(want) {
				t.Fatalf("%d items, want %d", r.n, len(want))
			}
		}
	}
}

// A million items, or some less, that nobody read, and then somebody did.
func TestMemoryAfterABurst(t *testing.T) {
	const bound = 1 << 21 // bytes
	for name, opts := range map[string]*Options[[2]int]{
		"fifo":   nil,
		"lifo":   {LIFO: true},
		"levels": {ByPriority: func(v [2]int) int { return v[0] % 64 }},
		"ranks":  {ByPriority: func(v [2]int) int { return v[0] }},
		"less":   {Less: func(a, b [2]int) bool { return a[0] < b[0] }},
	} {
		n := 200_000
		if name == "fifo" {
			n = 1_000_000
		}
		q := New(opts)
		before := heapInUse()
		for i := range n {
			q.Send([2]int{i, i})
		}
		TakeOver(q)
		if full := heapInUse(); full < before+16*uint64(n) {
			t.Fatalf("%s: %d bytes in use with all items, %d before", name, full, before)
		}
		for range n {
			q.TryGet()
		}
		if after := heapInUse(); after > before+bound {
			t.Errorf("%s: %d bytes more than before the burst", name, after-before)
		}
		runtime.KeepAlive(q)
	}
}

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// The slow order: a slice, searched from the front.
func TestHeapAgainstASlice(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		var h heap[int]
		var want []int
		for step := range 500 {
			switch dice.IntN(5) {
			case 0, 1:
				h.push(step, step%5)
				want = append(want, step)
			case 2:
				h.putBack(step, step%5)
				want = append([]int{step}, want...)
			case 3, 4:
				if len(want) == 0 {
					continue
				}
				first := 0
				for i, v := range want {
					if v%5 > want[first]%5 {
						first = i
					}
				}
				if v, rank := h.pop(); v != want[first] || rank != v%5 {
					t.Fatalf("got %d of rank %d, want %d", v, rank, want[first])
				}
				want = append(want[:first], want[first+1:]...)
			}
		}
	}
}
