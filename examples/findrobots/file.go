package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"

	"github.com/skein-go/skein"
)

// Result is what a scan found in one file. It holds words instead of an error,
// so it can be encoded and sent from another process.
type Result struct {
	Name  string
	Hosts []string // that asked for /robots.txt, sorted bytewise
	Lines int64
	Read  int64 // bytes of the file, as it is stored
	Bytes int64 // bytes of the log, decompressed

	Opened  bool
	Problem string // why the file was not read to its end, or ""
	Offset  int64  // where in the stored file that was
}

// scanFile finds the hosts that asked for /robots.txt in one file, plain or
// gzip. A file that is missing or damaged is a result, holding what could be
// read; the only error is that ctx ended.
func scanFile(ctx context.Context, file File) (Result, error) {
	r := Result{Name: file.Name}
	f, err := file.open()
	if err != nil {
		r.Problem = reason(err)
		return r, context.Cause(ctx)
	}
	defer f.Close()
	// A pipe may have nothing to read for long; closing it ends the waiting.
	defer skein.OnStop(ctx, func() { f.Close() })()
	r.Opened = true

	var s scanner
	src := newSource(ctx, f)
	defer src.release()
	err = src.copyTo(&s, strings.HasSuffix(file.Name, ".gz"))
	if ctx.Err() != nil {
		return r, context.Cause(ctx)
	}
	if err != nil {
		r.Problem, r.Offset = reason(err), src.used
	} else {
		s.Close()
	}
	r.Hosts, r.Lines, r.Bytes, r.Read = s.Hosts(), s.lines, s.bytes, src.used
	return r, nil
}

// reason says in a few words why a file could not be read; its name is printed
// in front of them.
func reason(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "gzip data cut off"
	case errors.Is(err, gzip.ErrHeader):
		return "broken gzip header"
	case errors.Is(err, gzip.ErrChecksum):
		return "wrong gzip checksum"
	}
	if _, corrupt := errors.AsType[flate.CorruptInputError](err); corrupt {
		return "corrupt gzip data"
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}
