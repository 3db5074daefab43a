// Package runtimes runs the body of a test on each runtime there is, goroutines and a loop, since what
// Skein promises holds on both.
//
//	runtimes.Both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
//		getter := runtimes.Waiting(g, "getter", q.Get) // it waits by now
//		…
//	})
//
// A body that hangs fails its test after 20 seconds without a change, with a dump of who waits for what; one
// that leaves tasks behind fails it too. It is for the tests of this module only: others have no loop yet.
package runtimes
