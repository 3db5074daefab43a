package lock

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// A Policy is what is done about locks taken in an order that may end in a deadlock, and about
// deadlocks. It does not concern [Acquire], which always refuses the wrong order.
type Policy int32

const (
	// Report records a finding, once for each pair of classes, and lets the call go on as if
	// nothing had been noticed. This is the default.
	Report Policy = iota
	// Fail has the call return what was found, as an [*OrderError] before it waits, or a
	// [*DeadlockError]. It is for tests, and for programs that can give up what they hold.
	Fail
	// Off looks for nothing.
	Off
)

var policy atomic.Int32

// Check sets the policy of the whole program and returns the one before. What was learnt stays.
func Check(p Policy) (before Policy) {
	graph.Lock()
	defer graph.Unlock()
	before = Policy(policy.Swap(int32(p)))
	if graph.watching {
		watch(p)
	}
	return before
}

// An OrderError says that a lock was asked for against the order, before anybody waits for it.
type OrderError struct {
	Task  string // who asks
	Want  string // the lock that it asks for
	Held  string // a lock that it holds, and that comes after Want, or is Want
	Why   string // what the order is
	Order []Edge // the order learnt before, from the class of Want to that of Held; empty where age decides
	Stack string // of the call
}

// An Edge is a step in the order of classes: when a lock of one was first taken under one of
// another.
type Edge struct {
	From, To string // classes; To was locked under From
	Task     string // by whom
	Stack    string // where
}

// Error tells all of it, over several lines.
func (e *OrderError) Error() string {
	var b strings.Builder
	b.WriteString(e.summary())
	for _, edge := range e.Order {
		fmt.Fprintf(&b, "\n%s was locked under %s by %s:\n%s", edge.To, edge.From, edge.Task, strings.TrimRight(edge.Stack, "\n"))
	}
	fmt.Fprintf(&b, "\nnow %s asks for %s under %s:\n%s", e.Task, e.Want, e.Held, strings.TrimRight(e.Stack, "\n"))
	return b.String()
}

func (e *OrderError) summary() string {
	return fmt.Sprintf("lock: wrong order: %s asks for %s while it holds %s: %s", e.Task, e.Want, e.Held, e.Why)
}

// report records e as a finding.
func (e *OrderError) report(where string) {
	probe.Report(probe.Finding{Kind: "lock order", Sentence: e.summary(), Evidence: e.Error(), Where: where})
}

// held are the locks that the caller, whose Holder it is, still holds.
func held(by *rt.Holder) []rt.Hold {
	n := 0
	for i := range by.Holds {
		if !by.Holds[i].Valid() {
			continue
		}
		if n != i {
			by.Holds[n] = by.Holds[i]
		}
		n++
	}
	by.Holds = by.Holds[:n]
	return by.Holds
}

// hold notes that the caller, if it is known, holds l.
func hold(by *rt.Holder, l probe.Resource, state *atomic.Uint64, word uint64) {
	if by != nil {
		held(by)
		by.Hold(l, state, word)
	}
}

// fits reports whether nothing that the caller holds speaks against t. It is ordered without the
// graph.
func (t *core) fits(by *rt.Holder) bool {
	d := t.class.Load()
	for _, h := range held(by) {
		u := h.On.(locked).tag()
		if u == t || !u.class.Load().before(d, u.id < t.id) {
			return false
		}
	}
	return true
}

// ordered checks that the caller may wait for l under what it holds.
func ordered(by *rt.Holder, l locked) error {
	p := Policy(policy.Load())
	if by == nil || p == Off {
		return nil
	}
	if l.tag().fits(by) {
		return nil
	}
	for _, h := range held(by) {
		if err := learn(by, h.On.(locked), l, p); err != nil {
			return err
		}
	}
	return nil
}

// learn enters l under outer into the graph, unless that contradicts it.
func learn(by *rt.Holder, outer, l locked, p Policy) error {
	graph.Lock()
	defer graph.Unlock()
	t, u := l.tag(), outer.tag()
	c, d := u.class.Load(), t.class.Load()
	pair := [2]int{c.index, d.index}
	if u == t {
		pair[1] = -1 // another matter than the order within the class
	}
	if p == Report && graph.reported[pair] {
		return nil
	}
	task := by.Task().Name()
	err := &OrderError{Task: task, Want: l.label(), Held: outer.label()}
	switch {
	case u == t:
		err.Why = "it is the same lock; to lock it again, use the context of its Held"
	case c.before(d, u.id < t.id):
		return nil
	case c == d:
		err.Why = "within a class the older lock comes first"
	default:
		way := d.way(c)
		if way == nil {
			c.edges = append(c.edges, &edge{c, d, task, probe.Callers(1)})
			c.permit(d)
			return nil
		}
		err.Why = "locks of these classes were taken the other way round"
		for _, e := range way {
			err.Order = append(err.Order, Edge{e.from.name, e.to.name, e.task, e.stack.String()})
		}
	}
	stack := probe.Callers(1)
	err.Stack = stack.String()
	if p == Fail {
		return err
	}
	if graph.reported == nil {
		graph.reported = make(map[[2]int]bool)
	}
	graph.reported[pair] = true
	err.report(stack.Where())
	return nil
}

// callerName is the name of the task of ctx.
func callerName(ctx context.Context) string {
	if t := rt.TaskOf(ctx); t != nil {
		return t.Name()
	}
	return "somebody"
}
