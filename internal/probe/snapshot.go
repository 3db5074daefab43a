package probe

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// A Resource is something a task can wait for: a queue, a lock, another task.
type Resource interface {
	// ProbeInfo describes it. Only who looks calls it, from any goroutine, without locks held.
	ProbeInfo() Info
}

// Info describes a resource at one moment.
type Info struct {
	Kind    string   // "queue", "task", "mutex"
	Name    string   // what its owner called it; may be empty
	Detail  string   // "3 of 100", "running"; may be empty
	Holders []string // the tasks that can end the wait, where that is known
}

func (i Info) String() string {
	s := i.Kind
	if i.Name != "" {
		s += fmt.Sprintf(" %q", i.Name)
	}
	if i.Detail != "" {
		s += " (" + i.Detail + ")"
	}
	return s
}

// A Wait is one task, or someone outside every task, waiting for something.
type Wait struct {
	Verb  string    // "get from", "join"
	On    Info      // what for
	Since time.Time // zero when nobody looked as it began
	Where string    // the user's line that waits; empty when it could not be asked
	Stack Stack     // the whole stack, likewise
	Timed bool      // time ends it: it is a sleep or, if somebody looked as it began, has a deadline
}

func (w Wait) String() string {
	s := "waits to " + w.Verb
	switch {
	case w.On.Kind != "":
		s += " " + w.On.String()
	case w.On.Detail != "":
		s += " " + w.On.Detail
	}
	if len(w.On.Holders) > 0 {
		s += ", held by " + strings.Join(w.On.Holders, ", ")
	}
	return s
}

// A Task is the record of one task: a node of the tree.
type Task struct {
	Name    string
	State   string
	Started string // the user's line that started it
	Daemon  bool
	Waits   []Wait
	Kids    []Task
}

// Write prints tasks as a tree, each with what it waits for, since when and where.
func Write(w io.Writer, now time.Time, tasks []Task, outside []Wait) error {
	p := printer{w: w, now: now}
	if len(tasks) == 0 && len(outside) == 0 {
		p.line("", "no tasks")
	}
	for _, t := range tasks {
		p.task("", t)
	}
	if len(outside) > 0 {
		p.line("", "outside every task")
		for _, wait := range outside {
			p.wait("  ", wait)
		}
	}
	return p.err
}

type printer struct {
	w   io.Writer
	now time.Time
	err error
}

func (p *printer) line(indent, text string) {
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.w, indent+text)
	}
}

func (p *printer) task(indent string, t Task) {
	s := t.Name + "  " + t.State
	if t.Daemon {
		s += ", daemon"
	}
	if t.Started != "" {
		s += "  started at " + t.Started
	}
	p.line(indent, s)
	for _, w := range t.Waits {
		p.wait(indent+"  ", w)
	}
	for _, k := range t.Kids {
		p.task(indent+"  ", k)
	}
}

func (p *printer) wait(indent string, w Wait) {
	s := "· " + w.String()
	if !w.Since.IsZero() {
		s += fmt.Sprintf(", for %v", max(0, p.now.Sub(w.Since)).Round(time.Millisecond))
	}
	if w.Where != "" {
		s += ", at " + w.Where
	}
	p.line(indent, s)
}
