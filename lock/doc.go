// Package lock has locks whose waits can be cancelled and seen, and that find out about deadlocks,
// before they happen where that can be: a [Mutex], a [RWMutex], a [Guarded] value, and [Acquire],
// which takes several locks at once in an order that cannot deadlock.
//
//	held, err := lock.Acquire(ctx, from, to) // in any order
//	if err != nil {
//		return err // ctx has ended, or the order is wrong; nothing is held
//	}
//	defer held.Unlock()
//
//	err := counter.With(ctx, func(n *int) error { *n++; return nil }) // a lock.Guarded[int]
//
// # Guarantees
//
//   - Every wait takes a context, and ends with it. A context that has ended is refused even if the lock
//     is free. After an error nothing is held.
//   - Whoever waits is served first come, first served, but for those who come along at the right
//     moment; who has waited for a millisecond is served before those too.
//   - A [Held] is the proof that a lock is held, and its only key. Unlocking twice panics and names the
//     lock. With [Held.Context] the lock can be locked again; nothing else is taken for a second time
//     by the same holder, and no task inherits it.
//   - Nested Acquire against the order is an error in every run, whether or not anybody else is there.
//   - Nested Lock is checked by classes: see [Class]. An order that was once learnt and is contradicted
//     later, by the same task or another, directly or over several classes, is found before anybody
//     waits. It is a possible deadlock, and not a certain one: see [Allow].
//   - Tasks that wait for each other's locks, or ends, in a circle are found as the last one begins to
//     wait: a deadlock, and certain. What a timeout or another context may end is none.
//   - What is found is a finding (see skein.Findings), or with Check([Fail]) the error of the call.
//   - skein.Dump shows who holds what a task waits for.
//
// All functions and methods may be called concurrently, on goroutines and coroutines alike.
//
// # Who holds it
//
// Go does not say which goroutine calls. Here a lock belongs to a task if the body of that task locked
// it, which is known on amd64 and arm64. A plain goroutine that uses the context of a task, or a
// task that uses that of another, is nobody in particular: its locks lock, but teach nothing about
// order and accuse nobody. The same goes for callers outside every task, and for other processors:
// there Acquire sees what is nested only through [Held.Context].
//
// # Cost
//
// Lock and Unlock of a free Mutex cost a tenth more than those of sync.Mutex, two that are nested,
// order checked, half as much again; nothing is allocated. A Mutex takes 104 bytes, a sync.Mutex 8. A
// stack is captured only where two classes are nested for the first time. A task that
// uses a lock for the first time allocates what it remembers of its locks.
//
// # The hole
//
// Only what is locked here is seen. A sync.Mutex taken on the way, a channel, a semaphore or a file
// lock can be part of a deadlock that nobody here knows of; and whoever locks with Lock what others
// Acquire has left their order.
//
// # When not to use it
//
// Around a few instructions that call nobody, sync.Mutex is as good, smaller, and needs no context. What
// is counted rather than held is a semaphore. What one task owns needs no lock: let others send to it.
package lock
