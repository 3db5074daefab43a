// Package netpoll lets a goroutine wait for a descriptor that Go's own poller does not take, such
// as a standard input that other processes share: making that non-blocking would make it so for
// them too.
//
// An epoll instance holds the descriptor and is itself non-blocking and wrapped as an *os.File. So
// the goroutine parks in Go's poller, no thread is stuck in a system call, and a deadline set on
// the epoll instance interrupts the wait. A descriptor that epoll refuses, a regular file, never
// blocks for long and is read directly.
//
// The pattern is Go's netpoller around a nested epoll, which works because an epoll instance can
// itself be polled: epoll(7), "Questions and answers". Linux only; elsewhere [NewReader] says
// errors.ErrUnsupported.
package netpoll
