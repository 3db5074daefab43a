package queue

import (
	"context"
	"sync"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// waiters are those who wait on one side of a queue. At most one goroutine of them is on its way at
// any time; when it arrives and finds more than it takes, it has the next one come. So a burst of a
// million puts wakes a handful of consumers, not each of them for each item. Coroutines do not count:
// one whose loop is busy may be long on its way, and must not hold up the others.
type waiters struct {
	line   rt.Line
	called bool // a goroutine has been woken and has not arrived yet
}

// next takes the one who has waited longest out of the line, for the caller to wake; nil if
// nobody waits or one is on its way already. The queue's mutex is held.
func (ws *waiters) next() caller {
	if ws.called || ws.line.Empty() {
		return caller{}
	}
	w := ws.line.Serve()
	ws.called = !w.OnLoop()
	return caller{w}
}

// all wakes everybody.
func (ws *waiters) all() { ws.line.ServeAll() }

// wait waits until ready, and returns nil, or the cause for which the wait was cut short; even
// then ready may be true by now. mu is held, before and after.
func (ws *waiters) wait(ctx context.Context, mu sync.Locker, verb string, on probe.Resource, ready func() bool) (err error) {
	for again := false; err == nil && !ready(); again = true {
		err = ws.stand(ctx, mu, verb, on, again)
	}
	return err
}

// stand is one wait in line, at its head for one who was woken and found nothing.
func (ws *waiters) stand(ctx context.Context, mu sync.Locker, verb string, on probe.Resource, again bool) (err error) {
	if again {
		err = ws.line.WaitAgain(ctx, mu, verb, on)
	} else {
		err = ws.line.Wait(ctx, mu, verb, on)
	}
	if err == nil {
		ws.called = false
	}
	return err
}

// A caller is who is to be woken, or nobody.
type caller struct{ w *rt.Waiter }

// Wake may be called with the mutex held or right after it was released.
func (c caller) Wake() {
	if c.w != nil {
		c.w.Wake()
	}
}
