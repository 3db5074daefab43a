package measure

import (
	"fmt"
	"runtime"
	"time"
)

// patience is how long a body may take for one call before it counts as stuck.
const patience = 3 * time.Minute

// sample does n operations and returns what each took.
func sample(b Body, n int) (Reading, error) {
	type outcome struct {
		r   Reading
		err error
	}
	ended := make(chan outcome, 1)
	go func() {
		r, err := observe(b, n)
		ended <- outcome{r, err}
	}()
	stuck := time.NewTimer(patience)
	defer stuck.Stop()
	select {
	case o := <-ended:
		return o.r, o.err
	case <-stuck.C:
		return nil, fmt.Errorf("%d operations did not end within %v", n, patience)
	}
}

func observe(b Body, n int) (Reading, error) {
	mark := Begin()
	done := b.Run(n)
	r := mark.Per(n)
	if done != n {
		return nil, fmt.Errorf("did %d operations of %d", done, n)
	}
	return r, nil
}

// A Mark is the start of a measurement in this process.
type Mark struct {
	mem   runtime.MemStats
	cpu   time.Duration
	begin time.Time
}

// Begin starts a measurement.
func Begin() *Mark {
	m := new(Mark)
	runtime.ReadMemStats(&m.mem)
	m.cpu, m.begin = processCPU(), time.Now()
	return m
}

// Per is what n operations took since m began, each.
func (m *Mark) Per(n int) Reading {
	wall, cpu := time.Since(m.begin), processCPU()-m.cpu
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	per := func(x float64) float64 { return x / float64(n) }
	return Reading{
		CPU:    per(float64(cpu)),
		Wall:   per(float64(wall)),
		Allocs: per(float64(mem.Mallocs - m.mem.Mallocs)),
		Bytes:  per(float64(mem.TotalAlloc - m.mem.TotalAlloc)),
	}
}

// once takes one reading of p, of n operations if it runs in this process.
//
// What the peer before left behind is collected first, so that nobody pays for others. A short run
// goes ahead of the measured one, so that nobody is charged for filling caches and free lists.
func once(p *Peer, n, batch int) (Reading, error) {
	if p.Read != nil {
		return p.Read()
	}
	b, err := p.Open()
	if err != nil {
		return nil, err
	}
	if b.Close != nil {
		defer b.Close()
	}
	runtime.GC()
	if warm := n / 10 / batch * batch; warm > 0 {
		if _, err := sample(b, warm); err != nil {
			return nil, err
		}
	}
	return sample(b, n)
}

// calibrate finds how many operations take p about target.
func calibrate(p *Peer, batch int, target time.Duration) (int, error) {
	b, err := p.Open()
	if err != nil {
		return 0, err
	}
	if b.Close != nil {
		defer b.Close()
	}
	const most = 1 << 28
	for n := batch; ; {
		r, err := sample(b, n)
		if err != nil {
			return 0, err
		}
		took := time.Duration(r[Wall] * float64(n))
		if took >= target/8 || n >= most {
			n = int(float64(n) * float64(target) / float64(max(took, 1)))
			return min(max(n/batch, 1)*batch, most/batch*batch), nil
		}
		n *= 4
	}
}
