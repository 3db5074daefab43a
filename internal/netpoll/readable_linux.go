package netpoll

import "syscall"

// readable asks the kernel whether fd can be read now: Go's poller reports only that it has become so.
func readable(fd uintptr, _ bool) bool {
	poll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return true
	}
	defer syscall.Close(poll)
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP}
	if syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, int(fd), &event) != nil {
		return true
	}
	n, err := syscall.EpollWait(poll, []syscall.EpollEvent{event}, 0)
	return n > 0 || err != nil
}
