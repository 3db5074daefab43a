package poll

import (
	"fmt"
	"sync"

	"github.com/skein-go/skein/internal/netpoll"
)

// A Level is a descriptor that can be read for as long as its source is ready, for the poller of somebody
// else: select, poll or epoll in C or Python, libuv, a GUI. Its methods may be called concurrently.
type Level struct {
	source Source
	mu     sync.Mutex
	level  *netpoll.Level
	closed bool
}

// FD makes a descriptor that can be read while s is ready: from when a queue gets an item until
// somebody takes the last one, and once nothing will come any more. So who is told of it takes with
// TryGet what he likes, and need not take all: the descriptor tells again. Do not read from it or write
// to it.
//
// It is an eventfd on Linux and a pipe on other Unixes. On Windows, whose pollers take sockets only, the
// error is errors.ErrUnsupported. A queue whose FD was never asked for does not pay for it; then
// it is a system call when the queue becomes empty, and one when it ceases to be.
func FD(s Source) (*Level, error) {
	level, err := netpoll.NewLevel()
	if err != nil {
		return nil, fmt.Errorf("poll: FD: %w", err)
	}
	l := &Level{source: s, level: level}
	s.Watch((*toldLevel)(l))
	return l, nil
}

// FD is the number of the descriptor, until Close.
func (l *Level) FD() int { return l.level.FD() }

// Close closes the descriptor, which the other poller should have let go of. Closing again does nothing.
func (l *Level) Close() error {
	l.source.Unwatch((*toldLevel)(l))
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	return l.level.Close()
}

type toldLevel Level

// Ready implements rt.Poller. Its source's mutex is held.
func (l *toldLevel) Ready(ready bool) { l.level.Set(ready) }
