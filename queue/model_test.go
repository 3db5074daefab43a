package queue_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/skein-go/skein/queue"
)

// A model is the slow queue: a slice, searched from the front, in which what was put back stands first.
type model struct {
	kind
	items, leased         []int
	dropped               []int // in the order of OnDrop
	added, finished, lost int
	closed, cut           bool
}

// A kind of queue.
type kind struct {
	cap   int
	order string // "fifo", "lifo", "levels", "ranks" or "less"
	full  queue.Full
}

var orders = []string{"fifo", "lifo", "levels", "ranks", "less"}

// rank is what the orders go by. "ranks" begins with levels, and becomes a heap with item 50.
func (k kind) rank(v int) int {
	switch {
	case k.order == "levels":
		return v % 64
	case k.order == "ranks" && v < 50:
		return v % 7
	case k.order == "ranks":
		return v%7*1000 - 3000
	case k.order == "less":
		return v % 5
	}
	return 0
}

func (k kind) options() *queue.Options[int] {
	o := &queue.Options[int]{Cap: k.cap, Full: k.full, LIFO: k.order == "lifo"}
	switch k.order {
	case "levels", "ranks":
		o.ByPriority = k.rank
	case "less":
		o.Less = func(a, b int) bool { return k.rank(a) > k.rank(b) }
	}
	return o
}

func (m *model) put(v int) error {
	switch {
	case m.closed:
		return queue.ErrClosed
	case m.cap == 0 || len(m.items) < m.cap:
	case m.full == queue.DropNewest:
		m.dropped = append(m.dropped, v)
		m.lost++
		return nil
	case m.full == queue.DropOldest:
		m.dropped = append(m.dropped, m.items[0])
		m.items = m.items[1:]
		m.lost++
		m.finished++
	default:
		return queue.ErrFull
	}
	m.items = append(m.items, v)
	m.added++
	return nil
}

