package arch

import (
	"slices"
	"strings"
	"testing"
)

// unlinked are packages of the standard library that a program does not get by importing ours:
// who only wants a queue should not ship a network stack.
var unlinked = map[string][]string{
	"gate":  {"net", "net/http", "os/exec"},
	"queue": {"net", "net/http", "os/exec"},
	"work":  {"net", "net/http"},
}

// checkStdOnly reports a third-party module that a library stands on, however far down.
func checkStdOnly(g graph, dir string, all []*source) []fault {
	route := g.route(pathOf(dir), func(p string) bool {
		_, own := dirOf(p)
		return !own && p != "C" && (g[p] == nil || !g[p].std)
	})
	if route == nil {
		return nil
	}
	return []fault{{importedAt(all, dir, route[1]), "a library stands on the standard library alone, and this one reaches a third-party module: " + strings.Join(route, " → "),
		"Use the standard library, or move the code that needs the module to an example or a program"}}
}

// checkUnlinked reports the first of the packages that dir must not link, but does.
func checkUnlinked(g graph, dir string, all []*source, packages ...string) []fault {
	if g[pathOf(dir)] == nil {
		return []fault{{dir, "the package does not exist, so what it links cannot be checked", "Restore it, or take it out of unlinked in internal/arch/links_test.go"}}
	}
	route := g.route(pathOf(dir), func(p string) bool { return slices.Contains(packages, p) })
	if route == nil {
		return nil
	}
	return []fault{{importedAt(all, dir, route[1]), dir + " must not link " + route[len(route)-1] + ", but does: " + strings.Join(route, " → "),
		"Cut that chain: a small interface declared here usually does it"}}
}

func TestLibrariesAreStdOnly(t *testing.T) {
	g, all := imports(t), tree(t)
	for _, dir := range g.own() {
		if isLibrary(dir) {
			report(t, checkStdOnly(g, dir, all))
		}
	}
}

func TestSmallPackagesLinkLittle(t *testing.T) {
	g, all := imports(t), tree(t)
	for _, dir := range sorted(unlinked) {
		report(t, checkUnlinked(g, dir, all, unlinked[dir]...))
	}
}

func TestStdOnlyCheckerReports(t *testing.T) {
	g := graph{
		pathOf("queue"):       {imports: []string{"sync", pathOf("internal/rt")}},
		pathOf("internal/rt"): {imports: []string{"os"}},
		"sync":                {std: true},
		"os":                  {std: true, imports: []string{"vendor/golang.org/x/sys"}},

		"vendor/golang.org/x/sys": {std: true}, // the standard library's own copy
	}
	expect(t, checkStdOnly(g, "queue", nil), "")

	g[pathOf("internal/rt")].imports = []string{"golang.org/x/sys/unix"}
	expect(t, checkStdOnly(g, "queue", nil), "skein/queue → github.com/skein-go/skein/internal/rt → golang.org/x/sys/unix")

	g["golang.org/x/sys/unix"] = &node{} // the same, downloaded
	expect(t, checkStdOnly(g, "queue", nil), "third-party module")
}

func TestUnlinkedCheckerReports(t *testing.T) {
	g := graph{
		pathOf("queue"): {imports: []string{pathOf(".")}},
		pathOf("."):     {imports: []string{"net/netip"}},
		"net/netip":     {std: true},
	}
	expect(t, checkUnlinked(g, "queue", nil, "net", "os/exec"), "")

	g[pathOf(".")].imports = []string{"net"}
	expect(t, checkUnlinked(g, "queue", nil, "net", "os/exec"), "queue must not link net, but does")

	expect(t, checkUnlinked(g, "gone", nil, "net"), "gone: the package does not exist")
}
