package measure

import (
	"strings"
	"testing"
	"time"
)

var brief = Config{Target: time.Millisecond, Rounds: 3, MinRounds: 3}

// burner is a body that burns processor time in proportion to n.
func burner(rounds int, turns *[]string, name string) func() (Body, error) {
	return func() (Body, error) {
		*turns = append(*turns, name)
		return Body{Run: func(n int) int {
			x := uint64(1)
			for range n * rounds {
				x ^= x << 13
				x ^= x >> 7
				x ^= x << 17
			}
			if x == 0 {
				return 0
			}
			return n
		}}, nil
	}
}

func TestPeersTakeTurns(t *testing.T) {
	var turns []string
	row := Row{Name: "x/y", Baseline: "old", Peers: []Peer{
		{Name: Subject, Open: burner(100, &turns, "s")},
		{Name: "old", Open: burner(400, &turns, "o")},
	}}
	r, err := Measure(&row, Config{Target: 20 * time.Millisecond, Rounds: 5, MinRounds: 5})
	if err != nil || r.Failed() != nil {
		t.Fatal(err, r.Failed())
	}
	if got := strings.Join(turns, ""); got != "so"+"sososososo" { // sizing first
		t.Errorf("turns are %s", got)
	}
	s, ok := r.Ratio("old", CPU)
	if !ok || s.Median < 0.15 || s.Median > 0.4 {
		t.Errorf("a quarter of the work takes %v of the time", s)
	}
	cpu, _ := r.Of("old", CPU)
	wall, _ := r.Of("old", Wall)
	if cpu.Median < 100 || cpu.Median > wall.Median*1.5 {
		t.Errorf("processor time %v, wall time %v of 400 rounds on one goroutine", cpu, wall)
	}
}

func TestWorkLeftOutIsAFailure(t *testing.T) {
	row := Row{Name: "x/y", Baseline: Subject, Fixed: true, Batch: 10, Peers: []Peer{
		{Name: Subject, Open: func() (Body, error) { return Body{Run: func(n int) int { return n - 1 }}, nil }},
	}}
	r, err := Measure(&row, brief)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Failed(); err == nil || !strings.Contains(err.Error(), "did 9 operations of 10") {
		t.Errorf("failed = %v", err)
	}
	if l := r.Lines()[0]; l.Verdict != Unknown {
		t.Errorf("verdict is %q, want %q", l.Verdict, Unknown)
	}
}

func TestRunsAreBatches(t *testing.T) {
	row := Row{Name: "x/y", Baseline: Subject, Batch: 100, Peers: []Peer{
		{Name: Subject, Open: func() (Body, error) {
			return Body{Run: func(n int) int {
				if n%100 != 0 {
					t.Errorf("a run of %d, want a multiple of 100", n)
				}
				time.Sleep(time.Duration(n) * time.Microsecond)
				return n
			}}, nil
		}},
	}}
	if r, err := Measure(&row, brief); err != nil || r.Failed() != nil {
		t.Error(err, r.Failed())
	}
}

func TestSkippedRowSaysWhy(t *testing.T) {
	row := Row{Name: "x/y", Baseline: Subject, Skip: "needs 4 cores", Peers: []Peer{{Name: Subject, Read: constant(1)}}}
	r, err := Measure(&row, brief)
	if err != nil || r.Failed() != nil {
		t.Fatal(err, r.Failed())
	}
	for _, l := range r.Lines() {
		if l.Verdict != Unknown || !strings.Contains(l.Why, "needs 4 cores") {
			t.Errorf("line %+v, want not run and why", l)
		}
	}
}

func TestContradictoryRowIsRefused(t *testing.T) {
	ok := []Peer{{Name: Subject, Read: constant(1)}}
	for _, row := range []Row{
		{},
		{Name: "x", Baseline: "nobody", Peers: ok},
		{Name: "x", Baseline: Subject, Peers: append(ok, ok...)},
		{Name: "x", Baseline: Subject, Peers: []Peer{{Name: Subject}}},
		{Name: "x", Baseline: Subject, Peers: ok, Bars: []Bar{{Against: "nobody", AtMost: 1}}},
		{Name: "x", Baseline: Subject, Peers: ok, Bars: []Bar{{Against: Subject}}},
		{Name: "x", Baseline: Subject, Peers: ok, Fixed: true},
	} {
		if _, err := Measure(&row, brief); err == nil {
			t.Errorf("%+v is accepted", row)
		}
	}
}

func TestParseStatus(t *testing.T) {
	r, err := ParseStatus("Name:\tx\nVmPeak:\t  999 kB\nVmSize:\t  300 kB\nVmHWM:\t  20 kB\nVmRSS:\t  10 kB\n")
	if err != nil || r[Virtual] != 300*1024 || r[Peak] != 20*1024 || r[RSS] != 10*1024 {
		t.Errorf("got %v, %v", r, err)
	}
	for _, bad := range []string{"", "VmSize:\t300 kB\nVmHWM:\t20 kB\n", "VmSize:\tmuch\nVmHWM:\t20 kB\nVmRSS:\t10 kB\n"} {
		if r, err := ParseStatus(bad); err == nil {
			t.Errorf("%q is accepted as %v", bad, r)
		}
	}
}
