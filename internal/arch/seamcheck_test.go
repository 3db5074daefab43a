package arch

import (
	"fmt"
	"testing"
)

// seamless is what the rule of the seam allows although it looks near to what it forbids.
const seamless = `package queue

import (
	"context"
	"iter"
	"runtime"
	"sync"
	"time"
)

type Event struct {
	mu   sync.Mutex
	pool sync.Pool
	done func() <-chan struct{}
	at   time.Time
	for_ time.Duration
}

type Handle interface{ Done() <-chan struct{} }

func (e *Event) Done() <-chan struct{} { return e.done() }

func (e *Event) close() { runtime.KeepAlive(e) }

func All(ctx context.Context, seq iter.Seq[int]) (done <-chan struct{}, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	new(Event).close()
	for range seq {
	}
	return ctx.Done(), ctx.Err()
}
`

func TestSeamCheckerPassesWhatIsAllowed(t *testing.T) {
	expect(t, checkSeam(inline(t, "queue", "queue.go", seamless)), "")
}

func TestSeamCheckerReportsSyntax(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"func f() { go g() }", "x.go:3: a go statement outside the seam"},
		{"func f() { select {} }", "a select statement"},
		{"func f() { c <- 1 }", "a send to a channel"},
		{"func f() { <-ctx.Done() }", "a receive from a channel"},
		{"func f() { v, ok := <-c }", "a receive from a channel"},
		{"func f() { for range ctx.Done() {} }", "a range over a channel"},
		{"func f() { close(c) }", "a call of close"},
		{"var c = make(chan int)", "a channel type"},
		{"var c chan struct{}", "a channel type"},
		{"type T struct{ done <-chan struct{} }", "a channel type"},
		{"func f(done <-chan struct{}) {}", "a channel type"},
		{"func f() <-chan int { return nil }", "a channel type"},
		{"func f() <-chan struct{ n int } { return nil }", "a channel type"},
		{"func f() chan struct{} { return nil }", "a channel type"},
		{"func f() []<-chan struct{} { return nil }", "a channel type"},
		{"type T interface{ C() chan<- struct{} }", "a channel type"},
		{"type T[C ~chan int] struct{}", "a channel type"},
	} {
		expect(t, checkSeam(inline(t, "queue", "x.go", "package queue\n\n"+c.code)), c.want)
	}
}

func TestSeamCheckerReportsEveryBannedName(t *testing.T) {
	for _, pkg := range sorted(banned) {
		for _, name := range banned[pkg].names {
			text := fmt.Sprintf("package queue\n\nimport std %q\n\nvar x = std.%s", pkg, name)
			expect(t, checkSeam(inline(t, "queue", "x.go", text)), "x.go:5: "+pkg+"."+name+" outside the seam")
		}
		expect(t, checkSeam(inline(t, "queue", "x.go", fmt.Sprintf("package queue\n\nimport . %q", pkg))), "a dot import of "+pkg)
	}
	for _, pkg := range dice {
		expect(t, checkSeam(inline(t, "queue", "x.go", fmt.Sprintf("package queue\n\nimport _ %q", pkg))), "an import of "+pkg)
	}
}

func TestSeamCheckerSparesTheSeamTheRimAndTests(t *testing.T) {
	const bad = "package x\n\nfunc f() { go g() }"
	for _, c := range []struct{ dir, name, want string }{
		{"internal/rt", "rt.go", ""},
		{"internal/loop", "loop.go", ""},
		{"internal/netpoll", "poll.go", ""},
		{"examples/echo", "main.go", ""},
		{"proc", "proc.go", ""},
		{"queue", "queue_test.go", ""},
		{"internal/probe", "probe.go", "a go statement"},
		{"process", "process.go", "a go statement"},
		{"skeintest", "leaks.go", "a go statement"},
		{".", "skein.go", "skein.go:3: a go statement"},
	} {
		expect(t, checkSeam(inline(t, c.dir, c.name, bad)), c.want)
	}
}
