package queue

import (
	"fmt"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// Stats are figures of a queue at one moment.
type Stats struct {
	Len        int    // items in the queue
	Cap        int    // the most there may be; 0: no bound
	Getters    int    // consumers that wait
	Putters    int    // producers that wait for room
	Leased     int    // items taken by a Lease that has not ended
	Added      uint64 // items put since the queue was made
	Unfinished uint64 // of them, those that Join waits for
	Dropped    uint64 // items dropped as Options.Full says, or that came back after CloseNow
	Closed     bool   // nothing more can be put
}

// Stats are the figures of now. They cost a look at each who waits.
func (q *Queue[T]) Stats() Stats {
	defer q.unlockWhole(q.lockWhole())
	return Stats{
		Len: q.n + q.stocked, Cap: q.cap, Getters: q.getters.line.Len(), Putters: q.putters.line.Len(),
		Leased: len(q.leases), Added: q.added, Unfinished: q.added - q.finished, Dropped: q.dropped, Closed: q.closed,
	}
}

// Len is how many items are in the queue. It is a hint: it may be wrong by the time it is read.
func (q *Queue[T]) Len() int {
	defer q.unlockWhole(q.lockWhole())
	return q.n + q.stocked
}

// Cap is how many items the queue holds at most; 0 means there is no bound.
func (q *Queue[T]) Cap() int { return q.cap }

// Closed reports whether the queue is closed. Like Len it is a hint, unless it is true.
func (q *Queue[T]) Closed() bool {
	rt.Lock(&q.mu)
	defer q.mu.Unlock()
	return q.closed
}

// ProbeInfo implements probe.Resource.
func (q *Queue[T]) ProbeInfo() probe.Info {
	s := q.Stats()
	i := probe.Info{Kind: "queue", Name: q.name, Detail: fmt.Sprintf("%d items", s.Len)}
	if s.Cap > 0 {
		i.Detail = fmt.Sprintf("%d of %d", s.Len, s.Cap)
	}
	if s.Leased > 0 {
		i.Detail += fmt.Sprintf(", %d leased", s.Leased)
	}
	if s.Closed {
		i.Detail += ", closed"
	}
	return i
}

// Serves implements rt.Server.
func (q *Queue[T]) Serves(verb string) bool {
	s := q.lockWhole()
	defer q.unlockWhole(s)
	if verb == toPut {
		return q.closed || !q.full()
	}
	return q.closed || q.n+q.stocked > 0
}

// The verbs of waits.
const (
	toGet = "get from"
	toPut = "put into"
)
