package gate_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/gate"
)

// A model is the slow semaphore: a slice of those who wait, gone through after each change.
type model struct {
	free, size, max int64 // max -1: no ceiling
	line            []*client
}

// A client is one Acquire, of the real semaphore and of the model.
type client struct {
	n    int64
	task *skein.Task[struct{}]
	over bool
	err  error
}

func (m *model) acquire(c *client) {
	switch {
	case m.max >= 0 && c.n > m.max:
		c.over, c.err = true, gate.ErrTooMany
	case c.n == 0, len(m.line) == 0 && c.n <= m.free:
		m.free -= c.n
		c.over = true
	default:
		m.line = append(m.line, c)
	}
}

func (m *model) serve() {
	for len(m.line) > 0 {
		switch c := m.line[0]; {
		case m.max >= 0 && c.n > m.max:
			c.over, c.err = true, gate.ErrTooMany
		case c.n > m.free:
			return
		default:
			m.free -= c.n
			c.over = true
		}
		m.line = m.line[1:]
	}
}

func (m *model) cancel(i int) {
	c := m.line[i]
	c.over, c.err = true, errEnough
	m.line = append(m.line[:i:i], m.line[i+1:]...)
	m.serve()
}

func TestSemaphoreAgainstAModel(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		for seed := range uint64(30) {
			againstAModel(t, ctx, g, seed)
		}
	})
}

func againstAModel(t *testing.T, ctx context.Context, g *skein.Group, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 1))
	m := &model{free: dice.Int64N(5), max: -1}
	m.size = m.free
	opts := &gate.SemaphoreOptions{}
	if dice.IntN(2) == 0 {
		m.max = m.free + 1 + dice.Int64N(5)
		m.size = m.max
		opts.Max = m.max
	}
	s := gate.NewSemaphore(m.free, opts)
	var clients []*client
	for step := range 200 {
		did := ""
		switch op := dice.IntN(100); {
		case op < 40 && len(m.line) < 6:
			c := &client{n: dice.Int64N(6)}
			did = fmt.Sprint("acquire ", c.n)
			m.acquire(c)
			c.task = acquires(g, s, c.n)
			clients = append(clients, c)
		case op < 50:
			n := dice.Int64N(4)
			did = fmt.Sprint("try ", n)
			want := n == 0 || len(m.line) == 0 && n <= m.free
			if want {
				m.free -= n
			}
			if got := s.TryAcquire(n); got != want {
				t.Fatalf("seed %d, step %d, %s: %v, want %v", seed, step, did, got, want)
			}
		case op < 80:
			n := dice.Int64N(4)
			did = fmt.Sprint("release ", n)
			want := m.max >= 0 && m.free+n > m.max && n > 0
			if !want {
				m.free += n
				m.serve()
			}
			if got := panics(func() { s.Release(n) }); (got != nil) != want {
				t.Fatalf("seed %d, step %d, %s: panic %v, want one: %v", seed, step, did, got, want)
			}
		case op < 90 && len(m.line) > 0:
			i := dice.IntN(len(m.line))
			did = fmt.Sprint("cancel ", i)
			c := m.line[i]
			m.cancel(i)
			c.task.Stop(errEnough)
			c.task.Wait(ctx)
		case op >= 95:
			n := dice.Int64N(9)
			did = fmt.Sprint("resize ", n)
			m.free += n - m.size
			m.size = n
			if m.max >= 0 {
				m.max = n
			}
			m.serve()
			s.Resize(n)
		}
		if s.Available() != m.free || s.Waiting() != len(m.line) {
			t.Fatalf("seed %d, step %d, %s: %d available, %d wait; want %d and %d", seed, step, did, s.Available(), s.Waiting(), m.free, len(m.line))
		}
		left := clients[:0]
		for _, c := range clients {
			if !c.over {
				left = append(left, c)
			} else if err := c.task.Wait(ctx); !errors.Is(err, c.err) {
				t.Fatalf("seed %d, step %d, %s: a wait ended with %v, want %v", seed, step, did, err, c.err)
			}
		}
		clients = left
	}
	for len(m.line) > 0 {
		m.line[0].task.Stop(errEnough)
		m.line[0].task.Wait(ctx)
		m.cancel(0)
	}
}
