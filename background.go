package skein

import (
	"context"
	"io"
	"sync"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A backgroundReader reads on a goroutine and waits for it no longer than its context lasts.
type backgroundReader struct {
	ctx    context.Context
	source *source
}

// A source is what the Readers made of one another have in common.
type source struct {
	r io.Reader

	mu      sync.Mutex
	reading *rt.Latch // set when the read that is going on has ended; nil if none is
	buf     []byte
	data    []byte // what was read and nobody has taken: a part of buf
	err     error  // what came with it
}

// maxBackground is the largest buffer of a background read.
const maxBackground = 32 << 10

func (b *backgroundReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, reading, err := b.source.take(p, rt.CauseOf(b.ctx))
		if reading == nil {
			return n, err
		}
		if err := reading.Wait(b.ctx, "read from", b.source); err != nil {
			n, _, err := b.source.take(p, err) // it may have come all the same
			return n, err
		}
	}
}

// take moves what is there into p, or gives what to wait for. If cause is not nil it begins no
// new read and returns cause.
func (s *source) take(p []byte, cause error) (n int, reading *rt.Latch, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.data) > 0:
		n = copy(p, s.data)
		s.data = s.data[n:]
		return n, nil, nil
	case s.err != nil:
		err, s.err = s.err, nil
		return 0, nil, err
	case cause != nil:
		return 0, nil, cause
	case s.reading == nil:
		if size := min(len(p), maxBackground); size > len(s.buf) {
			s.buf = make([]byte, size)
		}
		s.reading = rt.Blocking(s.read)
	}
	return 0, s.reading, nil
}

// read is the background read. s.buf is its own until it has ended.
func (s *source) read() {
	n, err := 0, error(ErrGoexit)
	defer func() {
		if v := recover(); v != nil {
			err = newPanicError("read in the background", "", v)
		}
		s.mu.Lock()
		s.data, s.err, s.reading = s.buf[:n], err, nil
		s.mu.Unlock()
	}()
	n, err = s.r.Read(s.buf)
}

// ProbeInfo implements probe.Resource.
func (s *source) ProbeInfo() probe.Info { return probe.Info{Kind: "reader"} }
