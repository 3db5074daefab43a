package queue

// heap is a 4-ary heap: largest rank first, and first in, first out among equals. It has half the
// levels of a binary heap, and the four kids of a node share a cache line or two. The zero heap is
// empty.
type heap[T any] struct {
	nodes []node[T]
	seq   uint64
}

type node[T any] struct {
	rank int
	seq  uint64
	v    T
}

func (n *node[T]) before(m *node[T]) bool {
	if n.rank != m.rank {
		return n.rank > m.rank
	}
	return n.seq < m.seq
}

func (h *heap[T]) push(v T, rank int) {
	h.seq++
	h.nodes = append(h.nodes, node[T]{rank, h.seq, v})
	i := len(h.nodes) - 1
	for i > 0 {
		up := (i - 1) / 4
		if !h.nodes[i].before(&h.nodes[up]) {
			return
		}
		h.nodes[i], h.nodes[up] = h.nodes[up], h.nodes[i]
		i = up
	}
}

// pop takes the first item. There must be one.
func (h *heap[T]) pop() T {
	v := h.nodes[0].v
	last := len(h.nodes) - 1
	h.nodes[0] = h.nodes[last]
	h.nodes[last] = node[T]{} // what it refers to is no longer ours to keep alive
	h.nodes = h.nodes[:last]
	switch {
	case last == 0 && cap(h.nodes) > medium:
		h.nodes = nil
	case cap(h.nodes) > large && last <= cap(h.nodes)/8:
		h.nodes = append(make([]node[T], 0, cap(h.nodes)/2), h.nodes...)
	}
	for i := 0; ; {
		first := i
		for k := 4*i + 1; k <= 4*i+4 && k < last; k++ {
			if h.nodes[k].before(&h.nodes[first]) {
				first = k
			}
		}
		if first == i {
			return v
		}
		h.nodes[i], h.nodes[first] = h.nodes[first], h.nodes[i]
		i = first
	}
}
