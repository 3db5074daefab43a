package arch

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

// seam are the packages where waiting, goroutines, clocks and dice live.
var seam = []string{"internal/rt", "internal/loop", "internal/netpoll"}

// rim are the directories that the rule of the seam spares, each for the reason beside it.
var rim = []string{
	"examples",        // show plain Go beside ours
	"bench",           // measures plain Go beside ours
	"tools",           // development only
	"cmd",             // programs: signals and terminals are theirs
	"cluster",         // talks to servers whose client has goroutines and channels of its own
	"internal/arch",   // reads source, runs nothing
	"internal/reexec", // runs before there is a runtime
	"proc",            // waits for other processes
	"daemon",          // signals, pidfiles and other processes
	"sock",            // system calls under its own poller
}

// banned are members of the standard library that wait, start, tell the time or roll a die, with
// what to use instead.
var banned = map[string]struct {
	names   []string
	instead string
}{
	"sync":      {[]string{"Cond", "NewCond", "WaitGroup", "Once", "OnceFunc", "OnceValue", "OnceValues"}, "Wait through internal/rt: it parks goroutines and coroutines alike, and a dump shows the wait"},
	"iter":      {[]string{"Pull", "Pull2"}, "Take an iter.Seq and range over it, or start a task: only internal/loop makes coroutines"},
	"runtime":   {[]string{"Gosched"}, "Let internal/rt yield the turn"},
	"reflect":   {[]string{"Select", "MakeChan", "ChanOf"}, "Wait through internal/rt, or with package poll"},
	"os/signal": {[]string{"Notify", "NotifyContext"}, "Let internal/rt, which owns signals, tell the task"},
	"time":      {[]string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}, "Take the clock of the runtime, from internal/rt: virtual time must reach this code too"},
	"context":   {[]string{"WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause", "AfterFunc"}, "Use the deadlines and stop hooks of internal/rt: the standard library's run on the wall clock and on goroutines of their own"},
}

// dice are banned whole: schedules must be reproducible.
var dice = []string{"math/rand", "math/rand/v2"}

// Remedies for what the language itself offers.
const (
	startATask     = "Start a task, with skein.Start, Group.Go or internal/rt: then it can be stopped, joined and seen"
	waitThroughRT  = "Wait through internal/rt: it watches the context, and works on coroutines"
	signalledByEnd = "Keep the state under a mutex and wait through internal/rt; only a result may be a channel, of type <-chan struct{}, for the caller's select"
)

// checkSeam reports what waits, starts, tells the time or rolls a die outside the seam. Tests are
// spared: they may drive our code with plain Go.
func checkSeam(s *source) []fault {
	if s.isTest() || slices.Contains(seam, s.dir) || underAny(s.dir, rim) {
		return nil
	}
	var faults []fault
	add := func(pos token.Pos, rule, remedy string) {
		faults = append(faults, fault{s.at(pos), rule + " outside the seam", remedy})
	}
	checkSeamImports(s, add)
	doneResults := map[ast.Expr]bool{} // channel types in the one place where they may stand
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			add(n.Pos(), "a go statement", startATask)
		case *ast.SelectStmt:
			add(n.Pos(), "a select statement", waitThroughRT)
		case *ast.SendStmt:
			add(n.Arrow, "a send to a channel", waitThroughRT)
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				add(n.Pos(), "a receive from a channel", waitThroughRT)
			}
		case *ast.RangeStmt:
			if isDoneCall(n.X) {
				add(n.Pos(), "a range over a channel", waitThroughRT)
			}
		case *ast.CallExpr:
			if f, ok := ast.Unparen(n.Fun).(*ast.Ident); ok && f.Name == "close" {
				add(n.Pos(), "a call of close", signalledByEnd)
			}
		case *ast.FuncType:
			markDoneResults(n, doneResults)
		case *ast.ChanType:
			if !doneResults[n] {
				add(n.Pos(), "a channel type", signalledByEnd)
			}
		case *ast.SelectorExpr:
			if pkg, name := s.member(n); slices.Contains(banned[pkg].names, name) {
				add(n.Pos(), pkg+"."+name, banned[pkg].instead)
			}
		}
		return true
	})
	return faults
}

// checkSeamImports reports dice, and dot imports that would hide a banned name from us.
func checkSeamImports(s *source, add func(pos token.Pos, rule, remedy string)) {
	for _, spec := range s.file.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		switch {
		case slices.Contains(dice, p):
			add(spec.Pos(), "an import of "+p, "Take chance from internal/rt: a simulation must be able to repeat it")
		case spec.Name != nil && spec.Name.Name == "." && banned[p].names != nil:
			add(spec.Pos(), "a dot import of "+p, "Import it by name, so that its uses can be checked")
		}
	}
}

// markDoneResults notes the results of a function's type that are <-chan struct{}.
func markDoneResults(f *ast.FuncType, marked map[ast.Expr]bool) {
	if f.Results == nil {
		return
	}
	for _, result := range f.Results.List {
		c, ok := result.Type.(*ast.ChanType)
		if !ok || c.Dir != ast.RECV {
			continue
		}
		if elem, ok := c.Value.(*ast.StructType); ok && len(elem.Fields.List) == 0 {
			marked[c] = true
		}
	}
}

// isDoneCall recognizes x.Done(), the channel that code comes by without naming its type.
func isDoneCall(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Done"
}

func TestNothingWaitsOutsideTheSeam(t *testing.T) {
	for _, s := range tree(t) {
		report(t, checkSeam(s))
	}
}
