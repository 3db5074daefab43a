package gate_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/gate"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/queue"
)

// logged catches what is logged during the test.
func logged(t *testing.T) *lockedBuffer {
	b, before := new(lockedBuffer), slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(b, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return b
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func found(kind string) (list []skein.Finding) {
	return slices.DeleteFunc(skein.Findings(), func(f skein.Finding) bool { return f.Kind != kind })
}

// stalls counts the reports of the watchdogs made with options.
type stalls struct {
	n    atomic.Int32
	last atomic.Pointer[gate.StalledError]
}

func (s *stalls) options(then gate.StallAction) *gate.WatchdogOptions {
	return &gate.WatchdogOptions{Then: then, OnStall: func(e *gate.StalledError) {
		s.last.Store(e)
		s.n.Add(1)
	}}
}

func TestWatchdogFedIsQuiet(t *testing.T) {
	logged(t)
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var s stalls
		w := gate.NewWatchdog(ctx, time.Second, s.options(gate.StopTask))
		defer w.Close()
		for range 1000 {
			w.Feed()
			w.Feed()
			if err := skein.Sleep(ctx, time.Second-time.Nanosecond); err != nil {
				t.Fatal(err)
			}
		}
		if s.n.Load() != 0 {
			t.Errorf("%d reports", s.n.Load())
		}
	})
}

func TestWatchdogIsPrecise(t *testing.T) {
	logged(t)
	const limit = 4 * time.Second
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		for offset := time.Duration(0); offset < 2*limit; offset += limit/17 + 1 {
			var s stalls
			w := gate.NewWatchdog(ctx, limit, s.options(gate.ReportOnly))
			for left := offset; left > 0; left -= limit / 3 {
				skein.Sleep(ctx, min(left, limit/3))
				w.Feed()
			}
			skein.Sleep(ctx, limit-time.Nanosecond)
			if s.n.Load() != 0 {
				t.Errorf("fed until %v: reported before the limit", offset)
			}
			skein.Sleep(ctx, limit/4+100*time.Millisecond) // the rest is for asking the tasks where they are
			if s.n.Load() != 1 {
				t.Errorf("fed until %v: %d reports a limit and a quarter later", offset, s.n.Load())
			}
			skein.Sleep(ctx, 10*limit)
			if s.n.Load() != 1 {
				t.Errorf("one silence is reported %d times", s.n.Load())
			}
			w.Feed()
			skein.Sleep(ctx, 2*limit)
			if s.n.Load() != 2 {
				t.Errorf("the next silence: %d reports", s.n.Load())
			}
			w.Close()
		}
	})
}

func TestWatchdogIdle(t *testing.T) {
	logged(t)
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var s stalls
		w := gate.NewWatchdog(ctx, time.Second, s.options(gate.ReportOnly))
		defer w.Close()
		w.Idle()
		skein.Sleep(ctx, time.Hour)
		if s.n.Load() != 0 {
			t.Error("reported while idle")
		}
		w.Feed()
		skein.Sleep(ctx, 2*time.Second)
		if s.n.Load() != 1 {
			t.Errorf("%d reports after it", s.n.Load())
		}
	})
}

// A bench is held by whom it says.
type bench struct {
	mu     sync.Mutex
	line   rt.Line
	holder string
}

func (b *bench) ProbeInfo() probe.Info {
	return probe.Info{Kind: "bench", Name: "saw", Holders: []string{b.holder}}
}

func (b *bench) wait(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.line.Wait(ctx, &b.mu, "take", b)
}

func TestWatchdogReport(t *testing.T) {
	log := logged(t)
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		jobs := queue.New[int](&queue.Options[int]{Name: "jobs"})
		saw := &bench{holder: "worker"}
		var s stalls
		g.Go("worker", func(ctx context.Context) error {
			defer gate.NewWatchdog(ctx, time.Second, s.options(gate.ReportOnly)).Close()
			_, err := jobs.Get(ctx)
			return err
		})
		other := g.Go("other", saw.wait)
		skein.Sleep(ctx, 2*time.Second)
		e := s.last.Load()
		if e == nil || !errors.Is(e, gate.ErrStalled) || e.Name != "worker" || e.Limit != time.Second {
			t.Fatalf("told: %#v", e)
		}
		if len(e.Waits) != 1 || !strings.Contains(e.Waits[0], `waits to get from queue "jobs" (0 items)`) || !slices.Equal(e.Holds, []string{`bench "saw"`}) {
			t.Errorf("waits %q, holds %q", e.Waits, e.Holds)
		}
		if rt.Executing() == nil && !strings.Contains(e.Waits[0], "watchdog_test.go") { // a loop answers only on its turn
			t.Errorf("does not say where: %q", e.Waits)
		}
		for _, want := range []string{"worker  running", "other  running", "held by worker", "goroutine ", "TestWatchdogReport"} {
			if !strings.Contains(e.Report, want) {
				t.Errorf("the report lacks %q:\n%s", want, e.Report)
			}
		}
		f := found("stalled watchdog")
		if len(f) != 1 || f[0].Sentence != e.Error() || f[0].Evidence != e.Report {
			t.Errorf("findings: %v", f)
		}
		if l := log.String(); !strings.Contains(l, "stalled watchdog") || !strings.Contains(l, "task=worker") {
			t.Errorf("the log: %s", l)
		}
		jobs.Put(ctx, 1)
		other.Stop(nil)
	})
}

