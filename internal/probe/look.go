package probe

import (
	"sync"
	"sync/atomic"
)

var lookers atomic.Int32

// Look asks that waits which begin from now on remember when they began. That costs each of
// them one reading of its runtime's clock; who does not park pays nothing. Looking ends when
// every looker has called its stop, which may be called more than once.
func Look() (stop func()) {
	lookers.Add(1)
	var once sync.Mutex
	stopped := false
	return func() {
		once.Lock()
		defer once.Unlock()
		if !stopped {
			stopped = true
			lookers.Add(-1)
		}
	}
}

// Looking reports whether anybody looks. It costs one load.
func Looking() bool { return lookers.Load() > 0 }
