package bench

import (
	"sync"

	"github.com/alitto/pond/v2"
	"github.com/gammazero/workerpool"
	"github.com/panjf2000/ants/v2"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// A pooling is one way to have many jobs done by few goroutines, or, for comparison, by as many
// as there are jobs.
type pooling struct {
	name string
	open func(l limits) (openPool, error)
	// blocks tells that a producer waits while all workers are busy, whatever limits.queue says.
	blocks bool
}

// limits are how many jobs run at a time, and how many may wait, where a pool can be told.
type limits struct{ width, queue int }

type openPool struct {
	submit func(*job)
	close  func() // called when every job is done
}

// poolings are all of them, Skein first.
func poolings() []pooling {
	return []pooling{
		skeinPool,
		{name: "wg.Go", open: openWaitGroup},
		{name: "errgroup", open: openErrgroup, blocks: true},
		{name: "conc", open: openConc, blocks: true},
		{name: "pond", open: openPond},
		{name: "pond bounded", open: openPondBounded},
		{name: "ants", open: openAnts, blocks: true},
		{name: "workerpool", open: openWorkerpool},
		{name: "chan func()", open: openChan},
	}
}

// openWaitGroup has no limit: each job is a goroutine.
func openWaitGroup(limits) (openPool, error) {
	var wg sync.WaitGroup
	return openPool{func(j *job) { wg.Go(j.plain) }, wg.Wait}, nil
}

func openErrgroup(l limits) (openPool, error) {
	g := new(errgroup.Group)
	g.SetLimit(l.width)
	return openPool{func(j *job) { g.Go(j.fallible) }, func() { g.Wait() }}, nil
}

func openConc(l limits) (openPool, error) {
	p := pool.New().WithMaxGoroutines(l.width)
	return openPool{func(j *job) { p.Go(j.plain) }, p.Wait}, nil
}

// openPond has a queue without a bound, which is pond's default.
func openPond(l limits) (openPool, error) {
	p := pond.NewPool(l.width)
	return openPool{func(j *job) { p.Go(j.plain) }, p.StopAndWait}, nil
}

func openPondBounded(l limits) (openPool, error) {
	p := pond.NewPool(l.width, pond.WithQueueSize(l.queue))
	return openPool{func(j *job) { p.Go(j.plain) }, p.StopAndWait}, nil
}

func openAnts(l limits) (openPool, error) {
	p, err := ants.NewPool(l.width)
	if err != nil {
		return openPool{}, err
	}
	return openPool{func(j *job) { p.Submit(j.plain) }, p.Release}, nil
}

func openWorkerpool(l limits) (openPool, error) {
	p := workerpool.New(l.width)
	return openPool{func(j *job) { p.Submit(j.plain) }, p.StopWait}, nil
}

// openChan is the pool that everybody can write in ten lines.
func openChan(l limits) (openPool, error) {
	jobs := make(chan func(), l.queue)
	var wg sync.WaitGroup
	for range l.width {
		wg.Go(func() {
			for f := range jobs {
				f()
			}
		})
	}
	return openPool{func(j *job) { jobs <- j.plain }, func() { close(jobs); wg.Wait() }}, nil
}
