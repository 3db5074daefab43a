package measure

import (
	"errors"
	"fmt"
)

// Subject is the name of the peer that the bars are for.
const Subject = "skein"

// A Metric names one figure of a reading.
type Metric string

// The metrics. All are per operation, but the last three.
const (
	CPU     Metric = "cpu"     // ns of processor time, user and system, of the whole process
	Wall    Metric = "wall"    // ns
	Allocs  Metric = "allocs"  // heap objects
	Bytes   Metric = "bytes"   // heap bytes
	RSS     Metric = "rss"     // bytes in memory, at the time of the reading
	Peak    Metric = "peak"    // bytes in memory, at most
	Virtual Metric = "virtual" // bytes of address space
)

// Unit is what a figure of the metric is in.
func (m Metric) Unit() string {
	switch m {
	case CPU, Wall:
		return "ns/op"
	case Allocs:
		return "allocs/op"
	case Bytes:
		return "bytes/op"
	}
	return "bytes"
}

// A Reading is what one peer took in one round.
type Reading map[Metric]float64

// A Row is a comparison: a job, who does it, and what is expected.
type Row struct {
	Name     string
	Doc      string // what one operation is
	Baseline string // the peer that ratios without a bar refer to
	Bars     []Bar
	Show     []Metric // what is listed even without a bar; nil: CPU and Wall
	Batch    int      // operations come in multiples of it; 0: 1
	Fixed    bool     // each round does one batch, however long it takes
	Rounds   int      // at most so many; 0: as many as [Config] says
	Skip     string   // why the row cannot run here; empty: it can
	Peers    []Peer   // in the order in which they take turns
}

// A Bar is what the subject must keep. One of AtMost and Times is set.
type Bar struct {
	Metric  Metric  // default CPU
	Against string  // the peer it is a ratio to; empty: the figure itself has a limit
	AtMost  float64 // the largest figure or ratio that is good
	Times   float64 // the peer's figure must be so many times the subject's: AtMost is 1/Times
}

func (b Bar) metric() Metric {
	if b.Metric == "" {
		return CPU
	}
	return b.Metric
}

// Limit is AtMost, or what it follows from.
func (b Bar) Limit() float64 {
	if b.Times != 0 {
		return 1 / b.Times
	}
	return b.AtMost
}

// A Peer is one way to do a row's job. One of Open and Read is set.
type Peer struct {
	Name string
	Note string // said beside its figures
	// Open makes ready to do the job in this process. It is called for each round.
	Open func() (Body, error)
	// Read takes a reading in some other way, such as from another process.
	Read func() (Reading, error)
}

// A Body does the job in this process.
type Body struct {
	// Run does n operations and returns how many were really done, as the work itself counted.
	Run func(n int) (done int)
	// Close lets go of what Open took. May be nil.
	Close func()
}

// NotRun is the error of a peer that cannot run here, and why.
type NotRun string

func (e NotRun) Error() string { return string(e) }

// Check reports a row that says two things at once, or nothing.
func (r *Row) Check() error {
	names := map[string]bool{}
	for _, p := range r.Peers {
		if names[p.Name] {
			return fmt.Errorf("%s: two peers are called %q", r.Name, p.Name)
		}
		names[p.Name] = true
		if (p.Open == nil) == (p.Read == nil) {
			return fmt.Errorf("%s: peer %q needs one of Open and Read", r.Name, p.Name)
		}
	}
	if r.Name == "" || !names[Subject] || !names[r.Baseline] {
		return fmt.Errorf("row %q: no name, no peer %q or no baseline %q", r.Name, Subject, r.Baseline)
	}
	for _, b := range r.Bars {
		if b.Against != "" && !names[b.Against] {
			return fmt.Errorf("%s: a bar is against %q, which is no peer", r.Name, b.Against)
		}
		if (b.Times == 0) == (b.AtMost == 0) && b.metric() != Allocs {
			return fmt.Errorf("%s: a bar needs one of AtMost and Times", r.Name)
		}
	}
	if r.Batch < 0 || r.Fixed && r.Batch == 0 {
		return errors.New(r.Name + ": batch")
	}
	return nil
}

func (r *Row) shown() []Metric {
	if r.Show == nil {
		return []Metric{CPU, Wall}
	}
	return r.Show
}
