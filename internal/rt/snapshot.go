package rt

import (
	"time"

	"github.com/skein-go/skein/internal/probe"
)

// answerTime is how long a snapshot waits for tasks to tell where they wait.
const answerTime = 100 * time.Millisecond

// Snapshot is what exists and waits now: the roots with everything under them, and the waits
// outside every task. The waiting are asked where they wait: each wakes, looks at its own stack
// and goes on waiting. Who does not answer within 100 ms, or is in another synctest bubble, is
// listed without.
func Snapshot() (tasks []probe.Task, outside []probe.Wait) {
	for _, t := range roots.list() {
		tasks = append(tasks, t.Snapshot())
	}
	for i := range outsiders {
		outside = append(outside, outsiders[i].snapshotWaits()...)
	}
	return tasks, outside
}

// Snapshot is the part of it under t.
func (t *Task) Snapshot() probe.Task {
	p := probe.Task{
		Name: t.Name(), State: t.body.StateName(), Started: t.body.Site(),
		Daemon: t.Daemon(), Waits: t.snapshotWaits(),
	}
	for _, k := range t.Kids() {
		p.Kids = append(p.Kids, k.Snapshot())
	}
	return p
}

type seen struct {
	wait  probe.Wait
	on    probe.Resource
	w     *Waiter
	asked bool
}

func (t *Task) snapshotWaits() []probe.Wait {
	list := t.askWaits()
	t.hearWaits(list)
	return describe(list)
}

// describe asks the resources; they take their own mutexes, so the caller holds none.
func describe(list []seen) []probe.Wait {
	waits := make([]probe.Wait, len(list))
	for i, s := range list {
		if s.on != nil {
			s.wait.On = s.on.ProbeInfo()
		}
		waits[i] = s.wait
	}
	return waits
}

func (t *Task) askWaits() []seen {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []seen
	for w := t.waits; w != nil; w = w.tnext {
		s := seen{w: w, on: w.on, wait: probe.Wait{Verb: w.verb, Timed: w.endsByTime()}}
		if w.since != 0 {
			s.wait.Since = time.Unix(0, w.since)
		}
		// A strand could only answer on its loop's turn; the loop asks its own.
		s.asked = w.strand == nil && w.ask()
		list = append(list, s)
	}
	return list
}

func (t *Task) hearWaits(list []seen) {
	deadline := time.Now().Add(answerTime)
	for i := range list {
		s := &list[i]
		for pause := time.Microsecond; s.asked; pause *= 2 {
			t.mu.Lock()
			listed := s.w.task.Load() == t // by now it may be somebody else's wait
			if listed && s.w.state.Load()&asked == 0 {
				s.wait.Stack = s.w.stack
				s.wait.Where = s.w.stack.Where()
				s.asked = false
			}
			t.mu.Unlock()
			if !listed || time.Now().After(deadline) {
				break
			}
			if s.asked {
				time.Sleep(pause)
			}
		}
	}
}

// AskStrand has the strand of t answer where it waits; its loop calls it, and gives it the turn.
func (t *Task) AskStrand() {
	for _, x := range t.hosted() {
		x.mu.Lock()
		for w := x.waits; w != nil; w = w.tnext {
			if w.strand != nil {
				w.ask()
			}
		}
		x.mu.Unlock()
	}
}

// StrandWaits lists the waits of the strand of t, with the stacks it has answered with.
func (t *Task) StrandWaits() []probe.Wait {
	var list []seen
	for _, x := range t.hosted() {
		x.mu.Lock()
		for w := x.waits; w != nil; w = w.tnext {
			list = append(list, seen{on: w.on, wait: probe.Wait{Verb: w.verb, Stack: w.stack, Where: w.stack.Where()}})
		}
		x.mu.Unlock()
	}
	return describe(list)
}

// hosted is t and the scopes that its strand executes: their Runs have not returned.
func (t *Task) hosted() []*Task {
	list := []*Task{t}
	for i := 0; i < len(list); i++ {
		for _, k := range list[i].Kids() {
			if k.executor() == t {
				list = append(list, k)
			}
		}
	}
	return list
}
