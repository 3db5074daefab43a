package netpoll

import (
	"os"
	"syscall"
	"time"
)

// An epoll is an epoll instance that a goroutine can wait for without holding a thread.
type epoll struct {
	fd   int
	file *os.File // closes fd
	raw  syscall.RawConn
}

func newEpoll(name string) (epoll, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return epoll{}, os.NewSyscallError("epoll_create1", err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return epoll{}, os.NewSyscallError("fcntl", err)
	}
	file := os.NewFile(uintptr(fd), name)
	raw, err := file.SyscallConn()
	return epoll{fd, file, raw}, err
}

// ctl changes what is waited for. slot and gen come back with the events. The caller sees to it that
// the instance is not closed meanwhile.
func (e epoll) ctl(op, fd int, events uint32, slot, gen int32) error {
	return syscall.EpollCtl(e.fd, op, fd, &syscall.EpollEvent{Events: events, Fd: slot, Pad: gen})
}

// past is a deadline that has passed, whatever the clock says.
var past = time.Unix(1, 0)

func (e epoll) interrupt() { e.file.SetReadDeadline(past) }
func (e epoll) resume()    { e.file.SetReadDeadline(time.Time{}) }

// A waiting is what a goroutine needs to wait for events, again and again without allocating.
type waiting struct {
	events []syscall.EpollEvent
	look   func(fd uintptr) (done bool)
	n      int
	err    error
}

func newWaiting(most int) *waiting {
	w := &waiting{events: make([]syscall.EpollEvent, most)}
	w.look = func(fd uintptr) bool {
		w.n, w.err = syscall.EpollWait(int(fd), w.events, 0)
		for w.err == syscall.EINTR {
			w.n, w.err = syscall.EpollWait(int(fd), w.events, 0)
		}
		return w.n != 0 // -1 if it failed
	}
	return w
}

// wait waits for events: at least one, if there is no error.
func (e epoll) wait(w *waiting) ([]syscall.EpollEvent, error) {
	if err := e.raw.Read(w.look); err != nil {
		return nil, err
	}
	return w.events[:max(w.n, 0)], os.NewSyscallError("epoll_wait", w.err)
}
