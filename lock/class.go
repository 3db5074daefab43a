package lock

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/skein-go/skein/internal/probe"
)

// A Class is a set of locks that play the same part, such as the locks of all accounts: what is
// learnt about the order of one of them holds for all. Locks of one class are ordered among
// themselves by age: which of them was locked, or given to [Acquire], first.
//
// A lock is of the class in its Class field; without that, of the class with its name; and without
// a name, of that of the line that locks it first.
type Class struct {
	name  string
	index int                      // of its bit in the sets of others; -1: not checked
	next  atomic.Pointer[[]uint64] // the set of classes that may be locked under this one
	edges []*edge                  // to the classes that were; under graph.mu
}

// An edge is learnt when a lock of one class is first taken under one of another.
type edge struct {
	from, to *Class
	task     string
	stack    probe.Stack
}

// maxClasses bounds what the graph of classes takes: a bit for each pair that was nested.
const maxClasses = 4096

// graph is what was learnt in this process.
var graph struct {
	sync.Mutex
	lastID   uint64 // of a lock
	classes  []*Class
	byName   map[string]*Class
	bySite   map[uintptr]*Class // by program counter; nil: in this package
	reported map[[2]int]bool    // violations that are findings already
	watching bool               // whether this package was told of waits before
}

// NewClass makes a class. Name is what reports call it; two classes may have the same.
func NewClass(name string) *Class {
	graph.Lock()
	defer graph.Unlock()
	return newClass(name)
}

func newClass(name string) *Class {
	c := &Class{name: name, index: len(graph.classes)}
	if c.index >= maxClasses {
		c.index = -1
		probe.Report(probe.Finding{Kind: "lock classes", Sentence: fmt.Sprintf(
			"there are more than %d classes of locks, and the order of further ones is not checked. Give locks with names of their own a Class", maxClasses)})
		return c
	}
	graph.classes = append(graph.classes, c)
	return c
}

// Allow says that locks of inner may be taken under locks of outer, whatever else was learnt, and
// that nothing is learnt from it. It is for orders that something else sees to. With the same class
// twice, the order among its locks is not checked.
func Allow(outer, inner *Class) {
	graph.Lock()
	defer graph.Unlock()
	outer.permit(inner)
}

// before reports whether a lock of d may be taken under one of c without looking further; older
// says whether that of c is the older one.
func (c *Class) before(d *Class, older bool) bool {
	return c == d && older || c.index < 0 || d.index < 0 || c.permits(d)
}

// permits reports whether d is in the set of c.
func (c *Class) permits(d *Class) bool {
	set := c.next.Load()
	return set != nil && d.index>>6 < len(*set) && (*set)[d.index>>6]>>(d.index&63)&1 != 0
}

// permit is called with graph.mu held.
func (c *Class) permit(d *Class) {
	if c.index < 0 || d.index < 0 {
		return
	}
	var set []uint64
	if old := c.next.Load(); old != nil {
		set = append(set, *old...)
	}
	for len(set) <= d.index>>6 {
		set = append(set, 0)
	}
	set[d.index>>6] |= 1 << (d.index & 63)
	c.next.Store(&set)
}

// way is a shortest chain of edges from c to d, nil if there is none. graph.mu is held.
func (c *Class) way(d *Class) []*edge {
	by := map[*Class]*edge{c: nil}
	for list := []*Class{c}; len(list) > 0; list = list[1:] {
		for _, e := range list[0].edges {
			if _, seen := by[e.to]; seen {
				continue
			}
			by[e.to] = e
			if e.to != d {
				list = append(list, e.to)
				continue
			}
			var way []*edge
			for ; e != nil; e = by[e.from] {
				way = append([]*edge{e}, way...)
			}
			return way
		}
	}
	return nil
}

// known gives the lock its class and its place in the order, at its first use.
func (t *core) known(self releaser, name string, class *Class) {
	if t.class.Load() != nil {
		return
	}
	graph.Lock()
	defer graph.Unlock()
	if t.class.Load() != nil {
		return
	}
	if !graph.watching {
		graph.watching = true
		watch(Policy(policy.Load()))
	}
	graph.lastID++
	t.id, t.self = graph.lastID, self
	switch {
	case class != nil:
	case name != "":
		class = classNamed(name)
	default:
		class = classOfCaller()
	}
	t.class.Store(class)
}

// label is what reports call a lock.
func (t *core) label(name string) string {
	if name != "" {
		return fmt.Sprintf("%q", name)
	}
	if c := t.class.Load(); c != nil {
		return fmt.Sprintf("%s #%d", c.name, t.id)
	}
	return "without a name"
}

func classNamed(name string) *Class {
	c := graph.byName[name]
	if c == nil {
		if graph.byName == nil {
			graph.byName = make(map[string]*Class)
		}
		c = newClass(name)
		graph.byName[name] = c
	}
	return c
}

// classOfCaller is the class of the line outside this package that called it.
func classOfCaller() *Class {
	var pcs [12]uintptr
	for _, pc := range pcs[:runtime.Callers(3, pcs[:])] {
		c, seen := graph.bySite[pc]
		if !seen {
			if graph.bySite == nil {
				graph.bySite = make(map[uintptr]*Class)
			}
			if f, _ := runtime.CallersFrames([]uintptr{pc}).Next(); !strings.HasPrefix(f.Function, "github.com/skein-go/skein/lock.") {
				c = newClass("lock first taken by " + probe.Stack{pc}.Where())
			}
			graph.bySite[pc] = c
		}
		if c != nil {
			return c
		}
	}
	return classNamed("lock first taken by an unknown caller")
}
