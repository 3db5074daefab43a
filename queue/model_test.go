package queue_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/skein-go/skein/queue"
)

// A model is the slow queue: a slice, searched from the front.
type model struct {
	items  []int
	cap    int
	closed bool
	ranked bool
}

func rank(v int) int { return v % 7 }

func (m *model) put(v int) error {
	switch {
	case m.closed:
		return queue.ErrClosed
	case m.cap > 0 && len(m.items) == m.cap:
		return queue.ErrFull
	}
	m.items = append(m.items, v)
	return nil
}

func (m *model) get() (int, error) {
	switch {
	case len(m.items) == 0 && m.closed:
		return 0, queue.ErrClosed
	case len(m.items) == 0:
		return 0, queue.ErrEmpty
	}
	first := 0
	for i, v := range m.items {
		if m.ranked && rank(v) > rank(m.items[first]) {
			first = i
		}
	}
	v := m.items[first]
	m.items = slices.Delete(m.items, first, first+1)
	return v, nil
}

func (m *model) batch(n int) (items []int) {
	for range n {
		v, err := m.get()
		if err != nil {
			break
		}
		items = append(items, v)
	}
	return items
}

func TestAgainstAModel(t *testing.T) {
	stocked := false
	for seed := range uint64(300) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			if againstAModel(t, rand.New(rand.NewPCG(seed, 1))) {
				stocked = true
			}
		})
	}
	if !stocked {
		t.Error("no queue ever had a stock")
	}
}

// againstAModel reports whether the queue had something in stock.
func againstAModel(t *testing.T, dice *rand.Rand) (stocked bool) {
	m := &model{cap: dice.IntN(4) * dice.IntN(40), ranked: dice.IntN(2) == 0}
	opts := &queue.Options[int]{Cap: m.cap}
	if m.ranked {
		opts.ByPriority = rank
	}
	q := queue.New(opts)
	ctx := cancelled(context.Background()) // so that nothing waits: what cannot be done at once fails
	blocked := func(err error) error {
		if err == queue.ErrFull || err == queue.ErrEmpty {
			return errEnough
		}
		return err
	}
	growing := dice.IntN(100)
	for step := range 500 {
		var got, want any
		if dice.IntN(20) == 0 {
			queue.TakeOver(q)
			stocked = stocked || queue.InStock(q) > 0
		}
		switch op := dice.IntN(100); {
		case op < 15+growing/3:
			got, want = q.TryPut(step), m.put(step)
		case op < 30+growing/3:
			got, want = q.Put(ctx, step), blocked(m.put(step))
		case op < 70:
			v, err := q.TryGet()
			w, werr := m.get()
			got, want = result(v, err), result(w, werr)
		case op < 85:
			v, err := q.Get(ctx)
			w, werr := m.get()
			got, want = result(v, err), result(w, blocked(werr))
		case op < 98 && len(m.items) > 0:
			buf := make([]int, 1+dice.IntN(50))
			n, err := q.GetBatch(ctx, buf)
			got, want = result(buf[:n], err), result(m.batch(len(buf)), nil)
		case op == 98 && dice.IntN(10) == 0:
			q.Close()
			m.closed = true
		case op == 99 && dice.IntN(10) == 0:
			got, want = fmt.Sprint(q.CloseNow()), fmt.Sprint(m.batch(len(m.items)))
			m.closed = true
		}
		if got != want {
			t.Fatalf("step %d: got %v, want %v", step, got, want)
		}
		if q.Len() != len(m.items) || q.Closed() != m.closed {
			t.Fatalf("step %d: %d items, closed %v; want %d, %v", step, q.Len(), q.Closed(), len(m.items), m.closed)
		}
	}
	return stocked
}

func result(v any, err error) string { return fmt.Sprint(v, " ", err) }
