package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// blockSize is how much of a file is read at a time, and the most that is
// unzipped or scanned between two looks at the context.
const blockSize = 64 << 10

var (
	errNotGzip  = errors.New("not gzip, in spite of its name")
	errTrailing = errors.New("other bytes after the gzip data")
)

// source reads one stored log, plain or gzip, until it ends or ctx does.
type source struct {
	ctx    context.Context // of the scan at hand
	f      io.Reader
	taken  int64         // bytes read from f
	used   int64         // of them, those in the log up to now
	zipped *bufio.Reader // what the unzipper reads, so that it takes no more than it uses
	unzip  gzip.Reader
	block  [blockSize]byte // as stored
	plain  [blockSize]byte // unzipped
}

// sources keeps what is large, about 300 KB, for the next file.
var sources = sync.Pool{New: func() any { return &source{zipped: bufio.NewReaderSize(nil, blockSize)} }}

func newSource(ctx context.Context, f io.Reader) *source {
	s := sources.Get().(*source)
	s.ctx, s.f, s.taken, s.used = ctx, f, 0, 0
	return s
}

// release ends the use of s.
func (s *source) release() {
	s.ctx, s.f = nil, nil
	s.zipped.Reset(nil)
	sources.Put(s)
}

// Read reads from the file unless ctx has ended.
func (s *source) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	n, err := s.f.Read(p)
	s.taken += int64(n)
	return n, err
}

// copyTo writes the log to w block by block, unzipping it if its first two
// bytes say so. A file that is named gzip and is not is an error, as its
// beginning may be what is damaged.
func (s *source) copyTo(w io.Writer, named bool) error {
	n, err := io.ReadAtLeast(s, s.block[:], 2)
	if bytes.HasPrefix(s.block[:n], []byte{0x1f, 0x8b}) {
		return s.unzipTo(w, s.block[:n])
	}
	if named && n > 0 {
		return errNotGzip
	}
	for {
		if _, err := w.Write(s.block[:n]); err != nil {
			return err
		}
		s.used += int64(n)
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			return nil
		case err != nil:
			return err
		}
		n, err = s.Read(s.block[:])
	}
}

// unzipTo writes to w what the file unzips to, member by member. Its first
// bytes are in begun. Zeros after the last member are padding.
func (s *source) unzipTo(w io.Writer, begun []byte) error {
	s.zipped.Reset(io.MultiReader(bytes.NewReader(begun), s))
	defer func() { s.used = s.taken - int64(s.zipped.Buffered()) }()
	for {
		if err := s.unzip.Reset(s.zipped); err != nil {
			return cutOff(err)
		}
		s.unzip.Multistream(false)
		if err := s.unzipMember(w); err != nil {
			return cutOff(err)
		}
		switch more, err := s.anotherMember(); {
		case err != nil:
			return err
		case !more:
			return nil
		}
	}
}

// unzipMember does not use WriteTo, which takes a cut off member for a whole
// one.
func (s *source) unzipMember(w io.Writer) error {
	for {
		if s.ctx.Err() != nil {
			return context.Cause(s.ctx)
		}
		n, err := s.unzip.Read(s.plain[:])
		if _, err := w.Write(s.plain[:n]); err != nil {
			return err
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// anotherMember skips zeros and reports whether a member follows.
func (s *source) anotherMember() (bool, error) {
	for {
		c, err := s.zipped.ReadByte()
		switch {
		case err == io.EOF:
			return false, nil
		case err != nil:
			return false, err
		case c == 0:
			continue
		}
		s.zipped.UnreadByte()
		if c != 0x1f {
			return false, errTrailing
		}
		return true, nil
	}
}

// cutOff is err, where the end of the file is not expected.
func cutOff(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
