// Package netpoll waits for descriptors in ways that Go's own poller does not offer: for one that it
// does not take ([Reader]), for any of many ([Set]), and for something of ours by a descriptor that a
// foreign poller can wait for ([Level]).
//
// On Linux an epoll instance holds the descriptors and is itself non-blocking and wrapped as an
// *os.File. So the goroutine that waits parks in Go's poller, no thread is stuck in a system call, and
// closing the epoll instance or setting a deadline on it interrupts the wait. This works because an
// epoll instance can itself be polled: epoll(7), "Questions and answers".
//
// A Reader is for a standard input, say, that other processes share: making that non-blocking would
// make it so for them too. What epoll refuses, a regular file, never blocks for long and counts as
// always readable.
//
// Elsewhere there is no Reader (errors.ErrUnsupported), and a Set is a [Pumps]: a goroutine for each
// descriptor.
package netpoll
