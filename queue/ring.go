package queue

// smallest is the least a ring allocates, and what it shrinks to.
const smallest = 16

// A buffer above large items is halved when it is seven eighths empty, and given up when it is
// empty; one above medium when it has been emptied twice with little in it between. Smaller ones
// are kept: queues that are filled and emptied in turn would only allocate.
const (
	medium = 1 << 10
	large  = 1 << 16
)

// ring is a first-in-first-out buffer that grows by powers of two. The zero ring is empty.
type ring[T any] struct {
	buf  []T
	head int
	n    int
	peak int // the largest n since it was last empty
}

func (r *ring[T]) push(v T) {
	if r.n == len(r.buf) {
		r.resize(max(smallest, 2*len(r.buf)))
	}
	r.buf[(r.head+r.n)&(len(r.buf)-1)] = v
	r.n++
	r.peak = max(r.peak, r.n)
}

// pop takes the first item. There must be one.
func (r *ring[T]) pop() T {
	var zero T
	slot := &r.buf[r.head]
	v := *slot
	*slot = zero // what it refers to is no longer ours to keep alive
	r.head = (r.head + 1) & (len(r.buf) - 1)
	r.n--
	if len(r.buf) > medium {
		r.shrink()
	}
	return v
}

// pushFront adds an item that is to be the next to come out.
func (r *ring[T]) pushFront(v T) {
	if r.n == len(r.buf) {
		r.resize(max(smallest, 2*len(r.buf)))
	}
	r.head = (r.head - 1) & (len(r.buf) - 1)
	r.buf[r.head] = v
	r.n++
	r.peak = max(r.peak, r.n)
}

// append moves all items of other to the end.
func (r *ring[T]) append(other *ring[T]) {
	for other.n > 0 {
		r.push(other.pop())
	}
}

// popBack takes the last item. There must be one.
func (r *ring[T]) popBack() T {
	var zero T
	r.n--
	slot := &r.buf[(r.head+r.n)&(len(r.buf)-1)]
	v := *slot
	*slot = zero
	if len(r.buf) > medium {
		r.shrink()
	}
	return v
}

// all takes all items.
func (r *ring[T]) all() (list []T) {
	for r.n > 0 {
		list = append(list, r.pop())
	}
	return list
}

func (r *ring[T]) shrink() {
	switch {
	case r.n == 0:
		if len(r.buf) > large || r.peak < len(r.buf)/4 {
			r.buf, r.head = nil, 0
		}
		r.peak = 0
	case len(r.buf) > large && r.n <= len(r.buf)/8:
		r.resize(len(r.buf) / 2)
	}
}

func (r *ring[T]) resize(size int) {
	buf := make([]T, size)
	k := copy(buf, r.buf[r.head:min(r.head+r.n, len(r.buf))])
	copy(buf[k:], r.buf[:r.n-k])
	r.buf, r.head = buf, 0
}
