// Package loop is the one-thread runtime: tasks as coroutines that take turns. It is the second
// implementation of the seam, and the one that proves it: whatever waits through package rt
// parks its coroutine here and its goroutine elsewhere, without a line of its own for either.
//
// Each task is a coroutine made by iter.Pull, which transfers control at about the cost of a
// function call, in the order the loop chooses. Exactly one executes at a time, and only at a wait
// or a [Yield] does the turn pass on. Ready coroutines take turns first come, first served; what
// one wakes stands behind all that were ready before. Programs on a loop therefore need no locks
// between their tasks and run in the same order each time, as far as time and other threads allow.
//
// Other threads may wake a coroutine (queues and events are shared freely with goroutines); such a
// wake goes through the loop's inbox and rouses it from its sleep.
//
// # Ends
//
// Run returns when every task has ended. When all are asleep, no timer is set and no thread has
// woken anybody for [Options.Patience], nothing will ever happen: Run unwinds them all (their
// deferred calls run) and returns a [*DeadlockError] that says who waits for what, and where.
//
// A panic or runtime.Goexit in a coroutine ends that coroutine. Goexit cannot be recovered, and
// iter.Pull would pass it on to whoever resumed the coroutine, which is the loop; so a coroutine
// that Goexit ends gives up its turn one last time, from its outermost deferred call, and a
// goroutine that has nothing else to do, the undertaker, resumes it to its end.
//
// # When not to use it
//
// Package coro is its face for users. Programs that want throughput want goroutines: a loop uses
// one core, a suspended coroutine costs a goroutine and 300 bytes, and a system call, a plain
// channel receive or a contended sync.Mutex in one coroutine stops them all.
package loop
