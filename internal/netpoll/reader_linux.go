package netpoll

import (
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// A Reader reads from a blocking file, and can be interrupted by a deadline.
type Reader struct {
	file  *os.File
	ready epoll
	never bool // it never blocks, so ready is not there
	spare atomic.Pointer[waiting]
}

// NewReader makes one for f, which stays the caller's to close. The epoll instance is given back
// by Close, or when the Reader is garbage.
func NewReader(f *os.File) (*Reader, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	ready, err := newEpoll("epoll of " + f.Name())
	if err != nil {
		return nil, err
	}
	closed := raw.Control(func(fd uintptr) { err = ready.ctl(syscall.EPOLL_CTL_ADD, int(fd), syscall.EPOLLIN, 0, 0) })
	switch {
	case closed != nil:
		err = closed
	case err == nil:
		return &Reader{file: f, ready: ready}, nil
	}
	ready.file.Close()
	if err == syscall.EPERM {
		return &Reader{file: f, never: true}, nil
	}
	return nil, os.NewSyscallError("epoll_ctl", err)
}

// Read waits until the file has something to read, or its end, and reads.
func (r *Reader) Read(p []byte) (int, error) {
	if !r.never {
		w := r.spare.Swap(nil)
		if w == nil {
			w = newWaiting(1)
		}
		_, err := r.ready.wait(w)
		r.spare.Store(w)
		if err != nil {
			return 0, err
		}
	}
	return r.file.Read(p)
}

// SetReadDeadline ends the wait of a Read, now and later, at t, with os.ErrDeadlineExceeded.
func (r *Reader) SetReadDeadline(t time.Time) error {
	if r.never {
		return os.ErrNoDeadline
	}
	return r.ready.file.SetReadDeadline(t)
}

// Close gives back the epoll instance. The file stays open.
func (r *Reader) Close() error {
	if r.never {
		return nil
	}
	return r.ready.file.Close()
}
