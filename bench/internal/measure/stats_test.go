package measure

import (
	"math"
	"testing"
)

func TestSpreadInterpolates(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   Spread
	}{
		{[]float64{7}, Spread{7, 7, 7}},
		{[]float64{3, 1, 2}, Spread{2, 1.5, 2.5}},
		{[]float64{4, 1, 3, 2}, Spread{2.5, 1.75, 3.25}},
		{[]float64{5, 1, 4, 2, 3}, Spread{3, 2, 4}},
	} {
		if got := spread(c.values); got != c.want {
			t.Errorf("spread(%v) = %v, want %v", c.values, got, c.want)
		}
	}
	if s := spread(nil); !math.IsNaN(s.Median) {
		t.Errorf("the spread of nothing is %v, want not a number", s)
	}
}

// result is a result with made-up processor times, a round after the other.
func result(row Row, times map[string][]float64) *Result {
	r := &Result{Row: &row, Missing: map[string]error{}}
	for peer, values := range times {
		row.Peers = append(row.Peers, Peer{Name: peer})
		for k, v := range values {
			if k == len(r.Rounds) {
				r.Rounds = append(r.Rounds, map[string]Reading{})
			}
			r.Rounds[k][peer] = Reading{CPU: v, Allocs: v}
		}
	}
	return r
}

func TestRatioIsTakenWithinRounds(t *testing.T) {
	// The machine is ten times slower in the second round and twice as slow in the third: the
	// ratio of the medians would be 0.4, and the median of the ratios is not moved.
	r := result(Row{Baseline: "old"}, map[string][]float64{
		Subject: {10, 110, 18},
		"old":   {50, 500, 45},
	})
	s, ok := r.Ratio("old", CPU)
	if !ok || s.Median != 0.22 || math.Abs(s.Low-0.21) > 1e-12 || math.Abs(s.High-0.31) > 1e-12 {
		t.Errorf("ratio = %v, %v, want 0.22 (0.21 to 0.31)", s, ok)
	}
	if s, _ := r.Of("old", CPU); s.Median != 50 {
		t.Errorf("median = %v, want 50", s.Median)
	}
}

func TestRatioNeedsBoth(t *testing.T) {
	r := result(Row{Baseline: "old"}, map[string][]float64{Subject: {1, 2}, "old": {1, 2}})
	r.Missing["old"] = NotRun("it is not there")
	if s, ok := r.Ratio("old", CPU); ok {
		t.Errorf("ratio to a missing peer = %v, want none", s)
	}
	if s, ok := r.Ratio("never heard of", CPU); ok {
		t.Errorf("ratio to an unknown peer = %v, want none", s)
	}
	if s, ok := r.Ratio(Subject, Wall); ok {
		t.Errorf("ratio in a metric without figures = %v, want none", s)
	}
}

func TestRatioToNothingIsNone(t *testing.T) {
	r := result(Row{Baseline: "old"}, map[string][]float64{Subject: {0, 0}, "old": {0, 0}})
	if s, ok := r.Ratio("old", Allocs); ok {
		t.Errorf("ratio of 0 to 0 = %v, want none", s)
	}
}
