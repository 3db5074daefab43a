package main

import (
	"encoding/json"
	"io"

	"github.com/skein-go/skein/bench/internal/measure"
)

// A jsonLine is what -json prints for each line of the table. What does not exist is null: the
// figure of a peer that did not run, the ratio where the bar limits the figure itself (baseline is
// empty then), the bar and the verdict of a line that is for information.
type jsonLine struct {
	Row      string              `json:"row"`
	Metric   string              `json:"metric"`
	Unit     string              `json:"unit"`
	Skein    *float64            `json:"skein"`
	Peers    map[string]*float64 `json:"peers"`
	Baseline string              `json:"baseline"`
	Ratio    *float64            `json:"ratio"` // skein's figure divided by the baseline's
	Spread   []float64           `json:"spread"`
	Bar      *float64            `json:"bar"` // the largest ratio, or figure, that is good
	Met      *bool               `json:"met"`
	Near     bool                `json:"near"` // not met, by less than 15 %
	NotRun   map[string]string   `json:"not_run"`
	Others   *float64            `json:"others"` // the part of the processors that other programs took
}

func writeJSON(w io.Writer, lines []measure.Line) error {
	all := []jsonLine{}
	for _, l := range lines {
		all = append(all, toJSON(l))
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(all)
}

func toJSON(l measure.Line) jsonLine {
	j := jsonLine{
		Row: l.Row, Metric: string(l.Metric), Unit: l.Metric.Unit(), Baseline: l.Baseline,
		Peers: map[string]*float64{}, NotRun: map[string]string{}, Near: l.Verdict == measure.Near, Others: l.Others,
	}
	for _, v := range l.Values {
		if v.Figure == nil {
			j.NotRun[v.Peer] = v.NotRun
		}
		if v.Peer == measure.Subject {
			j.Skein = v.Figure
		} else {
			j.Peers[v.Peer] = v.Figure
		}
	}
	if l.Ratio != nil {
		j.Ratio = &l.Ratio.Median
		j.Spread = []float64{l.Ratio.Low, l.Ratio.High}
	}
	if l.Bar != nil {
		limit := l.Bar.Limit()
		j.Bar = &limit
		if l.Verdict != measure.Unknown {
			met := l.Verdict == measure.Met
			j.Met = &met
		}
	}
	return j
}
