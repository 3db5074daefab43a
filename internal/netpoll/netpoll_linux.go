package netpoll

import (
	"os"
	"syscall"
	"time"
)

// A Reader reads from a blocking file, and can be interrupted by a deadline.
type Reader struct {
	file  *os.File
	ready *os.File // an epoll instance; nil if file never blocks
	raw   syscall.RawConn
}

// NewReader makes one for f, which stays the caller's to close. The epoll instance is given back
// by Close, or when the Reader is garbage.
func NewReader(f *os.File) (*Reader, error) {
	poll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	refused, err := register(poll, f)
	if err == nil && !refused {
		err = syscall.SetNonblock(poll, true)
	}
	if err != nil || refused {
		syscall.Close(poll)
		return &Reader{file: f}, err
	}
	r := &Reader{file: f, ready: os.NewFile(uintptr(poll), "epoll of "+f.Name())}
	r.raw, err = r.ready.SyscallConn()
	return r, err
}

// register has poll watch f. refused means that f is of a kind that never blocks.
func register(poll int, f *os.File) (refused bool, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return false, err
	}
	var added error
	err = raw.Control(func(fd uintptr) {
		event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}
		added = syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, int(fd), &event)
	})
	switch {
	case err != nil:
		return false, err
	case added == syscall.EPERM:
		return true, nil
	}
	return false, os.NewSyscallError("epoll_ctl", added)
}

// Read waits until the file has something to read, or its end, and reads.
func (r *Reader) Read(p []byte) (int, error) {
	if r.ready != nil {
		if err := r.wait(); err != nil {
			return 0, err
		}
	}
	return r.file.Read(p)
}

func (r *Reader) wait() error {
	var events [1]syscall.EpollEvent
	var failed error
	err := r.raw.Read(func(poll uintptr) (done bool) {
		n, err := syscall.EpollWait(int(poll), events[:], 0)
		for err == syscall.EINTR {
			n, err = syscall.EpollWait(int(poll), events[:], 0)
		}
		failed = os.NewSyscallError("epoll_wait", err)
		return n != 0
	})
	if err != nil {
		return err
	}
	return failed
}

// SetReadDeadline ends the wait of a Read, now and later, at t, with os.ErrDeadlineExceeded.
func (r *Reader) SetReadDeadline(t time.Time) error {
	if r.ready == nil {
		return os.ErrNoDeadline
	}
	return r.ready.SetReadDeadline(t)
}

// Close gives back the epoll instance. The file stays open.
func (r *Reader) Close() error {
	if r.ready == nil {
		return nil
	}
	return r.ready.Close()
}
