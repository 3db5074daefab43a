//go:build unix && !linux

package netpoll

import (
	"errors"
	"os"
	"syscall"
)

// A Level is a descriptor that can be read while it is up. Its methods may not be called concurrently.
type Level struct {
	pipe [2]int
	up   bool
}

// NewLevel makes one that is down: a pipe that has one byte in it or none.
func NewLevel() (*Level, error) {
	l := new(Level)
	syscall.ForkLock.RLock() // no child inherits it
	defer syscall.ForkLock.RUnlock()
	if err := syscall.Pipe(l.pipe[:]); err != nil {
		return nil, os.NewSyscallError("pipe", err)
	}
	for _, fd := range l.pipe {
		syscall.CloseOnExec(fd)
		if err := syscall.SetNonblock(fd, true); err != nil {
			l.Close()
			return nil, os.NewSyscallError("fcntl", err)
		}
	}
	return l, nil
}

// FD is the descriptor.
func (l *Level) FD() int { return l.pipe[0] }

// Set sets it up or down. It does not block.
func (l *Level) Set(up bool) {
	if up == l.up {
		return
	}
	l.up = up
	var one [1]byte
	if up {
		syscall.Write(l.pipe[1], one[:])
	} else {
		syscall.Read(l.pipe[0], one[:])
	}
}

// Close closes the descriptor.
func (l *Level) Close() error {
	return os.NewSyscallError("close", errors.Join(syscall.Close(l.pipe[0]), syscall.Close(l.pipe[1])))
}
