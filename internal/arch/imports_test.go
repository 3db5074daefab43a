package arch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// importedAt finds the line where a directory's own source imports a package, for the report.
func importedAt(all []*source, dir, imported string) string {
	for _, s := range all {
		if s.dir != dir || s.isTest() {
			continue
		}
		for _, spec := range s.file.Imports {
			if p, _ := strconv.Unquote(spec.Path.Value); p == imported {
				return s.at(spec.Pos())
			}
		}
	}
	return dir
}

// checkImports holds every import among the module's packages against the table.
func checkImports(g graph, all []*source) []fault {
	var faults []fault
	for _, from := range g.own() {
		places, ok := allowed(from)
		if !ok {
			faults = append(faults, fault{from, "the directory has no place in the import table",
				"Add it to house in internal/arch/house_test.go, to the right of and below all that will import it"})
			continue
		}
		for _, imported := range g[pathOf(from)].imports {
			to, own := dirOf(imported)
			if !own || place(to) == place(from) || slices.Contains(places, place(to)) {
				continue
			}
			faults = append(faults, fault{importedAt(all, from, imported), wrongWay(from, to), mayImport(places)})
		}
	}
	return faults
}

func wrongWay(from, to string) string {
	if to == testsDir {
		return from + " imports skeintest, which is for tests only"
	}
	return fmt.Sprintf("%s imports %s, against the direction of the import table", from, to)
}

func mayImport(places []string) string {
	if len(places) == 0 {
		return "It may import the standard library only: move what it needs down into it, or hand it in from above"
	}
	return "Move what is shared down, or hand it in from above; of this module it may import " +
		strings.ReplaceAll(strings.Join(places, ", "), ".,", "the root,")
}

func TestImportsPointOneWay(t *testing.T) {
	report(t, checkImports(imports(t), tree(t)))
}

func TestImportsCheckerReports(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"queue", "gate", ""},
		{"queue", ".", ""},
		{"queue", "internal/rt", ""},
		{"proc", "internal/reexec", ""},
		{"skeintest", "work", ""},
		{"examples/findrobots", "work", ""},
		{"examples/findrobots", "examples/findrobots/gen", ""},
		{"gate", "queue", "gate imports queue, against the direction"},
		{".", "work", ". imports work, against the direction"},
		{"internal/rt", "internal/loop", "against the direction"},
		{"work", "internal/wire", "against the direction"},
		{"work", "skeintest", "for tests only"},
		{"queue/ring", "internal/rt", "Add it to house in internal/arch/house_test.go"},
		{"internal/probe", "queue", "may import the standard library only"},
	} {
		g := graph{pathOf(c.from): {imports: []string{"sync", pathOf(c.to)}}}
		expect(t, checkImports(g, nil), c.want)
	}
}

func TestImportsCheckerNamesTheLine(t *testing.T) {
	s := inline(t, "gate", "event.go", "package gate\n\nimport \"sync\"\nimport \"github.com/skein-go/skein/queue\"\n")
	g := graph{pathOf("gate"): {imports: []string{"sync", pathOf("queue")}}}
	expect(t, checkImports(g, []*source{s}), "gate/event.go:4: gate imports queue")
}
