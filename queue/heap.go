package queue

// heap is a 4-ary heap: largest rank first, or by less, and first in, first out among equals. It has
// half the levels of a binary heap, and the four kids of a node share a cache line or two. The zero
// heap is empty.
//
// less may panic, so nothing is moved before all has been compared.
type heap[T any] struct {
	nodes []node[T]
	less  func(a, b T) bool // in place of ranks, if not nil

	first, last int // between them are the sequence numbers given so far
}

type node[T any] struct {
	rank int
	seq  int
	v    T
}

// before reports whether a comes out before b. With less, all ranks are the same.
func (h *heap[T]) before(a, b *node[T]) bool {
	if a.rank != b.rank {
		return a.rank > b.rank
	}
	if h.less != nil {
		return h.ask(a, b)
	}
	return a.seq < b.seq
}

// ask is before by less. Which of them came first decides among equals, so less need not be asked
// both ways.
func (h *heap[T]) ask(a, b *node[T]) bool {
	if a.seq < b.seq {
		return !h.less(b.v, a.v)
	}
	return h.less(a.v, b.v)
}

func (h *heap[T]) push(v T, rank int) {
	h.last++
	n := node[T]{rank, h.last, v}
	h.insert(n, h.place(&n))
}

// putBack adds an item that comes out before its equals. If less panics, the item goes to the end
// rather than be lost: without less no place is better than another.
func (h *heap[T]) putBack(v T, rank int) {
	h.first--
	n := node[T]{rank, h.first, v}
	at := len(h.nodes)
	defer func() {
		recover()
		h.insert(n, at)
	}()
	at = h.place(&n)
}

// place finds where n belongs: at the end or where one of the nodes above that is.
func (h *heap[T]) place(n *node[T]) int {
	at := len(h.nodes)
	for at > 0 && h.before(n, &h.nodes[(at-1)/4]) {
		at = (at - 1) / 4
	}
	return at
}

// insert puts n at a place, from which the nodes on the way to the end move down.
func (h *heap[T]) insert(n node[T], at int) {
	h.nodes = append(h.nodes, n)
	for i := len(h.nodes) - 1; i > at; i = (i - 1) / 4 {
		h.nodes[i] = h.nodes[(i-1)/4]
	}
	h.nodes[at] = n
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
// among the others: down to the end by the kids that come first, and up again as far as the last
// node comes before them, which is rarely far (Wegener, Bottom-up heapsort, 1993).
func (h *heap[T]) descend(path *[32]int, last int) (depth int) {
	nodes := h.nodes[:last+1]
	for kid := 1; kid < last; depth++ {
		first := kid
		for k := kid + 1; k < min(kid+4, last); k++ {
			if h.before(&nodes[k], &nodes[first]) {
				first = k
			}
		}
		path[depth] = first
		kid = 4*first + 1
	}
	for depth > 0 && h.before(&nodes[last], &nodes[path[depth-1]]) {
		depth--
	}
	return depth
}

// all takes all items, in order, or what is left when less panics in any order.
func (h *heap[T]) all() (list []T) {
	defer func() {
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
