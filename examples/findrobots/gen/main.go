// Gen writes access logs in Apache's combined format, for the sample that
// findrobots carries with it and for loads to measure it with.
//
//	go run ./examples/findrobots/gen -dir logs                         # 4 files of 1,000 lines
//	go run ./examples/findrobots/gen -dir logs -files 32 -lines 25000  # about 200 MB, 800,000 lines
//
// The same flags give the same bytes: everything random comes from -seed, and
// no clock is read. How many files there are changes none of them.
//
// Addresses come from the ranges set aside for documentation (RFC 5737, RFC
// 3849) and names end in example.com, .net or .org, so nobody real appears.
// The last line of output says how many hosts asked for /robots.txt, as known
// from writing the lines, not from reading them.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/gzip"
)

// options say what to write.
type options struct {
	dir   string
	files int
	lines int
	seed  uint64
	odd   bool
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "", "write the files into `DIR`, which is made if need be (required)")
	flag.IntVar(&o.files, "files", 4, "write `N` files, one a day")
	flag.IntVar(&o.lines, "lines", 1000, "write `N` lines into each")
	flag.Uint64Var(&o.seed, "seed", 1, "choose everything random by `N`")
	flag.BoolVar(&o.odd, "odd", false, "mix in broken and unusual lines, write the second file as two gzip members, and leave the last one plain and a tenth as long")
	flag.Parse()
	if o.dir == "" || o.files < 1 || o.lines < 0 || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	asked, err := write(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
	fmt.Printf("%d files in %s, %d hosts asked for /robots.txt\n", o.files, o.dir, len(asked))
}

// write writes the files and returns the hosts that asked for /robots.txt.
func write(o options) (asked map[string]bool, err error) {
	if err := os.MkdirAll(o.dir, 0o777); err != nil {
		return nil, err
	}
	asked = make(map[string]bool)
	for i := range o.files {
		day := time.Date(2024, time.March, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i)
		w := &writer{
			r:     rand.New(rand.NewPCG(o.seed, uint64(i))),
			at:    day,
			step:  24 * time.Hour / time.Duration(o.lines+1),
			odd:   o.odd,
			asked: asked,
		}
		name := "access-" + day.Format("20060102") + ".log"
		lines, members := o.lines, 1
		switch {
		case o.odd && i == o.files-1:
			lines, members = o.lines/10, 0
		case o.odd && i == 1:
			members = 2
		}
		if members > 0 {
			name += ".gz"
		}
		if err := writeFile(filepath.Join(o.dir, name), w, lines, members); err != nil {
			return nil, err
		}
	}
	return asked, nil
}

// writeFile writes lines lines into one file of that many gzip members, or a
// plain one if members is 0.
func writeFile(name string, w *writer, lines, members int) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := bufio.NewWriter(f)
	if members == 0 {
		if err := w.lines(out, lines); err != nil {
			return err
		}
	}
	for m := range members {
		if err := writeMember(out, w, lines/members+min(m, lines%members)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// writeMember writes one gzip member, with neither name nor time in its header.
func writeMember(out io.Writer, w *writer, lines int) error {
	z, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	z.ModTime = time.Unix(0, 0) // what a header without a time holds
	if err := w.lines(z, lines); err != nil {
		return err
	}
	return z.Close()
}
