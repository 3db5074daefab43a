package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/skein-go/skein/bench/internal/measure"
)

func TestWrongUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-rows", "("}, "-rows is not a regular expression"},
		{[]string{"-rows", "no such row"}, "matches no row. The rows are:\n  work/tiny\n"},
		{[]string{"-fast"}, "flag provided but not defined: -fast; -help lists the flags"},
		{[]string{"queue"}, `unexpected argument "queue"; to choose rows use -rows queue`},
		{[]string{"-quick=maybe"}, "invalid boolean value"},
	} {
		var out, errs strings.Builder
		if status := run(c.args, &out, &errs); status != 2 || out.Len() > 0 || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%q: exit status %d, output %q, error %q; want 2, none, %q", c.args, status, &out, &errs, c.want)
		}
	}
}

func TestHelp(t *testing.T) {
	var out, errs strings.Builder
	if status := run([]string{"-help"}, &out, &errs); status != 0 || errs.Len() > 0 {
		t.Errorf("exit status %d, error %q", status, &errs)
	}
	for _, flag := range []string{"-rows REGEXP", "-quick", "-json"} {
		if !strings.Contains(out.String(), flag) {
			t.Errorf("-help does not list %s", flag)
		}
	}
}

func TestJSONOfARealRow(t *testing.T) {
	var out, errs strings.Builder
	if status := run([]string{"-quick", "-json", "-rows", "^queue/alone$"}, &out, &errs); status != 0 {
		t.Fatalf("exit status %d: %s", status, &errs)
	}
	var rows []map[string]any
	if err := json.Unmarshal([]byte(out.String()), &rows); err != nil {
		t.Fatalf("%v in %s", err, &out)
	}
	metrics := map[string]int{}
	for _, row := range rows {
		for _, key := range []string{"row", "metric", "skein", "peers", "baseline", "ratio", "bar", "met"} {
			if _, ok := row[key]; !ok {
				t.Errorf("%v has no key %q", row, key)
			}
		}
		metrics[row["metric"].(string)]++
		if row["metric"] != "cpu" {
			continue
		}
		ratio, bar := row["ratio"].(float64), row["bar"].(float64)
		if row["row"] != "queue/alone" || row["baseline"] != "chan+ctx" || bar != 0.2 || row["met"] != (ratio <= bar) {
			t.Errorf("got %v", row)
		}
		mine, theirs := row["skein"].(float64), row["peers"].(map[string]any)["chan+ctx"].(float64)
		if got := mine / theirs; math.Abs(got/ratio-1) > 0.5 {
			t.Errorf("the ratio is %v, and that of the medians %v", ratio, got)
		}
	}
	if metrics["cpu"] != 1 || metrics["wall"] != 1 || metrics["allocs"] != 1 {
		t.Errorf("lines per metric: %v, want one each of cpu, wall and allocs", metrics)
	}
}

func number(x float64) *float64 { return &x }

// lines are made up: one of each kind.
func lines() []measure.Line {
	values := []measure.Value{
		{Peer: measure.Subject, Figure: number(80)},
		{Peer: "old", Figure: number(1_234_567), Note: "blocked at 5"},
		{Peer: "python", NotRun: "python3 is not installed"},
	}
	ratio := &measure.Spread{Median: 0.125, Low: 0.1, High: 0.2}
	return []measure.Line{
		{Row: "x/a", Metric: measure.CPU, Values: values, Baseline: "old", Ratio: ratio, Bar: &measure.Bar{Against: "old", AtMost: 0.1}, Verdict: measure.NotMet, Others: number(0.254)},
		{Row: "x/a", Metric: measure.CPU, Values: values, Baseline: "old", Ratio: ratio, Bar: &measure.Bar{Against: "old", Times: 7}, Verdict: measure.Met},
		{Row: "x/a", Metric: measure.RSS, Values: values, Bar: &measure.Bar{Metric: measure.RSS, AtMost: 70}, Verdict: measure.Near},
		{Row: "x/b", Metric: measure.Wall, Values: values, Baseline: "old", Ratio: ratio},
		{Row: "x/b", Metric: measure.CPU, Values: values, Baseline: "python", Bar: &measure.Bar{Against: "python", AtMost: 1}, Verdict: measure.Unknown, Why: "python: it is\nnot here"},
	}
}

