package arch

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A source is one parsed Go file.
type source struct {
	dir     string // from the module's root, with slashes; "." is the root
	name    string // of the file
	lines   int
	fset    *token.FileSet
	file    *ast.File
	imports map[string]string // what the file calls each package it imports → its path
}

// at says where pos is: file:line.
func (s *source) at(pos token.Pos) string {
	return path.Join(s.dir, s.name) + ":" + strconv.Itoa(s.line(pos))
}

func (s *source) line(pos token.Pos) int { return s.fset.Position(pos).Line }

func (s *source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// member resolves an expression such as time.Now into "time" and "Now"; empty if it is not the
// member of an imported package. A variable that hides an import is taken for the import: rename it.
func (s *source) member(n ast.Node) (pkg, name string) {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	if x, ok := sel.X.(*ast.Ident); ok && s.imports[x.Name] != "" {
		return s.imports[x.Name], sel.Sel.Name
	}
	return "", ""
}

// parse reads one file. With an error there may still be a source, of what could be parsed.
func parse(dir, name string, text []byte) (*source, error) {
	s := &source{dir: dir, name: name, lines: bytes.Count(text, []byte("\n")), fset: token.NewFileSet(), imports: map[string]string{}}
	var err error
	s.file, err = parser.ParseFile(s.fset, path.Join(dir, name), text, parser.ParseComments|parser.SkipObjectResolution)
	if s.file == nil {
		return nil, err
	}
	for _, spec := range s.file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		local := path.Base(strings.TrimSuffix(imported, "/v2"))
		if spec.Name != nil {
			local = spec.Name.Name
		}
		s.imports[local] = imported
	}
	return s, err
}

// inline is a source written in a test.
func inline(t *testing.T, dir, name, text string) *source {
	t.Helper()
	s, err := parse(dir, name, []byte(text))
	if err != nil {
		t.Fatalf("the test's own source does not parse: %v", err)
	}
	return s
}

// root finds the module's directory: the nearest one upwards that holds a go.mod.
func root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod in this directory or above")
		}
		dir = up
	}
}

// readTree parses every Go file of the repository, nested modules included, once.
var readTree = sync.OnceValues(func() ([]*source, error) {
	top, err := root()
	if err != nil {
		return nil, err
	}
	var all []*source
	var broken []error
	err = filepath.WalkDir(top, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != top && skipped(d.Name()):
			return fs.SkipDir
		case d.IsDir(), filepath.Ext(file) != ".go", strings.HasPrefix(d.Name(), "_"), strings.HasPrefix(d.Name(), "."):
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(top, filepath.Dir(file))
		if err != nil {
			return err
		}
		s, err := parse(filepath.ToSlash(rel), d.Name(), text)
		if err != nil {
			broken = append(broken, err)
		}
		if s != nil {
			all = append(all, s)
		}
		return nil
	})
	return all, errors.Join(append(broken, err)...)
})

// skipped tells whether the go command ignores directories of that name.
func skipped(dir string) bool {
	return dir == "testdata" || dir == "vendor" || strings.HasPrefix(dir, ".") || strings.HasPrefix(dir, "_")
}

// tree is every source. What does not parse is left to TestEveryFileParses.
func tree(t *testing.T) []*source {
	t.Helper()
	all, err := readTree()
	if len(all) == 0 {
		t.Fatal("no Go source found: ", err)
	}
	return all
}

// packages groups sources by directory and leaves tests out.
func packages(all []*source) map[string][]*source {
	byDir := map[string][]*source{}
	for _, s := range all {
		if !s.isTest() {
			byDir[s.dir] = append(byDir[s.dir], s)
		}
	}
	return byDir
}

// sorted are the keys of m in order, so that reports do not change from run to run.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func TestEveryFileParses(t *testing.T) {
	if _, err := readTree(); err != nil {
		t.Errorf("%v. Make it compile: these tests read every file", err)
	}
}

func TestTreeHoldsTheHouse(t *testing.T) {
	byDir := packages(tree(t))
	for _, dir := range []string{"internal/arch", "internal/rt", "internal/probe", "queue"} {
		if len(byDir[dir]) == 0 {
			t.Errorf("no source found in %s: the rules would be checked on nothing", dir)
		}
	}
}

func TestMemberResolvesImports(t *testing.T) {
	s := inline(t, "x", "x.go", `package x
import ("time"; sig "os/signal"; "math/rand/v2")
var a = time.Now
var b = sig.Notify
var c = rand.Int
var d = e.Now`)
	var got []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		if pkg, name := s.member(n); name != "" {
			got = append(got, fmt.Sprint(s.at(n.Pos()), " ", pkg, ".", name))
		}
		return true
	})
	want := []string{"x/x.go:3 time.Now", "x/x.go:4 os/signal.Notify", "x/x.go:5 math/rand/v2.Int"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
