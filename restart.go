package skein

import (
	"context"
	"fmt"
	"time"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A RestartPolicy says when and how often something that failed is begun again. The zero policy
// waits 100 ms after the first failure, twice as long after each next one up to 30 s, and gives up
// at the sixth failure within a minute.
type RestartPolicy struct {
	Name   string        // what the incarnations are called in dumps. Default "restarting"
	Delay  time.Duration // the wait after the first failure. Default 100 ms
	Max    time.Duration // the longest wait. Default 30 s
	Budget int           // how many restarts are allowed within Window. Default 5; negative: no limit
	Window time.Duration // default 1 minute. Without a failure for as long, waits are short again
	// Always begins again also when the function has returned nil.
	Always bool
	// OnRestart is called before each wait, with the error and the number of the restart,
	// beginning with 1.
	OnRestart func(err error, restart int, wait time.Duration)
}

// A RestartError says that a budget of restarts was used up.
type RestartError struct {
	Restarts int           // within Window, before the last failure
	Window   time.Duration // that of the policy
	Last     error         // the failure that was one too many
}

// Error says how often it was restarted and how it failed in the end.
func (e *RestartError) Error() string {
	return fmt.Sprintf("gave up after %d restarts within %v: %v", e.Restarts, e.Window, e.Last)
}

// Unwrap returns the last failure.
func (e *RestartError) Unwrap() error { return e.Last }

// Restarting makes f into a function that begins f again when it fails or panics: each time as a
// task of its own, under the task that calls. It ends when f returns nil, when its task is stopped
// (with f's error), or when the budget is used up (with a [*RestartError]). Waits vary by up to a
// quarter, so that what failed together does not begin again together.
func Restarting(policy RestartPolicy, f func(ctx context.Context) error) func(ctx context.Context) error {
	p := policy.withDefaults()
	return func(ctx context.Context) error {
		var failures []time.Time // within the window, oldest first
		for restart := 1; ; restart++ {
			err := incarnate(ctx, p.Name, restart, f)
			switch {
			case rt.CauseOf(ctx) != nil:
				return err
			case err == nil && !p.Always:
				return nil
			}
			now := rt.Now(ctx)
			for len(failures) > 0 && now.Sub(failures[0]) > p.Window {
				failures = failures[1:]
			}
			if p.Budget >= 0 && len(failures) >= p.Budget {
				return &RestartError{Restarts: len(failures), Window: p.Window, Last: err}
			}
			wait := p.wait(len(failures), rt.Rand(ctx))
			failures = append(failures, now)
			if p.OnRestart != nil {
				p.OnRestart(err, restart, wait)
			}
			if err := Sleep(ctx, wait); err != nil {
				return err
			}
		}
	}
}

// incarnate runs f as a task of its own and waits for it, stopped or not.
func incarnate(ctx context.Context, name string, n int, f func(context.Context) error) error {
	r := &runner[struct{}]{own: about{name: fmt.Sprintf("%s #%d", name, n), site: probe.FuncSite(f)}, plain: f}
	r.read.Store(true) // as it will be, right below
	return r.start(rt.TaskOf(ctx), ctx, 0).Wait(context.WithoutCancel(ctx))
}

func (p RestartPolicy) withDefaults() RestartPolicy {
	if p.Name == "" {
		p.Name = "restarting"
	}
	if p.Delay <= 0 {
		p.Delay = 100 * time.Millisecond
	}
	if p.Max <= 0 {
		p.Max = 30 * time.Second
	}
	if p.Budget == 0 {
		p.Budget = 5
	}
	if p.Window <= 0 {
		p.Window = time.Minute
	}
	return p
}

// wait is how long to wait after failures within the window.
func (p RestartPolicy) wait(failures int, dice uint64) time.Duration {
	d := p.Delay
	for range failures {
		if d *= 2; d >= p.Max {
			break
		}
	}
	d = min(d, p.Max)
	return d - time.Duration(dice%uint64(d/4+1))
}
