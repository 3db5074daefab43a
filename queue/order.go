package queue

import "math/bits"

// An order keeps items in another order than that of their coming.
type order[T any] interface {
	push(v T, rank int)
	pop() (v T, rank int) // there must be one
	all() []T             // takes all
}

// levels keeps items by a rank from 0 to 63: a bit says of each level whether it has any. With the
// first item of another rank it becomes a heap. The zero levels is empty.
type levels[T any] struct {
	used  uint64
	rings [64]*ring[T]
	heap  *heap[T]
}

func (l *levels[T]) push(v T, rank int) {
	if l.heap == nil && rank>>6 != 0 {
		l.become(new(heap[T]))
	}
	if l.heap != nil {
		l.heap.push(v, rank)
		return
	}
	if l.rings[rank] == nil {
		l.rings[rank] = new(ring[T])
	}
	l.rings[rank].push(v)
	l.used |= 1 << rank
}

func (l *levels[T]) pop() (v T, rank int) {
	if l.heap != nil {
		return l.heap.pop()
	}
	rank = 63 - bits.LeadingZeros64(l.used)
	r := l.rings[rank]
	v = r.pop()
	if r.n == 0 {
		l.used &^= 1 << rank
	}
	return v, rank
}

func (l *levels[T]) all() (list []T) {
	if l.heap != nil {
		return l.heap.all()
	}
	for l.used != 0 {
		v, _ := l.pop()
		list = append(list, v)
	}
	return list
}

// become moves all items to h.
func (l *levels[T]) become(h *heap[T]) {
	for l.used != 0 {
		rank := bits.TrailingZeros64(l.used)
		for r := l.rings[rank]; r.n > 0; {
			h.push(r.pop(), rank)
		}
		l.used &^= 1 << rank
	}
	l.rings = [64]*ring[T]{}
	l.heap = h
}
