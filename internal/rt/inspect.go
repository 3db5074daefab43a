package rt

import (
	"fmt"
	"time"

	"github.com/skein-go/skein/internal/probe"
)

// A Server is a resource that can tell whether it would let somebody through who wants verb of it.
type Server interface{ Serves(verb string) bool }

// stuckTime is how long a wait that could be served may go on.
const stuckTime = time.Second

// Inspect reports who has waited for long for something that is there: it was woken and has not come,
// because its loop or the processors are busy with something else. It knows of waits that began while
// somebody looked.
func Inspect() {
	if !probe.Looking() {
		return
	}
	var visit func(t *Task)
	visit = func(t *Task) {
		if t.stuck() {
			t.reportStuck()
		}
		for _, k := range t.Kids() {
			visit(k)
		}
	}
	for _, t := range roots.list() {
		visit(t)
	}
	for i := range outsiders {
		visit(&outsiders[i])
	}
}

// stuck reports whether one of t's waits is.
func (t *Task) stuck() bool {
	var old []seen
	t.mu.Lock()
	for w := t.waits; w != nil; w = w.tnext {
		if w.since != 0 && nowOf(t).Sub(time.Unix(0, w.since)) > stuckTime {
			old = append(old, seen{on: w.on, wait: probe.Wait{Verb: w.verb}})
		}
	}
	t.mu.Unlock()
	for _, s := range old { // not under the mutex: resources take their own
		if serves(s.on, s.wait.Verb) {
			return true
		}
	}
	return false
}

func serves(on probe.Resource, verb string) bool {
	s, ok := on.(Server)
	return ok && s.Serves(verb)
}

// reportStuck asks where t waits, which is why it comes second.
func (t *Task) reportStuck() {
	list := t.askWaits()
	t.hearWaits(list)
	for _, s := range list {
		now := nowOf(t)
		if s.wait.Since.IsZero() || now.Sub(s.wait.Since) <= stuckTime || !serves(s.on, s.wait.Verb) {
			continue
		}
		who := "somebody outside every task"
		if t.body != nil {
			who = fmt.Sprintf("task %q", t.Name())
		}
		s.wait.On = s.on.ProbeInfo()
		probe.Report(probe.Finding{
			Kind: "stuck " + s.wait.On.Kind, Where: s.wait.Where, Evidence: s.wait.Stack.String(),
			Sentence: fmt.Sprintf("%s %v, and has for %v; it could go on, but does not: what blocks its loop, or keeps the processors busy?",
				who, s.wait, now.Sub(s.wait.Since).Round(time.Millisecond)),
		})
	}
}
