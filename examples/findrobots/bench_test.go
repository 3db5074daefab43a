package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// load is a log of some 10 MB, the lines of the sample in random order, as it
// is and zipped.
func load(b *testing.B) (log, zipped []byte) {
	b.Helper()
	var lines [][]byte
	for _, file := range findInputs(nil).files {
		f, err := file.open()
		if err != nil {
			b.Fatal(err)
		}
		src := newSource(context.Background(), f)
		var text bytes.Buffer
		if err := src.copyTo(&text, false); err != nil {
			b.Fatal(err)
		}
		src.release()
		f.Close()
		for line := range bytes.Lines(text.Bytes()) {
			if len(line) < 1000 {
				lines = append(lines, line)
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for len(log) < 10_000_000 {
		log = append(log, lines[r.IntN(len(lines))]...)
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(log)
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return log, z.Bytes()
}

// BenchmarkScan is the scan alone: in blocks, with bytes.Index instead of
// indexField, and by plain splitting.
func BenchmarkScan(b *testing.B) {
	log, _ := load(b)
	run := func(name string, scan func()) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(log)))
			b.ReportAllocs()
			for b.Loop() {
				scan()
			}
		})
	}
	run("how=blocks", func() {
		s := new(scanner)
		for rest := log; len(rest) > 0; {
			n, _ := s.Write(rest[:min(len(rest), blockSize)])
			rest = rest[n:]
		}
		s.Close()
	})
	run("how=index", func() {
		for rest := log; ; {
			at := bytes.Index(rest, []byte(wanted))
			if at < 0 {
				break
			}
			rest = rest[at+len(wanted):]
		}
	})
	run("how=fields", func() {
		hosts := make(map[string]bool)
		for line := range bytes.Lines(log) {
			if f := bytes.Fields(line); len(f) > wantedField && string(f[wantedField]) == wanted {
				hosts[string(f[0])] = true
			}
		}
	})
}

// BenchmarkFile is all that is done with a zipped log, beside unzipping alone.
// The bar is 1.1 times the latter.
func BenchmarkFile(b *testing.B) {
	log, zipped := load(b)
	run := func(name string, read func(f io.Reader) error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(log)))
			b.ReportAllocs()
			for b.Loop() {
				if err := read(bytes.NewReader(zipped)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	to := func(w func() io.Writer) func(io.Reader) error {
		return func(f io.Reader) error {
			src := newSource(context.Background(), f)
			defer src.release()
			return src.copyTo(w(), true)
		}
	}
	run("do=scan", to(func() io.Writer { return new(scanner) }))
	run("do=unzip", to(func() io.Writer { return io.Discard }))
	run("do=unzip-klauspost", func(f io.Reader) error {
		z, err := gzip.NewReader(f)
		if err != nil {
			return err
		}
		_, err = z.WriteTo(io.Discard)
		return err
	})
}
