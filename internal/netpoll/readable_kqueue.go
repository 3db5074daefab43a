//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package netpoll

import "syscall"

// readable asks the kernel whether fd can be read now: Go's poller reports only that it has become so.
func readable(fd uintptr, _ bool) bool {
	poll, err := syscall.Kqueue()
	if err != nil {
		return true
	}
	defer syscall.Close(poll)
	var change, event [1]syscall.Kevent_t
	syscall.SetKevent(&change[0], int(fd), syscall.EVFILT_READ, syscall.EV_ADD)
	n, err := syscall.Kevent(poll, change[:], event[:], &syscall.Timespec{})
	return n > 0 || err != nil
}
