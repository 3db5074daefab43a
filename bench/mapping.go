package bench

import (
	"iter"
	"runtime"
	"slices"
	"sync"

	"github.com/alitto/pond/v2"
	conciter "github.com/sourcegraph/conc/iter"
	"github.com/sourcegraph/conc/stream"
	"golang.org/x/sync/errgroup"

	"github.com/skein-go/skein/bench/internal/measure"
)

// mapped is how many items one map has.
const mapped = 10_000

// Rounds of spin for an item.
const (
	fifthMicro = 100
	twoMicros  = 1000
)

type (
	itemFunc   = func(x int) int
	mapFunc    = func(xs []int) []int                    // applies an item function to each, in order
	streamFunc = func(in iter.Seq[int], out func(v int)) // the same, holding few at a time
)

// A mapper is a way to map over as many goroutines as there are processors. F is what it makes of
// an item function.
type mapper[F any] struct {
	name string
	open func(itemFunc) (f F, closed func(), err error)
}

func mapRows() []measure.Row {
	return []measure.Row{
		{
			Name: "work/map", Doc: "an item of 0.2 µs in an ordered map over a slice of 10,000",
			Baseline: "serial",
			Bars:     []measure.Bar{{Against: "serial", AtMost: 1.1}},
			Batch:    mapped,
			Peers:    mapPeers(fifthMicro),
		},
		{
			Name: "work/map-2us", Doc: "an item of 2 µs in an ordered map over a slice of 10,000",
			Baseline: "serial",
			Batch:    mapped,
			Peers:    mapPeers(twoMicros),
		},
		{
			Name: "work/map-stream", Doc: "an item of 0.2 µs in an ordered map over a sequence, with bounded look-ahead",
			Baseline: "serial",
			Bars:     []measure.Bar{{Against: "serial", AtMost: 1.5}},
			Batch:    mapped,
			Peers:    streamPeers(fifthMicro),
		},
	}
}

func mappers() []mapper[mapFunc] {
	plain := func(apply func(item itemFunc, xs []int) []int) func(itemFunc) (mapFunc, func(), error) {
		return func(item itemFunc) (mapFunc, func(), error) {
			return func(xs []int) []int { return apply(item, xs) }, nil, nil
		}
	}
	return []mapper[mapFunc]{
		skeinMapper,
		{"serial", plain(serialMap)},
		{"go per item", plain(goMap)},
		{"errgroup", plain(errgroupMap)},
		{"conc/iter", plain(concMap)},
		{"pond", openPondMap},
	}
}

func streamers() []mapper[streamFunc] {
	plain := func(pass func(item itemFunc, in iter.Seq[int], out func(int))) func(itemFunc) (streamFunc, func(), error) {
		return func(item itemFunc) (streamFunc, func(), error) {
			return func(in iter.Seq[int], out func(int)) { pass(item, in, out) }, nil, nil
		}
	}
	return []mapper[streamFunc]{
		skeinStreamer,
		{"serial", plain(serialStream)},
		{"conc/stream", plain(concStream)},
		{"chan of chan", plain(chanStream)},
	}
}

// mapInput is what is mapped, and what must come out.
func mapInput(rounds int) (item itemFunc, xs, want []int) {
	item = func(x int) int { return spin(x, rounds) }
	for x := range mapped {
		xs = append(xs, x)
		want = append(want, item(x))
	}
	return item, xs, want
}

func mapPeers(rounds int) []measure.Peer {
	var peers []measure.Peer
	for _, m := range mappers() {
		peers = append(peers, measure.Peer{Name: m.name, Open: func() (measure.Body, error) {
			item, xs, want := mapInput(rounds)
			apply, closed, err := m.open(item)
			run := func(n int) (done int) {
				for done < n {
					k := min(mapped, n-done)
					if !slices.Equal(apply(xs[:k]), want[:k]) {
						break
					}
					done += k
				}
				return done
			}
			return measure.Body{Run: run, Close: closed}, err
		}})
	}
	return peers
}

func streamPeers(rounds int) []measure.Peer {
	var peers []measure.Peer
	for _, s := range streamers() {
		peers = append(peers, measure.Peer{Name: s.name, Open: func() (measure.Body, error) {
			item, xs, want := mapInput(rounds)
			pass, closed, err := s.open(item)
			run := func(n int) int { return passStream(pass, xs, want, n) }
			return measure.Body{Run: run, Close: closed}, err
		}})
	}
	return peers
}

// passStream passes n items, as many maps as that takes, and counts those that come out right.
func passStream(pass streamFunc, xs, want []int, n int) (right int) {
	for left := n; left > 0; left -= mapped {
		next := 0
		pass(slices.Values(xs[:min(mapped, left)]), func(v int) {
			if v == want[next] {
				right++
			}
			next++
		})
	}
	return right
}

func serialMap(item itemFunc, xs []int) []int {
	out := make([]int, len(xs))
	for i, x := range xs {
		out[i] = item(x)
	}
	return out
}

func goMap(item itemFunc, xs []int) []int {
	out := make([]int, len(xs))
	var wg sync.WaitGroup
	for i, x := range xs {
		wg.Go(func() { out[i] = item(x) })
	}
	wg.Wait()
	return out
}

func errgroupMap(item itemFunc, xs []int) []int {
	out := make([]int, len(xs))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, x := range xs {
		g.Go(func() error {
			out[i] = item(x)
			return nil
		})
	}
	g.Wait()
	return out
}

func concMap(item itemFunc, xs []int) []int {
	return conciter.Map(xs, func(x *int) int { return item(*x) })
}

func openPondMap(item itemFunc) (mapFunc, func(), error) {
	p := pond.NewResultPool[int](runtime.GOMAXPROCS(0))
	return func(xs []int) []int {
		g := p.NewGroup()
		for _, x := range xs {
			g.Submit(func() int { return item(x) })
		}
		out, err := g.Wait()
		if err != nil {
			return nil
		}
		return out
	}, p.StopAndWait, nil
}

func serialStream(item itemFunc, in iter.Seq[int], out func(int)) {
	for x := range in {
		out(item(x))
	}
}

func concStream(item itemFunc, in iter.Seq[int], out func(int)) {
	s := stream.New().WithMaxGoroutines(runtime.GOMAXPROCS(0))
	for x := range in {
		s.Go(func() stream.Callback {
			v := item(x)
			return func() { out(v) }
		})
	}
	s.Wait()
}

// chanStream starts a goroutine an item and reads the results in the order of the starts.
func chanStream(item itemFunc, in iter.Seq[int], out func(int)) {
	results := make(chan chan int, 2*runtime.GOMAXPROCS(0))
	go func() {
		defer close(results)
		for x := range in {
			c := make(chan int, 1)
			results <- c
			go func() { c <- item(x) }()
		}
	}()
	for c := range results {
		out(<-c)
	}
}
