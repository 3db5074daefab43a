package netpoll

import (
	"encoding/binary"
	"os"
	"syscall"
)

// A Level is a descriptor that can be read while it is up. Its methods may not be called concurrently.
type Level struct {
	fd int
	up bool
}

// NewLevel makes one that is down: an eventfd(2).
func NewLevel() (*Level, error) {
	const flags = syscall.O_CLOEXEC | syscall.O_NONBLOCK // EFD_CLOEXEC and EFD_NONBLOCK are the same
	fd, _, errno := syscall.Syscall(syscall.SYS_EVENTFD2, 0, flags, 0)
	if errno != 0 {
		return nil, os.NewSyscallError("eventfd2", errno)
	}
	return &Level{fd: int(fd)}, nil
}

// FD is the descriptor.
func (l *Level) FD() int { return l.fd }

// Set sets it up or down. It does not block.
func (l *Level) Set(up bool) {
	if up == l.up {
		return
	}
	l.up = up
	var count [8]byte
	if up {
		binary.NativeEndian.PutUint64(count[:], 1)
		syscall.Write(l.fd, count[:])
	} else {
		syscall.Read(l.fd, count[:])
	}
}

// Close closes the descriptor.
func (l *Level) Close() error { return os.NewSyscallError("close", syscall.Close(l.fd)) }
