package queue

import "math/bits"

// An order keeps items in another order than that of their coming. Among equals it is first in,
// first out.
type order[T any] interface {
	push(v T, rank int)
	putBack(v T, rank int) // before its equals, as the one of them that came first
	pop() (v T, rank int)  // there must be one
	all() []T              // takes all
}

// levels keeps items by a rank from 0 to 63: a bit says of each level whether it has any. With the
// first item of another rank it becomes a heap. The zero levels is empty.
type levels[T any] struct {
	used  uint64
	rings [64]*ring[T]
	heap  *heap[T]
}

func (l *levels[T]) push(v T, rank int) {
	if r := l.level(rank); r != nil {
		r.push(v)
	} else {
		l.heap.push(v, rank)
	}
}

func (l *levels[T]) putBack(v T, rank int) {
	if r := l.level(rank); r != nil {
		r.pushFront(v)
	} else {
		l.heap.putBack(v, rank)
	}
}

// level is where an item of that rank is about to go, nil if that is the heap.
func (l *levels[T]) level(rank int) *ring[T] {
	if l.heap == nil && rank>>6 != 0 {
		l.become(new(heap[T]))
	}
	if l.heap != nil {
		return nil
	}
	if l.rings[rank] == nil {
		l.rings[rank] = new(ring[T])
	}
	l.used |= 1 << rank
	return l.rings[rank]
}

func (l *levels[T]) pop() (v T, rank int) {
	if l.heap != nil {
		return l.heap.pop()
	}
	rank = bits.Len64(l.used) - 1
	r := l.rings[rank]
	v = r.pop()
	if r.n == 0 {
		l.used &^= 1 << rank
		if len(r.buf) > medium {
			l.rings[rank] = nil // 64 of them would be too much to keep
		}
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
		h.push(l.pop())
	}
	l.rings = [64]*ring[T]{}
	l.heap = h
}
