// Package rt is the seam: the one place in Skein where anything waits, starts, reads a clock
// or rolls a die. Every other package waits by calling it, and so gets cancellation,
// who-waits-for-what records, deadlock reports, coroutines and virtual time without code of
// its own for any of them.
//
// # The life of one wait
//
// A task calls q.Get(ctx) on an empty queue.
//
//  1. Get holds the queue's own mutex and finds nothing. It calls [Line.Wait] on its line of
//     getters, the mutex held, as with a condition variable.
//  2. The line takes a [Waiter] from the line's own free list, links it at the tail and
//     releases the mutex. From here on a Put may already serve it.
//  3. Only now is the context asked: which task does it name, can it be cancelled? And, only if
//     a loop is alive in the process, who is executing? On goroutines the answer is whoever the
//     context names. On a loop it is the coroutine whose turn it is, whatever the context says.
//  4. The waiter is linked to that task, so that Stop finds it and a dump shows it. If the task
//     has been stopped already, the wait is over: step 7. If it waits for what others hold, or
//     for the end of a task, and somebody looks for deadlocks ([FindDeadlocks]), he looks now.
//  5. It parks: a goroutine receives from the waiter's channel (and from ctx.Done(), if ctx is not
//     the task's own), a coroutine hands the turn to its loop. Whoever wants it back sets a bit in
//     the waiter's state; the bit that finds it parked and alone sends the one token.
//  6. A Put takes the waiter out of the line, under the mutex, and calls [Waiter.Wake]. Or the task
//     is stopped, or ctx ends: nobody takes the waiter out of the line.
//  7. Line.Wait takes the queue's mutex again and looks where its waiter is. Still in line: it is
//     taken out, and the cause of the cancellation returned. No longer in line: it was served, and
//     being served wins over being cancelled. If the wake has not arrived it is awaited, so that
//     nothing stale is on its way when the waiter goes back to the free list.
//  8. Get, the mutex held, looks at the queue again. An error from Line.Wait means that nothing
//     was taken and nothing was lost.
//
// # Rules
//
// The numbers are those of the tests in this package (TestRule1…).
//
//  1. The waiter is whoever is executing; a context never names it.
//  2. A wake is consumed before its waiter is used again. Never lost, never twice.
//  3. A task's own context registers nothing: Stop wakes its waiters. A foreign context on a loop
//     is registered once for each task and context.
//  4. Time is the runtime's: [Now], [Sleep], [WithDeadline].
//  5. Who owns time or goroutines takes a context when it is made; pure state does not, and may be
//     shared by goroutines and coroutines: wakes cross.
//  6. [Point] takes no context and costs one load while no simulation runs. It is never called
//     under an internal mutex.
//  7. No user code runs under an internal mutex.
//  8. Who waits for a task from a place in an executor lends that place to what the task waits for
//     there ([Lender]); nothing runs on the stack of who waits.
//  9. A killed coroutine unwinds by Goexit at its wait: deferred calls run, and may wait.
//  10. A task's own context is lazy and lives in the task: until somebody asks for Done, no
//     channel, no registration and no goroutine exist for it.
//  11. No other package starts goroutines, touches channels or reads a clock; a test reads the
//     source for it.
//  12. What Go cannot give is said: a plain channel receive, a sync.Mutex or a system call in a
//     coroutine blocks its whole loop.
//
// # What a runtime is
//
// Goroutines are the runtime unless the context of a task says otherwise; they need no object.
// Anything else implements [Runtime] and gives each of its tasks a [Strand], which can park and be
// made ready again. Package loop is the one such runtime.
//
// # Synctest
//
// Everything here works inside a testing/synctest bubble, as long as objects made in a bubble stay
// in it: that is a rule of synctest. Waits are receives from channels made in the bubble, hence
// durably blocking.
package rt
