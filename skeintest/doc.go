// Package skeintest checks tests of concurrent code: that they leave nothing running, and that they
// do not hang.
//
//	func TestServer(t *testing.T) {
//		skeintest.NoLeaks(t)            // fails the test if a task of it is left at its end
//		ctx := skeintest.NoDeadlock(t)  // fails it when its tasks only wait for one another
//		err := skein.Run(ctx, serve, nil)
//		…
//	}
//
// # Guarantees
//
//   - A report names the tasks, says for each what it waits for and at which line, and comes before
//     the test's own time-out would kill the process without such words.
//   - A test that passes pays a timer, no goroutine, and the stamping of waits (see skein.Look).
//
// # When not to use it
//
// Tests that run in parallel see one another's tasks: one test's leak is blamed on every other that
// ends meanwhile, and one test that makes progress hides that another does not. A test in a bubble
// of testing/synctest needs no NoDeadlock: synctest itself knows when nothing can happen any more.
//
// Nothing but tests should import this package; it imports all the others.
package skeintest
