package probe

import (
	"fmt"
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
