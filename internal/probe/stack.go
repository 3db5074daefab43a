package probe

import (
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
)

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

// PanicStack is the stack of the panic being recovered: what debug.Stack has below the line of
// the panic call, which is where the panicking function is.
func PanicStack() string {
	head, below, ok := strings.Cut(string(debug.Stack()), "\npanic(")
	if !ok {
		return head
	}
	_, below, _ = strings.Cut(below, "\n") // its arguments
	_, below, _ = strings.Cut(below, "\n") // its file
	first, _, _ := strings.Cut(head, "\n")
	return first + "\n" + below
}

// SiteName is "function (file:line)" of a program counter.
func SiteName(pc uintptr) string {
	if pc == 0 {
		return ""
	}
	return Stack{pc}.Where()
}

// CallerSite is the caller of the exported function that calls it.
func CallerSite() uintptr {
	var pc [1]uintptr
	runtime.Callers(3, pc[:])
	return pc[0]
}

// FuncSite is where f was written; for a function literal that is where the task is started.
func FuncSite(f any) uintptr { return reflect.ValueOf(f).Pointer() + 1 }
