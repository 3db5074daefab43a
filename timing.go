package skein

import (
	"context"
	"time"

	"github.com/skein-go/skein/internal/rt"
)

// Sleep waits until d has passed. If ctx ends or its task is stopped first, it returns the cause
// at once. It is time.Sleep by the clock of the runtime: in a simulation, an hour takes no time.
func Sleep(ctx context.Context, d time.Duration) error {
	rt.Point()
	defer rt.Point()
	return rt.Sleep(ctx, d)
}

// Now is the time by the clock of the runtime.
func Now(ctx context.Context) time.Time { return rt.Now(ctx) }

// WithTimeout is context.WithTimeout by the clock of the runtime.
func WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return rt.WithDeadline(ctx, rt.Now(ctx).Add(d))
}

// WithDeadline is context.WithDeadline by the clock of the runtime.
func WithDeadline(ctx context.Context, at time.Time) (context.Context, context.CancelFunc) {
	return rt.WithDeadline(ctx, at)
}

// OnStop has f called, once and at once, when ctx ends: to interrupt what does not take a context,
// by closing it or moving its deadline. f runs beside the caller. off takes f back, and reports
// whether that prevented the call; deferring it is the usual way. For connections and files see
// [Interrupt].
func OnStop(ctx context.Context, f func()) (off func() bool) { return rt.OnStop(ctx, f) }
