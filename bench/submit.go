package bench

import (
	"sync"

	"github.com/alitto/pond/v2"
	"github.com/gammazero/workerpool"
	"github.com/panjf2000/ants/v2"

	"github.com/skein-go/skein/bench/internal/measure"
)

// inFlight is how many results are awaited at a time.
const inFlight = 256

func submitRow() measure.Row {
	return measure.Row{
		Name: "work/submit", Doc: "submit a small function and get its result, 256 in flight",
		Baseline: "go+chan",
		Bars: []measure.Bar{
			{Against: "go+chan", AtMost: 0.25},
			{Metric: measure.Allocs, AtMost: 2},
		},
		Peers: []measure.Peer{
			{Name: measure.Subject, Open: func() (measure.Body, error) { return openSkeinSubmit(true) }},
			{Name: "skein without a Run", Open: func() (measure.Body, error) { return openSkeinSubmit(false) }},
			{Name: "go+chan", Open: func() (measure.Body, error) {
				return chanResults(func(f func()) { go f() }, nil), nil
			}},
			{Name: "go+WaitGroup", Open: openWaitGroupResults},
			{Name: "pond", Open: openPondResults},
			{Name: "ants+chan", Open: func() (measure.Body, error) {
				p, err := ants.NewPool(tinyLimits.width)
				if err != nil {
					return measure.Body{}, err
				}
				return chanResults(func(f func()) { p.Submit(f) }, p.Release), nil
			}},
			{Name: "workerpool+chan", Open: func() (measure.Body, error) {
				p := workerpool.New(tinyLimits.width)
				return chanResults(p.Submit, p.StopWait), nil
			}},
			{Name: "chan func()+chan", Open: func() (measure.Body, error) {
				p, err := openChan(tinyLimits)
				return chanResults(func(f func()) { p.submit(&job{plain: f}) }, p.close), err
			}},
		},
	}
}

// double is what is submitted.
func double(x int) int { return 2 * x }

// window submits n calls of double, keeps at most [inFlight] of them unanswered, and returns how
// many answers were right.
func window[F any](n int, submit func(x int) F, result func(F) int) (right int) {
	var pending [inFlight]F
	check := func(x int) {
		if result(pending[x%inFlight]) == double(x) {
			right++
		}
	}
	for x := range n {
		if x >= inFlight {
			check(x - inFlight)
		}
		pending[x%inFlight] = submit(x)
	}
	for x := max(n-inFlight, 0); x < n; x++ {
		check(x)
	}
	return right
}

// chanResults have each result come back through a channel of its own.
func chanResults(start func(func()), closed func()) measure.Body {
	submit := func(x int) chan int {
		c := make(chan int, 1)
		start(func() { c <- double(x) })
		return c
	}
	result := func(c chan int) int { return <-c }
	return measure.Body{Run: func(n int) int { return window(n, submit, result) }, Close: closed}
}

func openWaitGroupResults() (measure.Body, error) {
	type future struct {
		wg    sync.WaitGroup
		value int
	}
	submit := func(x int) *future {
		f := new(future)
		f.wg.Go(func() { f.value = double(x) })
		return f
	}
	result := func(f *future) int {
		f.wg.Wait()
		return f.value
	}
	return measure.Body{Run: func(n int) int { return window(n, submit, result) }}, nil
}

func openPondResults() (measure.Body, error) {
	p := pond.NewResultPool[int](tinyLimits.width)
	submit := func(x int) pond.ResultTask[int] { return p.Submit(func() int { return double(x) }) }
	result := func(t pond.ResultTask[int]) int {
		v, err := t.Wait()
		if err != nil {
			return -1
		}
		return v
	}
	return measure.Body{Run: func(n int) int { return window(n, submit, result) }, Close: p.StopAndWait}, nil
}
