package rt

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/skein-go/skein/internal/probe"
)

// A Latch is set once and lets everybody through from then on. The zero Latch is not set.
// All methods may be called concurrently.
type Latch struct {
	set  atomic.Bool
	mu   sync.Mutex
	line Line
	done chan struct{} // made when first asked for
}

// Set sets it and wakes everybody. It does not block.
func (l *Latch) Set() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.set.Load() {
		return
	}
	l.set.Store(true)
	l.line.ServeAll()
	if l.done != nil {
		close(l.done)
	}
}

// IsSet reports whether it is.
func (l *Latch) IsSet() bool { return l.set.Load() }

// Wait waits until it is set: nil, even under a cancelled context, if it is already.
func (l *Latch) Wait(ctx context.Context, verb string, on probe.Resource) error {
	if l.set.Load() {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.set.Load() {
		return nil
	}
	return l.line.Wait(ctx, &l.mu, verb, on)
}

// Done is closed when it is set.
func (l *Latch) Done() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done == nil {
		l.done = make(chan struct{})
		if l.set.Load() {
			close(l.done)
		}
	}
	return l.done
}
