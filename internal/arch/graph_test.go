package arch

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A graph says what each package imports, tests left out, by import path.
type graph map[string]*node

type node struct {
	imports []string
	std     bool
}

// dirOf is the directory of one of the module's own packages.
func dirOf(importPath string) (dir string, own bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// pathOf is the import path of one of the module's own directories.
func pathOf(dir string) string {
	if dir == "." {
		return module
	}
	return module + "/" + dir
}

// own lists the module's directories, sorted.
func (g graph) own() []string {
	var dirs []string
	for _, p := range sorted(g) {
		if dir, ok := dirOf(p); ok {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// route is the shortest chain of imports that leads from one package to another that bad accepts;
// nil if there is none.
func (g graph) route(from string, bad func(importPath string) bool) []string {
	seen := map[string]bool{from: true}
	for routes := [][]string{{from}}; len(routes) > 0; routes = routes[1:] {
		n := g[routes[0][len(routes[0])-1]]
		if n == nil {
			continue
		}
		for _, p := range n.imports {
			if seen[p] {
				continue
			}
			seen[p] = true
			next := append(slices.Clone(routes[0]), p)
			if bad(p) {
				return next
			}
			routes = append(routes, next)
		}
	}
	return nil
}

// readGraph asks the go command once: the imports of all packages on all systems together, so that
// a rule broken only in a file for Windows is found on Linux.
var readGraph = sync.OnceValues(func() (graph, error) {
	top, err := root()
	if err != nil {
		return nil, err
	}
	g := graph{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		if err := g.list(top, system); err != nil {
			return nil, err
		}
	}
	return g, nil
})

// list adds what `go list` says for one system. It never reaches for the network, and -e makes it
// go on past packages that do not build: other tests report those.
func (g graph) list(top, system string) error {
	cmd := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Standard,Imports", "./...")
	cmd.Dir = top
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "GOPROXY=off")
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list for %s: %w\n%s", system, err, &complaints)
	}
	return g.decode(strings.NewReader(string(out)))
}

// decode adds the packages of one answer of `go list -json`.
func (g graph) decode(r io.Reader) error {
	for dec := json.NewDecoder(r); ; {
		var p struct {
			ImportPath string
			Standard   bool
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if g[p.ImportPath] == nil {
			g[p.ImportPath] = &node{std: p.Standard}
		}
		n := g[p.ImportPath]
		for _, imported := range p.Imports {
			if !slices.Contains(n.imports, imported) {
				n.imports = append(n.imports, imported)
			}
		}
	}
}

// imports is the graph of the repository.
func imports(t *testing.T) graph {
	t.Helper()
	g, err := readGraph()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGraphHoldsTheHouse(t *testing.T) {
	g := imports(t)
	for _, dir := range []string{"internal/rt", "queue"} {
		if n := g[pathOf(dir)]; n == nil || len(n.imports) == 0 {
			t.Errorf("go list shows no imports of %s: the rules would be checked on nothing", dir)
		}
	}
	if n := g["context"]; n == nil || !n.std {
		t.Error("go list does not show context as part of the standard library")
	}
}

func TestDecodeUnitesSystems(t *testing.T) {
	g := graph{}
	for _, answer := range []string{
		`{"ImportPath":"a","Imports":["b","os"]} {"ImportPath":"os","Standard":true}`,
		`{"ImportPath":"a","Imports":["b","syscall"]}`,
	} {
		if err := g.decode(strings.NewReader(answer)); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := g["a"].imports, []string{"b", "os", "syscall"}; !slices.Equal(got, want) {
		t.Errorf("a imports %q, want %q", got, want)
	}
	if g["a"].std || !g["os"].std {
		t.Error("which package is standard is read wrongly")
	}
}

func TestRouteIsShortest(t *testing.T) {
	g := graph{"a": {imports: []string{"b", "c"}}, "b": {imports: []string{"d"}}, "c": {imports: []string{"net"}}, "d": {imports: []string{"a", "c"}}}
	got := g.route("a", func(p string) bool { return p == "net" })
	if want := []string{"a", "c", "net"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := g.route("a", func(p string) bool { return p == "os" }); got != nil {
		t.Errorf("got %q, want no route", got)
	}
}