func (m *model) get() (int, error) {
	switch {
	case len(m.items) == 0 && m.closed && (m.cut || len(m.leased) == 0):
		return 0, queue.ErrClosed
	case len(m.items) == 0:
		return 0, queue.ErrEmpty
	}
	first := 0
	if m.order == "lifo" {
		first = len(m.items) - 1
	}
	for i, v := range m.items {
		if m.rank(v) > m.rank(m.items[first]) {
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

func (m *model) giveBack(v int) {
	switch {
	case m.cut:
		m.dropped = append(m.dropped, v)
		m.lost++
		m.finished++
	case m.order == "lifo":
		m.items = append(m.items, v)
	default:
		m.items = slices.Insert(m.items, 0, v)
	}
}

func (m *model) stats() queue.Stats {
	return queue.Stats{
		Len: len(m.items), Cap: m.cap, Leased: len(m.leased), Added: uint64(m.added),
		Unfinished: uint64(m.added - m.finished), Dropped: uint64(m.lost), Closed: m.closed,
	}
}

// dice are where random decisions come from: a number from 0 to n-1, or none any more.
type dice func(n int) (int, bool)

// against has a queue and its model do the same until the dice run out, and compares them.
// It reports whether the queue ever had something in stock.
func against(t *testing.T, m *model, roll dice) (stocked bool) {
	opts := m.options()
	var dropped []int
	opts.OnDrop = func(v int) { dropped = append(dropped, v) }
	q := queue.New(opts)
	// Nothing waits: what cannot be done at once fails.
	ctx := cancelled(context.Background())
	blocked := func(err error) error {
		if err == queue.ErrFull || err == queue.ErrEmpty {
			return errEnough
		}
		return err
	}
	var leases []*queue.Lease[int]
	next := 0
	var log []string
	for {
		op, more := roll(100)
		if !more {
			return stocked
		}
		arg, _ := roll(256)
		var got, want any
		switch {
		case op < 12:
			got, want = q.TryPut(next), m.put(next)
			next++
		case op < 24:
			got, want = q.Put(ctx, next), blocked(m.put(next))
			next++
		case op < 32:
			var items []int
			for range arg % 25 {
				items = append(items, next)
				next++
			}
			n, err := q.PutAll(ctx, items...)
			wn := 0
			var werr error
			for wn < len(items) && werr == nil {
				if werr = blocked(m.put(items[wn])); werr == nil {
					wn++
				}
			}
			got, want = result(n, err), result(wn, werr)
		case op < 48:
			v, err := q.TryGet()
			w, werr := m.get()
			got, want = result(v, err), result(w, werr)
		case op < 58:
			v, err := q.Get(ctx)
			w, werr := m.get()
			got, want = result(v, err), result(w, blocked(werr))
		case op < 66 && len(m.items) > 0:
			buf := make([]int, 1+arg%50)
			n, err := q.GetBatch(ctx, buf)
			got, want = result(buf[:n], err), result(m.batch(len(buf)), nil)
		case op < 76:
			l, err := q.GetLease(ctx)
			w, werr := m.get()
			v := 0
			if err == nil {
				v = l.Value
				leases = append(leases, l)
				m.leased = append(m.leased, w)
			}
			got, want = result(v, err), result(w, blocked(werr))
		case op < 86 && len(leases) > 0:
			i := arg % len(leases)
			l, v := leases[i], m.leased[i]
			leases, m.leased = slices.Delete(leases, i, i+1), slices.Delete(m.leased, i, i+1)
			if arg >= 128 {
				got = l.Finish()
				m.finished++
			} else {
				got = l.GiveBack()
				m.giveBack(v)
			}
			want = true
			if l.Finish() || l.GiveBack() {
				t.Fatal("a lease ended twice")
			}
		case op < 90:
			taken := m.added - m.finished - len(m.items) - len(m.leased)
			n := arg%(taken+3) - 1
			if want = n < 0 || n > taken; want == false {
				m.finished += n
			}
			got = panics(func() { q.Finish(n) })
		case op < 92:
			if want = error(nil); m.added != m.finished {
				want = errEnough
			}
			got = q.Join(ctx)
		case op < 96:
			queue.TakeOver(q)
			stocked = stocked || queue.InStock(q) > 0
		case op == 96 && arg < 25:
			q.Close()
			m.closed = true
		case op == 97 && arg < 25:
			left := m.batch(len(m.items))
			m.finished += len(left)
			got, want = fmt.Sprint(q.CloseNow()), fmt.Sprint(left)
			m.closed, m.cut = true, true
		}
		log = append(log, fmt.Sprintf("op %d, arg %d: %v", op, arg, got))
		if got != want {
			t.Fatalf("%+v: got %v, want %v after\n%q", m.kind, got, want, log)
		}
		if got, want := q.Stats(), m.stats(); got != want || q.Len() != want.Len || q.Closed() != m.closed {
			t.Fatalf("%+v: %+v,\nwant %+v after\n%q", m.kind, got, want, log)
		}
		if !slices.Equal(dropped, m.dropped) {
			t.Fatalf("%+v: dropped %v, want %v", m.kind, dropped, m.dropped)
		}
	}
}

func result(v any, err error) string { return fmt.Sprint(v, " ", err) }

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

func (k kind) allowed() bool {
	switch k.full {
	case queue.Wait:
		return true
	case queue.DropOldest:
		return k.cap > 0 && (k.order == "fifo" || k.order == "lifo")
	}
	return k.cap > 0
}

func TestAgainstAModel(t *testing.T) {
	stocked := false
	for _, order := range orders {
		for full := queue.Wait; full <= queue.DropOldest; full++ {
			t.Run(fmt.Sprint(order, "/full=", full), func(t *testing.T) {
				for seed := range uint64(100) {
					r := rand.New(rand.NewPCG(seed, 1))
					m := &model{kind: kind{order: order, full: full, cap: r.IntN(4) * r.IntN(40)}}
					if !m.allowed() {
						continue
					}
					steps := 1000
					if against(t, m, func(n int) (int, bool) { steps--; return r.IntN(n), steps > 0 }) {
						stocked = true
					}
				}
			})
		}
	}
	if !stocked {
		t.Error("no queue ever had a stock")
	}
}

// FuzzOrders has the bytes of its input decide what happens to a queue and its model.
func FuzzOrders(f *testing.F) {
	for i := range orders {
		f.Add([]byte{byte(i), 0, 3, 9, 9, 9, 90, 20, 60, 30, 10, 70, 1, 80, 200, 70, 2, 80, 9, 60, 40, 95, 0, 97, 3, 80, 1})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		roll := func(n int) (int, bool) {
			if len(data) == 0 {
				return 0, false
			}
			v := int(data[0]) % n
			data = data[1:]
			return v, true
		}
		order, _ := roll(len(orders))
		full, _ := roll(3)
		cap, _ := roll(64)
		if m := (&model{kind: kind{order: orders[order], full: queue.Full(full), cap: cap}}); m.allowed() {
			against(t, m, roll)
		}
	})
}
