package rt

import (
	"runtime"
	"sync"
)

// Lock locks a mutex that guards a few instructions of a primitive which many tasks use at once.
// sync.Mutex alone puts the loser to sleep and has the holder wake it, which costs many times the
// section it protects; letting the processor's other goroutines run first usually is enough.
func Lock(mu *sync.Mutex) {
	if !mu.TryLock() {
		lockSlow(mu, 0)
	}
}

// LockBusy is Lock for a mutex that threads take again and again with little in between, and
// reports whether somebody had it. The loser stays away for the time of ten sections or so before it
// looks again, in which the others have the cache line to themselves: taking turns of one section
// each would slow down both. (Anderson, The performance of spin lock alternatives for
// shared-memory multiprocessors, 1990.)
func LockBusy(mu *sync.Mutex) (contended bool) {
	if mu.TryLock() {
		return false
	}
	lockSlow(mu, 300)
	return true
}

// lockSlow spends pause calls of idle, each about a nanosecond, before it looks again.
func lockSlow(mu *sync.Mutex, pause int) {
	for range 4 {
		if pause > 0 {
			for range pause {
				idle()
			}
			if mu.TryLock() {
				return
			}
		}
		runtime.Gosched()
		if mu.TryLock() {
			return
		}
	}
	mu.Lock()
}

//go:noinline
func idle() {}

// Pass lets others run on the caller's processor: for who has just failed to take a lock.
func Pass() { runtime.Gosched() }

// Simulated reports whether a simulation exists, whose hook [Point] calls: then a primitive takes the
// long way, which has its points.
func Simulated() bool { return pointer.Load() != nil }
