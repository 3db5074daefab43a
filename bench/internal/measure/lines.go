package measure

import (
	"errors"
	"math"
	"slices"
	"strings"
)

// A Verdict is how a figure stands to its bar.
type Verdict string

// The verdicts. Near is a miss too: by less than 15 %, which is what two runs of the same code
// may differ by.
const (
	NoBar   Verdict = ""
	Met     Verdict = "met"
	Near    Verdict = "near"
	NotMet  Verdict = "not met"
	Unknown Verdict = "not run"
)

// tolerance separates Near from NotMet.
const tolerance = 1.15

// A Line is one line of a report: a metric of a row, held against one bar or none.
type Line struct {
	Row      string
	Metric   Metric
	Values   []Value // one for each peer of the row, in its order
	Baseline string  // what the ratio is to; empty: the bar limits the figure itself
	Ratio    *Spread // nil: there is none
	Bar      *Bar    // nil: for information
	Verdict  Verdict
	Why      string   // why the verdict is Unknown
	Others   *float64 // see [Result]
}

// A Value is one peer's figure, or the reason why there is none.
type Value struct {
	Peer, Note string
	Figure     *float64
	NotRun     string
}

// Lines holds the row's readings against its bars. A metric that is shown and has no bar that is
// a ratio gets a line with the ratio to the baseline.
func (r *Result) Lines() []Line {
	var lines []Line
	metrics := slices.Clone(r.Row.shown())
	for _, b := range r.Row.Bars {
		if !slices.Contains(metrics, b.metric()) {
			metrics = append(metrics, b.metric())
		}
	}
	for _, m := range metrics {
		ratios := 0
		for _, b := range r.Row.Bars {
			if b.metric() != m {
				continue
			}
			if b.Against != "" {
				ratios++
			}
			lines = append(lines, r.line(m, b.Against, &b))
		}
		if ratios == 0 && slices.Contains(r.Row.shown(), m) {
			lines = append(lines, r.line(m, r.Row.Baseline, nil))
		}
	}
	return lines
}

func (r *Result) line(m Metric, against string, bar *Bar) Line {
	l := Line{Row: r.Row.Name, Metric: m, Baseline: against, Bar: bar, Others: r.Others}
	for _, p := range r.Row.Peers {
		v := Value{Peer: p.Name, Note: p.Note}
		if s, ok := r.Of(p.Name, m); ok {
			v.Figure = &s.Median
		} else if err := r.Missing[p.Name]; err != nil {
			v.NotRun = reason(err)
		} else {
			v.NotRun = "it has no such figure"
		}
		l.Values = append(l.Values, v)
	}
	figure, judged := 0.0, false
	if against == "" {
		s, ok := r.Of(Subject, m)
		figure, judged = hundredths(m, s.Median), ok
	} else if s, ok := r.Ratio(against, m); ok {
		l.Ratio = &s
		figure, judged = s.Median, true
	}
	switch {
	case !judged:
		l.Verdict = Unknown
		l.Why = l.missing(Subject, against)
	case bar != nil:
		l.Verdict = judge(figure, bar.Limit())
	}
	return l
}

// reason is why a peer has no figures, in a few words; [Result.Failed] has them all.
func reason(err error) string {
	if _, fine := errors.AsType[NotRun](err); fine {
		return err.Error()
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	if short := []rune(first); len(short) > 100 {
		first = string(short[:100]) + "…"
	}
	return "failed: " + first
}

// missing is why there is nothing to judge: the first of the two peers that has no figure.
func (l *Line) missing(peers ...string) string {
	for _, v := range l.Values {
		if v.Figure == nil && slices.Contains(peers, v.Peer) {
			return v.Peer + ": " + v.NotRun
		}
	}
	return "nothing to compare"
}

func judge(figure, limit float64) Verdict {
	switch {
	case figure <= limit:
		return Met
	case figure <= limit*tolerance:
		return Near
	}
	return NotMet
}

// hundredths rounds allocations, so that the few of starting a run with many thousand operations
// do not count, and one in a hundred operations does.
func hundredths(m Metric, x float64) float64 {
	if m != Allocs {
		return x
	}
	return math.Round(x*100) / 100
}
