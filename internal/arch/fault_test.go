package arch

import (
	"strings"
	"testing"
)

// A fault is one breach of a rule. Every checker returns its faults instead of reporting them, so
// that the checker can be tested itself.
type fault struct {
	at     string // file:line, or a package
	rule   string // what is wrong
	remedy string // what to do about it
}

func (f fault) String() string { return f.at + ": " + f.rule + ". " + f.remedy + "." }

// report fails t with one sentence a fault.
func report(t *testing.T, faults []fault) {
	t.Helper()
	for _, f := range faults {
		t.Error(f)
	}
}

// expect fails t unless there is exactly one fault and it says want, or none if want is empty.
func expect(t *testing.T, faults []fault, want string) {
	t.Helper()
	switch {
	case want == "" && len(faults) > 0:
		t.Errorf("the checker reports good code: %v", faults)
	case want != "" && len(faults) != 1:
		t.Errorf("the checker reports %d faults %v, want one that says %q", len(faults), faults, want)
	case want != "" && !strings.Contains(faults[0].String(), want):
		t.Errorf("the checker says %q, want %q", faults[0], want)
	}
}

func TestFaultNamesPlaceRuleAndRemedy(t *testing.T) {
	got := fault{"a/b.go:3", "there is a go statement", "Start a task"}.String()
	if want := "a/b.go:3: there is a go statement. Start a task."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
