package arch

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// sleepers are where tests may sleep: they deal with other processes, whose time nobody can fake.
var sleepers = []string{"proc", "daemon", "cluster", "cmd", "examples", "bench"}

// inABubble is the comment that vouches for a sleep in a helper that only bubbles call.
const inABubble = "in a bubble"

// checkSleep reports a time.Sleep in a test: too short, and the test is flaky; too long, and it is
// slow. In a bubble of testing/synctest time is fake, so there it is fine.
func checkSleep(s *source) []fault {
	if !s.isTest() || underAny(s.dir, sleepers) {
		return nil
	}
	vouched := map[int]bool{} // lines with the comment
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			if strings.Contains(c.Text, inABubble) {
				vouched[s.line(c.Pos())] = true
			}
		}
	}
	var faults []fault
	var bubbles []*ast.CallExpr
	ast.Inspect(s.file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if pkg, name := s.member(call.Fun); pkg == "testing/synctest" && name == "Test" {
				bubbles = append(bubbles, call)
			}
		}
		if pkg, name := s.member(n); pkg == "time" && name == "Sleep" && !vouched[s.line(n.Pos())] && !inside(bubbles, n.Pos()) {
			faults = append(faults, fault{s.at(n.Pos()), "a test sleeps in real time",
				"Run it in synctest.Test, or wait for the event itself; if only bubbles call this helper, say so on the line with // " + inABubble})
		}
		return true
	})
	return faults
}

func inside(calls []*ast.CallExpr, pos token.Pos) bool {
	for _, c := range calls {
		if c.Pos() <= pos && pos < c.End() {
			return true
		}
	}
	return false
}

func TestTestsDoNotSleep(t *testing.T) {
	for _, s := range tree(t) {
		report(t, checkSleep(s))
	}
}

func TestSleepCheckerReports(t *testing.T) {
	const head = "package x\n\nimport (\"testing\"; \"testing/synctest\"; \"time\")\n\n"
	const slept = "queue/x_test.go:5: a test sleeps in real time"
	for _, c := range []struct{ code, want string }{
		{"func TestA(t *testing.T) { time.Sleep(1) }", slept},
		{"var sleep = time.Sleep", slept},
		{"func TestA(t *testing.T) { synctest.Test(t, f); time.Sleep(1) }", slept},
		{"func TestA(t *testing.T) { synctest.Wait(func() { time.Sleep(1) }) }", slept},
		{"func TestA(t *testing.T) { t.Run(``, func(t *testing.T) { time.Sleep(1) }) }", slept},
		{"func TestA(t *testing.T) { synctest.Test(t, func(t *testing.T) { go func() { time.Sleep(1) }() }) }", ""},
		{"func helper() { time.Sleep(1) } // in a bubble", ""},
		{"func helper() { time.Sleep(1) } // in a hurry", slept},
		{"func helper() { time.After(1); synctest.Wait() }", ""},
	} {
		expect(t, checkSleep(inline(t, "queue", "x_test.go", head+c.code)), c.want)
	}
	const bad = head + "func f() { time.Sleep(1) }"
	expect(t, checkSleep(inline(t, "proc", "x_test.go", bad)), "")
	expect(t, checkSleep(inline(t, "examples/echo", "x_test.go", bad)), "")
	expect(t, checkSleep(inline(t, "queue", "x.go", bad)), "") // the seam's business
}
