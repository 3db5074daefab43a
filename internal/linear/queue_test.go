package linear

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/skein-go/skein/queue"
)

// A call of a queue's method, and what it returned.
type call struct {
	method string
	v      int // put
}

type result struct {
	v   int
	err error
}

// A state is that of the sequential queue.
type state struct {
	items  []int
	closed bool
}

var errCancelled = errors.New("cancelled")

// model is a queue that has room for so many items, or for any number.
func model(cap int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return state{} },
		Step: func(before, in, out any) (bool, any) {
			s, c, r := before.(state), in.(call), out.(result)
			full := cap > 0 && len(s.items) >= cap
			switch c.method {
			case "Close":
				return true, state{s.items, true}
			case "Put", "TryPut":
				switch {
				case r.err == nil:
					return !s.closed && !full, state{append(slices.Clone(s.items), c.v), s.closed}
				case r.err == queue.ErrClosed:
					return s.closed, s
				case r.err == queue.ErrFull:
					return !s.closed && full, s
				}
			case "Get", "TryGet":
				switch {
				case r.err == nil:
					if len(s.items) == 0 || s.items[0] != r.v {
						return false, s
					}
					return true, state{s.items[1:], s.closed}
				case r.err == queue.ErrClosed:
					return s.closed && len(s.items) == 0, s
				case r.err == queue.ErrEmpty:
					return !s.closed && len(s.items) == 0, s
				}
			}
			return r.err == errCancelled, s // and has done nothing
		},
		Equal: func(a, b any) bool {
			x, y := a.(state), b.(state)
			return x.closed == y.closed && slices.Equal(x.items, y.items)
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, " → ", out) },
	}
}

// A recorder calls a queue and writes down what happens.
type recorder struct {
	q     *queue.Queue[int]
	ctx   context.Context
	id    int
	begin time.Time
	calls []porcupine.Operation
	run   func()
}

func (r *recorder) do(c call) {
	start := time.Since(r.begin)
	var out result
	switch c.method {
	case "Put":
		out.err = r.q.Put(r.ctx, c.v)
	case "TryPut":
		out.err = r.q.TryPut(c.v)
	case "Get":
		out.v, out.err = r.q.Get(r.ctx)
	case "TryGet":
		out.v, out.err = r.q.TryGet()
	case "Close":
		r.q.Close()
	}
	r.calls = append(r.calls, porcupine.Operation{
		ClientId: r.id, Input: c, Call: int64(start), Output: out, Return: int64(time.Since(r.begin)),
	})
}

// history has clients call a queue at once, until it is closed, and what waits then with it. It begins
// with some items, and somebody keeps taking the queue's mutex: so consumers take over.
func history(cap int, seed uint64) []porcupine.Operation {
	const clients, each = 4, 12
	ctx, cancel := context.WithCancelCause(context.Background())
	q := queue.New(&queue.Options[int]{Cap: cap})
	begin := time.Now()
	recorders := make([]*recorder, clients)
	var all sync.WaitGroup
	var done atomic.Int32
	for i := range recorders {
		r := &recorder{q: q, ctx: ctx, id: i, begin: begin}
		recorders[i] = r
		dice := rand.New(rand.NewPCG(seed, uint64(i)))
		gets := []int{20, 50, 80}[(i+int(seed))%3]
		r.run = func() {
			defer done.Add(1)
			for n := range each {
				c := call{v: i*1000 + n}
				switch blocking := dice.IntN(4) > 0; {
				case dice.IntN(100) < gets && blocking:
					c = call{method: "Get"}
				case gets > 50:
					c = call{method: "TryGet"}
				case blocking:
					c.method = "Put"
				default:
					c.method = "TryPut"
				}
				r.do(c)
			}
		}
	}
	closer := &recorder{q: q, ctx: ctx, id: clients, begin: begin}
	for n := range 20 {
		if cap == 0 || n < cap {
			closer.do(call{"Put", clients*1000 + n})
		}
	}
	for range 2 {
		all.Go(func() {
			for !q.Closed() {
			}
		})
	}
	for _, r := range recorders {
		all.Go(r.run)
	}
	all.Go(func() {
		for { // until all have done, or wait for nothing
			if s := q.Stats(); s.Getters+s.Putters+int(done.Load()) == clients {
				break
			}
			runtime.Gosched()
		}
		if seed%3 == 0 {
			cancel(errCancelled)
		}
		closer.do(call{method: "Close"})
	})
	all.Wait()
	cancel(nil)
	ops := closer.calls
	for _, r := range recorders {
		ops = append(ops, r.calls...)
	}
	return ops
}

func check(t *testing.T, rounds int) {
	for _, cap := range []int{0, 1, 3, 12, 25} {
		t.Run(fmt.Sprint("cap=", cap), func(t *testing.T) {
			unknown := 0
			for seed := range uint64(rounds) {
				ops := history(cap, seed)
				switch porcupine.CheckOperationsTimeout(model(cap), ops, time.Second) {
				case porcupine.Illegal:
					t.Fatalf("seed %d: not linearizable: %v", seed, ops)
				case porcupine.Unknown:
					unknown++
				}
			}
			if unknown > rounds/4 {
				t.Errorf("%d of %d histories took too long to check", unknown, rounds)
			}
		})
	}
}

func TestQueueIsLinearizable(t *testing.T) { check(t, 60) }

func TestSoakQueueIsLinearizable(t *testing.T) {
	if os.Getenv("SKEIN_SOAK") == "" {
		t.Skip("SKEIN_SOAK is not set")
	}
	check(t, 300)
}

// The checker must find what is wrong, or it proves nothing.
func TestModelRefusesWrongHistories(t *testing.T) {
	op := func(from, to int64, method string, v int, out result) porcupine.Operation {
		return porcupine.Operation{ClientId: int(from), Input: call{method, v}, Call: from, Output: out, Return: to}
	}
	for name, ops := range map[string][]porcupine.Operation{
		"lost":         {op(1, 2, "Put", 1, result{}), op(3, 4, "TryGet", 0, result{err: queue.ErrEmpty})},
		"twice":        {op(1, 2, "Put", 1, result{}), op(3, 5, "Get", 0, result{v: 1}), op(4, 6, "Get", 0, result{v: 1})},
		"out of order": {op(1, 2, "Put", 1, result{}), op(3, 4, "Put", 2, result{}), op(5, 6, "Get", 0, result{v: 2})},
		"late":         {op(1, 2, "Close", 0, result{}), op(3, 4, "Put", 2, result{})},
		"too full":     {op(1, 2, "Put", 1, result{}), op(3, 4, "Put", 2, result{})},
	} {
		if porcupine.CheckOperations(model(1), ops) {
			t.Errorf("%s: taken for right", name)
		}
	}
}
