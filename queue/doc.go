// Package queue passes values between tasks: a typed queue, bounded or not, for any number of
// producers and consumers, on goroutines and coroutines alike.
//
//	jobs := queue.New(&queue.Options[Job]{Cap: 100, Name: "jobs"})
//	err := jobs.Put(ctx, job)                // waits for room, or for ctx
//	for job := range jobs.All(ctx) { … }     // until closed and empty
//	jobs.Close()                             // consumers take what is left, then end
//
// # Guarantees
//
//   - Order: what one producer puts comes out in the order it was put. With [Options].LIFO the last
//     comes first; with ByPriority and Less the foremost, and among equals the one put first.
//   - Every blocking call takes a context. A call that returns an error has done nothing, except
//     that PutAll says how much; an item is never lost to a cancelled call and never delivered
//     twice.
//   - An item, or room, that is there beats a cancelled context: a loop that drains a queue works
//     after its shutdown has begun.
//   - Closed beats empty: once a queue is closed and empty every Get, TryGet included, says
//     [ErrClosed]; while others hold leases, it is not empty for good. Nothing panics on a closed
//     queue.
//   - Full is said or told: a queue without room has Put wait and TryPut fail, or drops as
//     [Options].Full says. What is dropped is counted, handed to OnDrop, and the first time logged.
//   - Among waiting consumers, and among waiting producers, the one who waited longest is woken
//     first. One who just comes along may be faster; nobody loses his place by it.
//   - All methods may be called concurrently. The zero Queue is an unbounded, nameless queue.
//
// # What becomes of an item
//
// A producer that wants to know when all is done calls [Queue.Join]: it waits until each item has been
// finished, dropped, or taken out by CloseNow. Consumers say so with [Queue.Finish], or take each
// item as a [Lease]: that goes back into the queue if the task that holds it ends without having
// finished it, in whatever way. So an item is dealt with at least once, as long as there are
// consumers. A producer that wants to know it of one item uses [PutAck].
//
// # Cost
//
// Put and Get are one critical section each and do not allocate; there is no channel, no select
// and no clock unless the call really waits. Where producers and consumers get into each other's
// way, the consumers take over all there is at once, so that each side has a mutex of its own;
// queues with LIFO, ByPriority, Less, a policy for when they are full, or a poller do without that.
// The buffer grows by doubling and shrinks again after a burst. A lease and an acknowledged put cost
// a few allocations each.
//
// An item is not copied but as Go copies values: who puts a pointer gives away what it points to,
// or sets [Options].Clone.
//
// # When not to use it
//
// A channel is enough where two goroutines that live and die together pass a few values, where
// the rendezvous itself is the point (unbuffered), or where a select over a fixed set of
// channels says it best.
package queue
