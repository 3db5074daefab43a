package poll

import (
	"fmt"
	"time"

	"github.com/skein-go/skein/internal/rt"
)

// After has f called once, when d has passed by the clock of p's runtime.
func After(p *Poller, d time.Duration, f func()) *Registration {
	needHandler(f == nil)
	return p.must(&timer{delay: d, f: f}, true)
}

// Every has f called at the end of each period of d, counted from now, by the clock of p's runtime. Who
// is late is called once for the periods that have passed, and the next call is on time again: so while
// nobody waits there is no timer. It panics if d is not positive.
func Every(p *Poller, d time.Duration, f func()) *Registration {
	needHandler(f == nil)
	if d <= 0 {
		panic(fmt.Sprintf("poll: Every %v; it must be positive", d))
	}
	return p.must(&timer{delay: d, period: d, begin: p.clock.Now(), f: f}, true)
}

// A timer allocates for each time that it is set.
type timer struct {
	delay  time.Duration
	period time.Duration // 0: only once
	begin  time.Time     // of the first period
	f      func()
	stop   func() bool // under the poller's mutex
}

func (t *timer) watch(r *Registration) error {
	p := r.p
	stop := p.clock.AfterFunc(t.delay, func() { (*told)(r).Ready(true) })
	rt.Lock(&p.mu)
	t.stop = stop
	over := r.over
	p.mu.Unlock()
	if over {
		stop()
	}
	return nil
}

func (t *timer) release(r *Registration) {
	rt.Lock(&r.p.mu)
	stop := t.stop
	r.p.mu.Unlock()
	if stop != nil {
		stop()
	}
}

func (t *timer) serve(r *Registration) bool {
	if t.period == 0 {
		if !r.retire() {
			return false
		}
	} else {
		t.delay = t.period - r.p.clock.Now().Sub(t.begin)%t.period
		t.watch(r)
	}
	t.f()
	return true
}
