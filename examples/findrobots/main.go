// Findrobots prints the hosts that asked for /robots.txt, from Apache access
// logs, plain or gzip.
//
//	go run ./examples/findrobots                       # a small sample that comes with it
//	go run ./examples/findrobots /var/log/apache2      # every *.log and *.log.gz in there
//	go run ./examples/findrobots -count 'logs/*.gz'    # the number only
//	go run ./examples/findrobots -on inline a.log      # one file after the other
//
// It shows one function, scanFile, run over many files, and the results united
// as they come. Where it runs is one value, chosen by -on: inline, one file
// after the other in main's goroutine, or goroutines, -j files at a time. The
// answer is the same. See run.go; the rest is reading logs fast and talking to
// the user.
//
// # Input
//
// A host, the first field of a line, asked for /robots.txt if the seventh field
// equals that byte for byte. Fields are what white space separates, as in
// bytes.split of Python, so a query string, a .bak or a mention in the referer
// do not count; nor does a line that is too short.
//
// A directory means its *.log and *.log.gz, not those deeper. A pattern in
// quotes is expanded here. A file named twice is read once. What is gzip shows
// in the first bytes of a file, whatever its name; of several members all are
// read. Memory use depends on the number of hosts and workers, not on the size
// of the logs or of their lines.
//
// # Output
//
// The hosts go to standard output, sorted bytewise, one a line, or with -count
// their number. A summary goes to standard error, with -v also a line for each
// file. If standard error is a terminal, a line there shows the progress, unless
// NO_COLOR or TERM=dumb is set.
//
// A damaged or missing file does not stop the others: its name, the position of
// the damage and the reason are printed, and what precedes the damage counts.
// Ctrl-C stops within a tenth of a second and says what was done; nothing is
// printed to standard output then, as the answer would be wrong.
//
// # Exit status
//
//	0    everything was read
//	1    a file was missing or damaged; the answer is from the others
//	2    there was nothing to read, or the command line was wrong
//	130  stopped by Ctrl-C, or 143 by SIGTERM
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/skein-go/skein"
)

func main() {
	o, err := parseArgs(os.Args[1:])
	switch {
	case isHelp(err):
		printUsage(os.Stdout)
		return
	case err != nil:
		fmt.Fprintf(os.Stderr, "findrobots: %v\nTry findrobots -h for help.\n", err)
		os.Exit(2)
	}
	skein.Main(func(ctx context.Context, g *skein.Group) error {
		return run(ctx, g, o, os.Stdout, newScreen(os.Stderr))
	})
}
