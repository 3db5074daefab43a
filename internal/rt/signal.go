package rt

import (
	"os"
	"os/signal"
)

// OnSignal calls f, on a goroutine of its own, with each of the signals that arrives, until stop
// is called.
func OnSignal(f func(os.Signal), signals ...os.Signal) (stop func()) {
	c := make(chan os.Signal, 8)
	done := make(chan struct{})
	signal.Notify(c, signals...)
	go func() {
		for {
			select {
			case s := <-c:
				f(s)
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(c)
		close(done)
	}
}