func TestWatchdogStopsTheTask(t *testing.T) {
	logged(t)
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var s stalls
		var never gate.Event
		task := g.Go("worker", func(ctx context.Context) error {
			gate.NewWatchdog(ctx, time.Second, s.options(gate.StopTask)) // closed with the task
			return never.Wait(ctx)
		})
		if err := task.Wait(ctx); !errors.Is(err, gate.ErrStalled) || task.State() != skein.Stopped || s.n.Load() != 1 {
			t.Errorf("%v, %v, %d reports", task.State(), err, s.n.Load())
		}
		err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
			gate.NewWatchdog(ctx, time.Second, s.options(gate.StopTask))
			g.Go("worker", never.Wait)
			return nil
		}, nil)
		if e, ok := errors.AsType[*gate.StalledError](err); !ok || e.Name != "run" {
			t.Errorf("a Run: %v", err)
		}
	})
}

func TestWatchdogAndRestarting(t *testing.T) {
	logged(t)
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var s stalls
		var never gate.Event
		begun := 0
		err := skein.Restarting(skein.RestartPolicy{}, func(ctx context.Context) error {
			defer gate.NewWatchdog(ctx, time.Second, s.options(gate.StopTask)).Close()
			if begun++; begun == 3 {
				return nil
			}
			return never.Wait(ctx)
		})(ctx)
		if err != nil || begun != 3 || s.n.Load() != 2 {
			t.Errorf("%v; begun %d times, %d reports", err, begun, s.n.Load())
		}
	})
}

func TestWatchdogCloses(t *testing.T) {
	logged(t)
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var s stalls
		w := gate.NewWatchdog(ctx, time.Second, s.options(gate.ReportOnly))
		w.Close()
		w.Close()
		w.Feed()
		own, cancel := context.WithCancel(ctx)
		gate.NewWatchdog(own, time.Second, s.options(gate.ReportOnly))
		cancel()
		skein.Sleep(ctx, time.Hour)
		if s.n.Load() != 0 {
			t.Errorf("%d reports", s.n.Load())
		}
	})
}

func TestWatchdogPanicInOnStall(t *testing.T) {
	logged(t)
	bubble(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var never gate.Event
		task := g.Go("worker", func(ctx context.Context) error {
			gate.NewWatchdog(ctx, time.Second, &gate.WatchdogOptions{Then: gate.StopTask, OnStall: func(*gate.StalledError) { panic("boom") }})
			return never.Wait(ctx)
		})
		if err := task.Wait(ctx); !errors.Is(err, gate.ErrStalled) || len(found("panic")) != 1 {
			t.Errorf("%v, findings %v", err, found("panic"))
		}
	})
}

func TestWatchdogWithoutATask(t *testing.T) {
	logged(t)
	probe.Forget()
	told := make(chan *gate.StalledError, 1)
	w := gate.NewWatchdog(context.Background(), 4, &gate.WatchdogOptions{Name: "outside", OnStall: func(e *gate.StalledError) { told <- e }})
	defer w.Close()
	if e := <-told; e.Name != "outside" || len(e.Waits) != 0 || !strings.Contains(e.Error(), "in no wait of Skein") {
		t.Errorf("%v", e)
	}
	for name, f := range map[string]func(){
		"nobody to stop": func() {
			gate.NewWatchdog(context.Background(), time.Second, &gate.WatchdogOptions{Then: gate.StopTask})
		},
		"no limit": func() { gate.NewWatchdog(context.Background(), 0, nil) },
	} {
		if panics(f) == nil {
			t.Errorf("%s: no panic", name)
		}
	}
}

// A coroutine that keeps the thread of its loop is noticed: the watchdog looks from outside.
func TestWatchdogOfABusyLoop(t *testing.T) {
	logged(t)
	err := loop.Run(context.Background(), nil, func(ctx context.Context) error {
		var s stalls
		defer gate.NewWatchdog(ctx, time.Millisecond, s.options(gate.ReportOnly)).Close()
		for s.n.Load() == 0 {
			runtime.Gosched() // and not a turn for anybody else
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWatchdogExits(t *testing.T) {
	if os.Getenv("GATE_TEST_STALL") != "" {
		gate.NewWatchdog(context.Background(), time.Millisecond, &gate.WatchdogOptions{Then: gate.ExitProcess, ExitCode: 7})
		new(gate.Event).Wait(context.Background())
	}
	child := exec.Command(os.Args[0], "-test.run=^TestWatchdogExits$")
	child.Env = append(os.Environ(), "GATE_TEST_STALL=1")
	out, err := child.CombinedOutput()
	if e, ok := errors.AsType[*exec.ExitError](err); !ok || e.ExitCode() != 7 || !strings.Contains(string(out), "stalled watchdog") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestWatchdogFeedDoesNotAllocate(t *testing.T) {
	w := gate.NewWatchdog(context.Background(), time.Hour, nil)
	defer w.Close()
	if allocs := testing.AllocsPerRun(1000, func() { w.Feed(); w.Idle() }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
