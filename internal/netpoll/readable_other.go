//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package netpoll

// readable has the caller wait once. On Windows that wait is a read of no bytes, which ends when
// something is there.
func readable(_ uintptr, again bool) bool { return again }
