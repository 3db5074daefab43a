package gate

import "errors"

var (
	// ErrTooMany is returned by an Acquire of more permits than the semaphore ever has.
	ErrTooMany = errors.New("gate: more permits than there are in all")
	// ErrBroken is returned by the Wait of a barrier that is broken, or was while it waited.
	ErrBroken = errors.New("gate: barrier is broken")
	// ErrClosed is returned by the Wait of a ticker that is closed.
	ErrClosed = errors.New("gate: closed")
	// ErrStalled is what every [*StalledError] is.
	ErrStalled = errors.New("gate: stalled")
)
