// Report measures Skein beside its peers and prints one Markdown table.
//
//	go run ./report                          # everything, some minutes
//	go run ./report -quick -rows '^queue/'   # the rows that match, a few seconds each
//	go run ./report -json > rows.json        # for programs
//
// Run it in the bench directory of a checkout. Figures are medians over rounds in which all peers
// take turns; a ratio is the median of the ratios within each round, and its quartiles follow in
// parentheses. A bar is met if the ratio is not above it. "near" is not met, by less than 15 %,
// which is what two runs may differ by. The last column is what part of the processors other
// programs took meanwhile: rows that run in parallel want them all.
//
// Exit status: 0 all was measured, whether or not the bars are met; 1 some peer failed at its
// work; 2 wrong usage.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"

	"github.com/skein-go/skein/bench"
	"github.com/skein-go/skein/bench/internal/measure"
)

func main() {
	if bench.IsChild(os.Args[1:]) {
		if err := bench.Child(os.Args[1:], os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "report:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// options are what the command line asks for.
type options struct {
	rows  *regexp.Regexp
	quick bool
	json  bool
}

func parse(args []string, out io.Writer) (o options, err error) {
	fs := flag.NewFlagSet("report", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	pattern := fs.String("rows", "", "measure the rows whose name matches `REGEXP`, such as work/tiny or '^queue/'; default all")
	fs.BoolVar(&o.quick, "quick", false, "spend a few seconds on a row: to look at, not to quote")
	fs.BoolVar(&o.json, "json", false, "print a JSON array instead of a table")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(out, "Report measures Skein beside its peers and prints one Markdown table.\n\nUsage: go run ./report [-rows REGEXP] [-quick] [-json]")
		fs.SetOutput(out)
		fs.PrintDefaults()
		return o, err
	case err != nil:
		return o, fmt.Errorf("%w; -help lists the flags", err)
	case fs.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q; to choose rows use -rows %s", fs.Arg(0), fs.Arg(0))
	}
	if o.rows, err = regexp.Compile(*pattern); err != nil {
		return o, fmt.Errorf("-rows is not a regular expression: %w", err)
	}
	return o, nil
}

func run(args []string, stdout, stderr io.Writer) (status int) {
	o, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "report:", err)
		return 2
	}
	progress := newMeter(stderr)
	env := &bench.Env{Quick: o.quick, Say: progress.say}
	rows, err := choose(env.Rows(), o.rows)
	if err != nil {
		fmt.Fprintln(stderr, "report:", err)
		return 2
	}
	if env.Scratch, err = os.MkdirTemp("", "skein-bench-"); err != nil {
		fmt.Fprintln(stderr, "report:", err)
		return 1
	}
	defer os.RemoveAll(env.Scratch)
	defer onInterrupt(func() { os.RemoveAll(env.Scratch) })()

	config := measure.Full
	if o.quick {
		config = measure.Quick
	}
	config.Progress = progress.step
	var lines []measure.Line
	for i := range rows {
		progress.row(rows[i].Name, i+1, len(rows))
		result, err := measure.Measure(&rows[i], config)
		if err == nil {
			lines = append(lines, result.Lines()...)
			err = result.Failed()
		}
		if err != nil {
			progress.say(err.Error())
			status = 1
		}
	}
	progress.end(summary(lines))
	if o.json {
		err = writeJSON(stdout, lines)
	} else {
		err = writeTable(stdout, where(), lines)
	}
	if err != nil {
		fmt.Fprintln(stderr, "report:", err)
		return 1
	}
	return status
}

// choose picks the rows that match.
func choose(all []measure.Row, pattern *regexp.Regexp) ([]measure.Row, error) {
	var chosen []measure.Row
	var names []string
	for _, r := range all {
		names = append(names, r.Name)
		if pattern.MatchString(r.Name) {
			chosen = append(chosen, r)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("-rows %s matches no row. The rows are:\n  %s", pattern, strings.Join(names, "\n  "))
	}
	return chosen, nil
}

// onInterrupt has Ctrl-C and SIGTERM clean up and end the program. The function it returns takes
// that back.
func onInterrupt(clean func()) (off func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		if _, ok := <-signals; ok {
			clean()
			os.Exit(130)
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
	}
}

// summary counts the verdicts.
func summary(lines []measure.Line) string {
	count := map[measure.Verdict]int{}
	bars := 0
	for _, l := range lines {
		if l.Bar != nil {
			bars++
			count[l.Verdict]++
		}
	}
	s := fmt.Sprintf("%d bars: %d met", bars, count[measure.Met])
	for _, v := range []measure.Verdict{measure.Near, measure.NotMet, measure.Unknown} {
		if count[v] > 0 {
			s += fmt.Sprintf(", %d %s", count[v], v)
		}
	}
	return s
}
