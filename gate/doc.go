// Package gate holds back tasks until they may go on: events, conditions, tickers, semaphores,
// barriers and watchdogs, on goroutines and coroutines alike.
//
//	var started gate.Event
//	g.Go("server", func(ctx context.Context) error {
//		…
//		started.Set()
//		…
//	})
//	err := started.Wait(ctx) // until it has really started, or ctx ends
//
// [Event] is for what happens once, [Ticker] for what happens at equal times, [Cond] for every other
// change of a state under a lock. [Semaphore] is a limit, or a count of things that were made ready;
// [Barrier] has a fixed number of tasks go on together; [Watchdog] finds the one that never does.
//
// # Guarantees
//
//   - Every wait takes a context, and returns its cause if it ends. Somebody who gives up leaves no
//     trace: no signal, permit or tick is lost with him, and who waits behind him moves up.
//   - Who waits longest is let through first.
//   - An event that is set and a tick that has passed are there even under a cancelled context; a
//     semaphore gives nothing to one, and a barrier breaks.
//   - Tickers and watchdogs belong to the context they are made with: they keep its runtime's time
//     and are closed when it ends. The others are plain state, which goroutines and coroutines may
//     share.
//   - All methods may be called concurrently. Nothing may be copied after first use.
//
// # Cost
//
// Setting or asking an event, taking and releasing a permit nobody waits for, and feeding a watchdog
// are one or two atomic operations. Waiting does not allocate either, once as many have waited at
// that object before. A ticker has a timer while somebody waits or polls; a watchdog has one while it lives.
// There are no goroutines.
//
// # When not to use it
//
// A channel that is closed says "it has happened" to goroutines that need not be seen or run on a
// loop, and a buffered channel limits them. sync.Cond is enough where no wait has to end early. For
// handing on values use package queue: most programs that seem to need a condition or a semaphore
// need a queue. To start so many tasks at a time and no more, use a pool of package work.
package gate
