package rt

import (
	"runtime"
	"sync"
)

// Lock locks a mutex that guards a few instructions of a primitive which many tasks use at once.
// sync.Mutex alone puts the loser to sleep and has the holder wake it, which costs many times the
// section it protects; letting the processor's other goroutines run first usually is enough. (Not
// spinning: threads that take turns at one cache line are slower than threads that take batches.)
func Lock(mu *sync.Mutex) {
	if !mu.TryLock() {
		lockSlow(mu)
	}
}

func lockSlow(mu *sync.Mutex) {
	for range 4 {
		runtime.Gosched()
		if mu.TryLock() {
			return
		}
	}
	mu.Lock()
}
