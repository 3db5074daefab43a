package measure

import (
	"errors"
	"strings"
	"testing"
)

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		mine, theirs float64
		bar          Bar
		want         Verdict
	}{
		{50, 100, Bar{Against: "old", AtMost: 0.5}, Met},
		{51, 100, Bar{Against: "old", AtMost: 0.5}, Near}, // the tolerance is not a part of the bar
		{57, 100, Bar{Against: "old", AtMost: 0.5}, Near},
		{58, 100, Bar{Against: "old", AtMost: 0.5}, NotMet},
		{10, 70, Bar{Against: "old", Times: 7}, Met},
		{10, 69, Bar{Against: "old", Times: 7}, Near},
		{10, 50, Bar{Against: "old", Times: 7}, NotMet},
		{60, 1, Bar{AtMost: 60}, Met},
		{61, 1, Bar{AtMost: 60}, Near},
		{2, 1, Bar{Metric: Allocs, AtMost: 2}, Met},
		{2.004, 1, Bar{Metric: Allocs, AtMost: 2}, Met}, // the start of a run, spread over it
		{2.01, 1, Bar{Metric: Allocs, AtMost: 2}, Near},
		{0.004, 1, Bar{Metric: Allocs, AtMost: 0}, Met},
		{0.01, 1, Bar{Metric: Allocs, AtMost: 0}, NotMet},
	} {
		row := Row{Baseline: "old", Bars: []Bar{c.bar}, Show: []Metric{}}
		r := result(row, map[string][]float64{Subject: {c.mine}, "old": {c.theirs}})
		lines := r.Lines()
		if len(lines) != 1 || lines[0].Verdict != c.want {
			t.Errorf("%v beside %v, bar %+v: %+v, want %q", c.mine, c.theirs, c.bar, lines, c.want)
		}
	}
}

func TestLinesCoverMetricsAndBars(t *testing.T) {
	row := Row{
		Name: "x/y", Baseline: "old",
		Bars: []Bar{{Against: "old", AtMost: 2}, {Against: "new", AtMost: 0.5}, {Metric: Allocs, AtMost: 3}},
	}
	r := result(row, map[string][]float64{Subject: {2}, "old": {1}, "new": {3}})
	for i := range r.Rounds {
		for _, reading := range r.Rounds[i] {
			reading[Wall] = 10 * reading[CPU]
		}
	}
	type key struct {
		m        Metric
		baseline string
		verdict  Verdict
	}
	want := []key{{CPU, "old", Met}, {CPU, "new", NotMet}, {Wall, "old", NoBar}, {Allocs, "", Met}}
	var got []key
	for _, l := range r.Lines() {
		got = append(got, key{l.Metric, l.Baseline, l.Verdict})
	}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("line %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestMissingPeersAreSaid(t *testing.T) {
	row := Row{
		Name: "x/y", Baseline: "old", Show: []Metric{CPU},
		Bars: []Bar{{Against: "old", AtMost: 2}, {Against: "python", AtMost: 1}},
		Peers: []Peer{
			{Name: Subject, Read: constant(1)}, {Name: "old", Read: constant(1)},
			{Name: "python", Read: func() (Reading, error) { return nil, NotRun("python3 is not installed") }},
		},
	}
	r, err := Measure(&row, Config{Rounds: 2, MinRounds: 2})
	if err != nil || r.Failed() != nil {
		t.Fatal(err, r.Failed())
	}
	lines := r.Lines()
	if len(lines) != 2 || lines[0].Verdict != Met || lines[1].Verdict != Unknown {
		t.Fatalf("lines are %+v, want one met and one not run", lines)
	}
	if got := lines[1].Why; got != "python: python3 is not installed" {
		t.Errorf("the reason is %q", got)
	}
	if v := lines[0].Values[2]; v.Figure != nil || v.NotRun != "python3 is not installed" {
		t.Errorf("the value of the missing peer is %+v", v)
	}
}

func TestReasonsAreShort(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{NotRun("python3 is not installed"), "python3 is not installed"},
		{errors.New("go build: exit status 1\nx.go:1: oops"), "failed: go build: exit status 1"},
		{errors.New(strings.Repeat("é", 200)), "failed: " + strings.Repeat("é", 100) + "…"},
	} {
		if got := reason(c.err); got != c.want {
			t.Errorf("reason(%q) = %q, want %q", c.err, got, c.want)
		}
	}
}

func constant(x float64) func() (Reading, error) {
	return func() (Reading, error) { return Reading{CPU: x}, nil }
}
