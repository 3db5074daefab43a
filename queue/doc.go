// Package queue passes values between tasks: a typed first-in-first-out queue, bounded or not,
// for any number of producers and consumers, on goroutines and coroutines alike.
//
//	jobs := queue.New[Job](&queue.Options{Cap: 100, Name: "jobs"})
//	err := jobs.Put(ctx, job)                // waits for room, or for ctx
//	for job := range jobs.All(ctx) { … }     // until closed and empty
//	jobs.Close()                             // consumers take what is left, then end
//
// # Guarantees
//
//   - Order: what one producer puts comes out in the order it was put.
//   - Every blocking call takes a context. A call that returns an error has done nothing; an item
//     is never lost to a cancelled call and never delivered twice.
//   - An item, or room, that is there beats a cancelled context: a loop that drains a queue works
//     after its shutdown has begun.
//   - Closed beats empty: once a queue is closed and empty every Get, TryGet included, says
//     [ErrClosed]. Nothing panics on a closed queue.
//   - Among waiting consumers, and among waiting producers, the one who waited longest is woken
//     first. One who just comes along may be faster; nobody loses his place by it.
//   - All methods may be called concurrently. The zero Queue is an unbounded, nameless queue.
//
// # Cost
//
// Put and Get are one critical section each and do not allocate; there is no channel, no select
// and no clock unless the call really waits. Where producers and consumers get into each other's
// way, the consumers take over all there is at once, so that each side has a mutex of its own. The
// buffer grows by doubling and shrinks again after a burst.
//
// # When not to use it
//
// A channel is enough where two goroutines that live and die together pass a few values, where
// the rendezvous itself is the point (unbuffered), or where a select over a fixed set of
// channels says it best.
package queue