func TestTable(t *testing.T) {
	var out strings.Builder
	if err := writeTable(&out, where()+", and so on", lines()); err != nil {
		t.Fatal(err)
	}
	head, table, _ := strings.Cut(out.String(), "\n\n")
	for _, want := range []string{" cores, GOMAXPROCS ", ", go1.", ", and so on"} {
		if !strings.Contains(head, want) {
			t.Errorf("the first line is %q, and lacks %q", head, want)
		}
	}
	want := "" +
		"| row | metric | skein | peers | ratio (quartiles) | to | bar | met | others |\n" +
		"|---|---|---:|---|---|---|---|---|---:|\n" +
		"| `x/a` | cpu | 80 ns | old 1.23 ms (blocked at 5) · python not run: python3 is not installed | 0.125 (0.1–0.2) | old | ≤ 0.1 | **not met** | 25 % |\n" +
		"| `x/a` | cpu | 80 ns | as above | 8× (5–10) | old | ≥ 7× | met | – |\n" +
		"| `x/a` | rss | 80 B | old 1.23 MB (blocked at 5) · python not run: python3 is not installed | – | – | ≤ 70 B | near | – |\n" +
		"| `x/b` | wall | 80 ns | old 1.23 ms (blocked at 5) · python not run: python3 is not installed | 0.125 (0.1–0.2) | old | – | – | – |\n" +
		"| `x/b` | cpu | 80 ns | old 1.23 ms (blocked at 5) · python not run: python3 is not installed | – | python | ≤ 1 | not run: python: it is not here | – |\n"
	if table != want {
		t.Errorf("got\n%s\nwant\n%s", table, want)
	}
}

func TestJSONOfEachKind(t *testing.T) {
	all := lines()
	low, times, figure, noBar, unknown := toJSON(all[0]), toJSON(all[1]), toJSON(all[2]), toJSON(all[3]), toJSON(all[4])
	if *low.Met || *low.Bar != 0.1 || *low.Ratio != 0.125 || *low.Skein != 80 || *low.Peers["old"] != 1_234_567 {
		t.Errorf("a bar that is not met: %+v", low)
	}
	if low.Peers["python"] != nil || low.NotRun["python"] != "python3 is not installed" {
		t.Errorf("a peer that did not run: %+v", low)
	}
	if !*times.Met || *times.Bar != 1.0/7 {
		t.Errorf("a bar in times: %+v", times)
	}
	if *figure.Met || !figure.Near || figure.Ratio != nil || figure.Baseline != "" || *figure.Bar != 70 {
		t.Errorf("a limit to the figure: %+v", figure)
	}
	if noBar.Bar != nil || noBar.Met != nil || noBar.Ratio == nil {
		t.Errorf("no bar: %+v", noBar)
	}
	if unknown.Met != nil || unknown.Bar == nil {
		t.Errorf("not run: %+v", unknown)
	}
}

func TestFigures(t *testing.T) {
	for _, c := range []struct {
		m    measure.Metric
		x    float64
		want string
	}{
		{measure.CPU, 0.5, "0.5 ns"}, {measure.CPU, 41.26, "41.3 ns"}, {measure.Wall, 999.4, "999 ns"},
		{measure.Wall, 999.6, "1 µs"}, {measure.Wall, 2.5e9, "2.5 s"}, {measure.Wall, 12e12, "12000 s"},
		{measure.RSS, 60e6, "60 MB"}, {measure.Virtual, 2.7e9, "2.7 GB"},
		{measure.Allocs, 0.001, "0 allocs"}, {measure.Allocs, 2, "2 allocs"},
	} {
		if got := figure(c.m, c.x); got != c.want {
			t.Errorf("figure(%s, %v) = %q, want %q", c.m, c.x, got, c.want)
		}
	}
}
