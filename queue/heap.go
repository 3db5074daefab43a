package queue

// heap is a 4-ary heap: largest rank first, or by less, and first in, first out among equals. It has
// half the levels of a binary heap, and the four kids of a node share a cache line or two. The zero
// heap is empty.
//
// less may panic, so nothing is moved before all has been compared.
type heap[T any] struct {
	nodes []node[T]
	seq   uint64
	less  func(a, b T) bool // in place of ranks, if not nil
}

type node[T any] struct {
	rank int
	seq  uint64
	v    T
}

// before reports whether a comes out before b. Which of them came first decides among equals, so
// less need not be asked both ways.
func (h *heap[T]) before(a, b *node[T]) bool {
	switch {
	case h.less == nil && a.rank != b.rank:
		return a.rank > b.rank
	case h.less == nil:
		return a.seq < b.seq
	case a.seq < b.seq:
		return !h.less(b.v, a.v)
	}
	return h.less(a.v, b.v)
}

func (h *heap[T]) push(v T, rank int) {
	n := node[T]{rank, h.seq + 1, v}
	to := len(h.nodes)
	for to > 0 && h.before(&n, &h.nodes[(to-1)/4]) {
		to = (to - 1) / 4
	}
	h.seq++
	h.nodes = append(h.nodes, n)
	for i := len(h.nodes) - 1; i > to; i = (i - 1) / 4 {
		h.nodes[i] = h.nodes[(i-1)/4]
	}
	h.nodes[to] = n
}

// pop takes the first item. There must be one.
func (h *heap[T]) pop() (v T, rank int) {
	last := len(h.nodes) - 1
	var path [32]int // 4³² nodes are more than there is memory for
	depth := h.descend(&path, last)
	v, rank = h.nodes[0].v, h.nodes[0].rank
	at := 0
	for _, kid := range path[:depth] {
		h.nodes[at] = h.nodes[kid]
		at = kid
	}
	h.nodes[at] = h.nodes[last]
	h.nodes[last] = node[T]{} // what it refers to is no longer ours to keep alive
	h.nodes = h.nodes[:last]
	switch {
	case last == 0 && cap(h.nodes) > medium:
		h.nodes = nil
	case cap(h.nodes) > large && last <= cap(h.nodes)/8:
		h.nodes = append(make([]node[T], 0, cap(h.nodes)/2), h.nodes...)
	}
	return v, rank
}

// descend finds the nodes that move up by one when the root goes and the last node takes a place
// among the others.
func (h *heap[T]) descend(path *[32]int, last int) (depth int) {
	for at := 0; ; {
		first := last
		for k := 4*at + 1; k <= 4*at+4 && k < last; k++ {
			if h.before(&h.nodes[k], &h.nodes[first]) {
				first = k
			}
		}
		if first == last {
			return depth
		}
		path[depth] = first
		depth++
		at = first
	}
}

// all takes all items, in order, or what is left when less panics in any order.
func (h *heap[T]) all() (list []T) {
	defer func() {
		if len(h.nodes) == 0 {
			return
		}
		recover()
		for i := range h.nodes {
			list = append(list, h.nodes[i].v)
		}
		h.nodes = nil
	}()
	for len(h.nodes) > 0 {
		v, _ := h.pop()
		list = append(list, v)
	}
	return list
}
