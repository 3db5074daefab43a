package netpoll

import "errors"

// A Number is a descriptor that somebody keeps open, as a syscall.RawConn.
type Number int

// Control calls f.
func (n Number) Control(f func(fd uintptr)) error {
	f(uintptr(n))
	return nil
}

// Read returns errors.ErrUnsupported: Go's poller does not know the descriptor.
func (Number) Read(func(fd uintptr) bool) error { return errors.ErrUnsupported }

// Write returns errors.ErrUnsupported.
func (Number) Write(func(fd uintptr) bool) error { return errors.ErrUnsupported }
