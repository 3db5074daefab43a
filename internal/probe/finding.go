package probe

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
)

// MaxFindings is how many different findings are kept.
const MaxFindings = 1000

// A Finding is one thing that is wrong, or is about to go wrong, in the running program.
type Finding struct {
	Kind     string // a short, stable name: "borrowed context", "unread failure", …
	Sentence string // what happened and what to do about it
	Evidence string // what shows it: a stack, a list of waits; may be empty
	Where    string // function (file:line) of the code it is about; may be empty
	Count    int    // how often it was seen at this place
}

// String is the finding as one line, without its evidence.
func (f Finding) String() string {
	s := f.Kind + ": " + f.Sentence
	if f.Where != "" {
		s += " [" + f.Where + "]"
	}
	if f.Count > 1 {
		s += fmt.Sprintf(" (%d times)", f.Count)
	}
	return s
}

type findingKey struct{ kind, where, what string }

var findings struct {
	sync.Mutex
	index   map[findingKey]int
	list    []Finding
	dropped int
}

// Report records f. A second report of the same kind and place (or, without a place, of the
// same sentence) only raises its count. It returns whether f is new.
func Report(f Finding) bool {
	key := findingKey{kind: f.Kind, where: f.Where}
	if f.Where == "" {
		key.what = f.Sentence
	}
	findings.Lock()
	defer findings.Unlock()
	if i, seen := findings.index[key]; seen {
		findings.list[i].Count++
		return false
	}
	if len(findings.list) >= MaxFindings {
		findings.dropped++
		return false
	}
	if findings.index == nil {
		findings.index = make(map[findingKey]int)
	}
	f.Count = max(f.Count, 1)
	findings.index[key] = len(findings.list)
	findings.list = append(findings.list, f)
	return true
}

// Findings returns a copy of what was found so far, oldest first.
func Findings() []Finding {
	findings.Lock()
	defer findings.Unlock()
	list := append([]Finding(nil), findings.list...)
	if findings.dropped > 0 {
		list = append(list, Finding{
			Kind:     "findings dropped",
			Sentence: fmt.Sprintf("only the first %d different findings are kept", MaxFindings),
			Count:    findings.dropped,
		})
	}
	return list
}

// Forget empties the record. It is for tests.
func Forget() {
	findings.Lock()
	defer findings.Unlock()
	findings.index, findings.list, findings.dropped = nil, nil, 0
}

// A Stack is a captured call stack, innermost frame first.
type Stack []uintptr

// Callers captures the calling goroutine's stack, leaving out skip frames above its caller.
func Callers(skip int) Stack {
	var pcs [32]uintptr
	n := runtime.Callers(skip+2, pcs[:])
	return append(Stack(nil), pcs[:n]...)
}

// Where is the innermost frame that is not Skein's own code, as "function (file:line)":
// the line a user would look at. Empty when there is none.
func (s Stack) Where() string {
	where := ""
	s.frames(func(f runtime.Frame) bool {
		where = formatFrame(f)
		return !ownFrame(f)
	})
	return where
}

// String is the stack, one frame a line, without the frames of the Go runtime.
func (s Stack) String() string {
	var b strings.Builder
	s.frames(func(f runtime.Frame) bool {
		if !strings.HasPrefix(f.Function, "runtime.") && !strings.HasPrefix(f.Function, "iter.") {
			b.WriteString("\t" + formatFrame(f) + "\n")
		}
		return false
	})
	return b.String()
}

func (s Stack) frames(visit func(runtime.Frame) (stop bool)) {
	if len(s) == 0 {
		return
	}
	it := runtime.CallersFrames(s)
	for {
		f, more := it.Next()
		if f.Function != "" && visit(f) || !more {
			return
		}
	}
}

func formatFrame(f runtime.Frame) string {
	return fmt.Sprintf("%s (%s:%d)", shortFunc(f.Function), shortFile(f.File), f.Line)
}

func shortFunc(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// shortFile keeps the last folder: enough to find a file, and the same on every machine.
func shortFile(file string) string {
	i := strings.LastIndexByte(file, '/')
	if i < 0 {
		return file
	}
	return file[strings.LastIndexByte(file[:i], '/')+1:]
}

const module = "github.com/skein-go/skein"

// ownFrame tells Skein's library code from a user's. Tests, examples and benchmarks of this
// module count as users.
func ownFrame(f runtime.Frame) bool {
	rest, ours := strings.CutPrefix(f.Function, module)
	switch {
	case strings.HasPrefix(f.Function, "runtime."), strings.HasPrefix(f.Function, "iter."):
		return true
	case !ours, strings.HasSuffix(f.File, "_test.go"):
		return false
	}
	return !strings.HasPrefix(rest, "/examples/") && !strings.HasPrefix(rest, "/bench/")
}
