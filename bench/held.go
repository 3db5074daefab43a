package bench

import (
	"fmt"

	"github.com/skein-go/skein/bench/internal/measure"
)

// The row work/held: as many tasks as queued, over so many workers.
const (
	heldTasks = 300_000
	heldWidth = 10_000
)

func heldRow() measure.Row {
	row := measure.Row{
		Name: "work/held", Doc: "300,000 tasks wait for a gate, in a pool of 10,000",
		Baseline: "wg.Go",
		Bars:     []measure.Bar{{Metric: measure.RSS, AtMost: 60e6}},
		Show:     []measure.Metric{measure.RSS, measure.Peak},
		Rounds:   3,
	}
	for _, h := range poolHolders() {
		row.Peers = append(row.Peers, h.peer(h.name[len("work/held "):]))
	}
	return row
}

// poolHolders submit tasks that wait.
func poolHolders() []holder {
	var all []holder
	for _, p := range append(poolings(), skeinSubmitPool) {
		h := holder{name: "work/held " + p.name, size: heldTasks}
		l := limits{width: heldWidth, queue: heldTasks}
		if p.blocks {
			h.room = heldWidth
		}
		h.hold = func(n int) (func() int, error) { return holdInPool(p, l, n, h.expected(n)) }
		all = append(all, h)
	}
	return all
}

// holdInPool submits n tasks that wait, of which the pool takes so many.
func holdInPool(p pooling, l limits, n, taken int) (release func() int, err error) {
	open, err := p.open(l)
	if err != nil {
		return nil, err
	}
	gate := make(chan struct{})
	all := newTally(n)
	waits := newJob(func() {
		<-gate
		all.hit()
	})
	var c count
	go func() {
		for range n {
			open.submit(waits)
			c.waiting.Add(1)
		}
	}()
	c.settle(n)
	if got := int(c.waiting.Load()); got != taken {
		return nil, fmt.Errorf("the pool took %d tasks; it should take %d", got, taken)
	}
	return func() int {
		close(gate)
		done := all.wait()
		open.close()
		return done
	}, nil
}
