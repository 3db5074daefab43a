package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"strings"
)

const usage = `Findrobots prints the hosts that asked for /robots.txt, from Apache access logs.

Examples:
  findrobots                                 a small sample that comes with it
  findrobots /var/log/apache2                every *.log and *.log.gz in there
  findrobots -count 'logs/2024-*.log.gz'     the number only; it expands the pattern itself
  findrobots -on inline -v a.log b.log.gz    one file after the other, a line on each
  findrobots -j 4 logs | head                on four workers

Usage: findrobots [-on inline|goroutines] [-j N] [-count] [-v] [FILE|DIR|GLOB ...]

`

// options are what the command line asks for.
type options struct {
	on    string   // which executor runs the scans, a key of executors
	width int      // its workers
	count bool     // print only the number of hosts
	each  bool     // print a line for each file
	args  []string // files, directories and patterns
}

// parseArgs reads the command line. Flags may also stand between and after the
// files. The error is flag.ErrHelp if help was asked for, and is then to be
// answered with printUsage.
func parseArgs(args []string) (options, error) {
	var o options
	fs := o.flags()
	for len(args) > 0 {
		if err := fs.Parse(args); err != nil {
			return o, err
		}
		rest := fs.Args()
		if parsed := len(args) - len(rest); parsed > 0 && args[parsed-1] == "--" {
			o.args = append(o.args, rest...)
			break
		}
		if len(rest) == 0 {
			break
		}
		o.args = append(o.args, rest[0])
		args = rest[1:]
	}
	if o.width < 1 {
		return o, fmt.Errorf("-j %d: there must be at least one worker", o.width)
	}
	if executors[o.on] == nil {
		return o, fmt.Errorf("-on %s: must be one of %s", o.on, strings.Join(executorNames(), ", "))
	}
	return o, nil
}

func (o *options) flags() *flag.FlagSet {
	fs := flag.NewFlagSet("findrobots", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // main prints errors, and usage only when asked
	fs.StringVar(&o.on, "on", "goroutines", "scan the files on `WHAT`: "+strings.Join(executorNames(), ", "))
	fs.IntVar(&o.width, "j", runtime.GOMAXPROCS(0), "scan `N` files at a time")
	fs.BoolVar(&o.count, "count", false, "print the number of hosts only")
	fs.BoolVar(&o.each, "v", false, "print a line for each file on standard error")
	return fs
}

// printUsage prints the help text.
func printUsage(w io.Writer) {
	io.WriteString(w, usage)
	fs := new(options).flags()
	fs.SetOutput(w)
	fs.PrintDefaults()
	io.WriteString(w, `
Hosts go to standard output, sorted bytewise; the summary, progress and errors
go to standard error. Exit status: 0 all read; 1 some file missing or damaged;
2 nothing to read, or wrong usage; 130 stopped by Ctrl-C; 143 by SIGTERM.
`)
}

// isHelp says whether an error of parseArgs means that help was asked for.
func isHelp(err error) bool { return errors.Is(err, flag.ErrHelp) }
