package arch

import (
	"slices"
	"strings"
	"testing"
)

// module is the path of the module.
const module = "github.com/skein-go/skein"

// house is the import table: a package may import those to its right and those in the lines below,
// and no others. "." is the package at the root. A name stands for one directory; a name in
// [trees] stands for everything under it too.
var house = [][]string{
	{"examples", "bench"},
	{"daemon", "proc"},
	{"actor", "pubsub"},
	{"coro", "sim", "work", "poll", "sock"},
	{"lock", "queue", "gate"},
	{"."},
	{"internal/loop", "internal/netpoll", "internal/rt", "internal/probe"},
}

// trees are programs, not libraries: nobody imports them, so rules made for importers spare them.
var trees = []string{"examples", "bench", "tools", "cmd"}

// Packages beside the table.
const (
	archDir  = "internal/arch" // these tests: imports nothing, imported by nobody
	testsDir = "skeintest"     // imports every library, imported by tests only

	runtimesDir = "internal/runtimes" // likewise, and imports skeintest
)

// processTools are for the packages that start processes, and for nobody else.
var (
	processTools = []string{"internal/wire", "internal/reexec"}
	processUsers = []string{"daemon", "proc"}
)

// under tells whether dir is root or lies below it.
func under(dir, root string) bool { return dir == root || strings.HasPrefix(dir, root+"/") }

// underAny tells whether dir is one of roots or lies below one.
func underAny(dir string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool { return under(dir, root) })
}

// place is what stands for dir in the table.
func place(dir string) string {
	for _, tree := range trees {
		if under(dir, tree) {
			return tree
		}
	}
	return dir
}

// allowed lists the places whose packages dir may import. It is not ok if dir has no place.
func allowed(dir string) (places []string, ok bool) {
	order := slices.Concat(house...)
	at := slices.Index(order, place(dir))
	switch {
	case dir == archDir, slices.Contains(processTools, dir):
		return nil, true
	case dir == testsDir, dir == runtimesDir:
		libraries := slices.DeleteFunc(order, func(p string) bool { return slices.Contains(trees, p) })
		if dir == runtimesDir {
			libraries = append(libraries, testsDir)
		}
		return append(libraries, processTools...), true
	case at < 0:
		return nil, false
	case slices.Contains(processUsers, dir):
		return append(order[at+1:], processTools...), true
	}
	return order[at+1:], true
}

// isLibrary tells whether other packages are meant to import dir.
func isLibrary(dir string) bool { return !underAny(dir, trees) && dir != archDir }

// isPublic tells whether users of the module can import dir.
func isPublic(dir string) bool { return isLibrary(dir) && !under(dir, "internal") }

func TestAllowedFollowsTheTable(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"queue", "gate", true},
		{"gate", "queue", false},
		{"coro", "sock", true},
		{"sock", "coro", false},
		{"queue", ".", true},
		{".", "queue", false},
		{"internal/loop", "internal/rt", true},
		{"internal/rt", "internal/loop", false},
		{"examples/findrobots", "proc", true},
		{"proc", "internal/wire", true},
		{"work", "internal/wire", false},
		{"internal/wire", "internal/rt", false},
		{"skeintest", "daemon", true},
		{"skeintest", "examples", false},
		{"internal/runtimes", "skeintest", true},
		{"internal/runtimes", "examples", false},
		{"queue", "internal/runtimes", false},
		{"examples/findrobots", "skeintest", false},
		{"internal/arch", "queue", false},
	} {
		places, ok := allowed(c.from)
		if !ok {
			t.Errorf("%s has no place", c.from)
		}
		if got := slices.Contains(places, c.to); got != c.want {
			t.Errorf("may %s import %s? got %v, want %v", c.from, c.to, got, c.want)
		}
	}
	if _, ok := allowed("queue/ring"); ok {
		t.Error("queue/ring has a place, and should need one of its own")
	}
}

func TestLibrariesArePublicOrInternal(t *testing.T) {
	for dir, want := range map[string][2]bool{ // library, public
		".":                   {true, true},
		"queue":               {true, true},
		"internal/rt":         {true, false},
		"internal/arch":       {false, false},
		"examples/findrobots": {false, false},
		"bench":               {false, false},
	} {
		if got := [2]bool{isLibrary(dir), isPublic(dir)}; got != want {
			t.Errorf("%s: library, public = %v, want %v", dir, got, want)
		}
	}
}
