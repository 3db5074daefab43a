package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/skein-go/skein/bench/internal/measure"
)

// writeTable writes the lines as one Markdown table, under the line that says where they come from.
func writeTable(w io.Writer, from string, lines []measure.Line) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s\n\n", from)
	fmt.Fprintln(out, "| row | metric | skein | peers | ratio (quartiles) | to | bar | met | others |")
	fmt.Fprintln(out, "|---|---|---:|---|---|---|---|---|---:|")
	var last measure.Line
	for _, l := range lines {
		mine, peers := cells(l)
		if l.Row == last.Row && l.Metric == last.Metric {
			peers = "as above"
		}
		row := []string{"`" + l.Row + "`", string(l.Metric), mine, peers, ratioCell(l), l.Baseline, barCell(l), metCell(l), othersCell(l)}
		for i, c := range row {
			if c == "" {
				row[i] = "–"
			}
			row[i] = strings.NewReplacer("|", `\|`, "\n", " ").Replace(row[i])
		}
		fmt.Fprintf(out, "| %s |\n", strings.Join(row, " | "))
		last = l
	}
	return out.Flush()
}

// cells are the subject's figure and everybody else's.
func cells(l measure.Line) (mine, peers string) {
	var others []string
	for _, v := range l.Values {
		text := "not run"
		if v.Figure != nil {
			text = figure(l.Metric, *v.Figure)
		}
		if v.Note != "" {
			text += " (" + v.Note + ")"
		}
		switch {
		case v.Peer == measure.Subject:
			mine = text
		case v.Figure == nil:
			others = append(others, v.Peer+" not run: "+v.NotRun)
		default:
			others = append(others, v.Peer+" "+text)
		}
	}
	return mine, strings.Join(others, " · ")
}

func ratioCell(l measure.Line) string {
	if l.Ratio == nil {
		return ""
	}
	r := *l.Ratio
	if l.Bar != nil && l.Bar.Times != 0 {
		return fmt.Sprintf("%.3g× (%.3g–%.3g)", 1/r.Median, 1/r.High, 1/r.Low)
	}
	return fmt.Sprintf("%.3g (%.3g–%.3g)", r.Median, r.Low, r.High)
}

func barCell(l measure.Line) string {
	switch b := l.Bar; {
	case b == nil:
		return ""
	case b.Times != 0:
		return fmt.Sprintf("≥ %.3g×", b.Times)
	case b.Against == "":
		return "≤ " + figure(l.Metric, b.AtMost)
	default:
		return fmt.Sprintf("≤ %.3g", b.AtMost)
	}
}

func metCell(l measure.Line) string {
	switch l.Verdict {
	case measure.NotMet:
		return "**not met**"
	case measure.Unknown:
		return "not run: " + l.Why
	}
	return string(l.Verdict)
}

// othersCell is what part of the processors other programs took: a row with more than a few
// percent is to be measured again.
func othersCell(l measure.Line) string {
	if l.Others == nil {
		return ""
	}
	return fmt.Sprintf("%.0f %%", 100**l.Others)
}

// figure writes a figure with three digits and a unit that fits.
func figure(m measure.Metric, x float64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	switch m {
	case measure.Allocs:
		return fmt.Sprintf("%.3g allocs", math.Round(x*100)/100)
	case measure.CPU, measure.Wall:
		units = []string{"ns", "µs", "ms", "s"}
	}
	i := 0
	for x >= 999.5 && i+1 < len(units) {
		x /= 1000
		i++
	}
	if x >= 100 {
		return fmt.Sprintf("%.0f %s", x, units[i])
	}
	return fmt.Sprintf("%.3g %s", x, units[i])
}
