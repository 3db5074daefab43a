package arch

import (
	"go/ast"
	"go/token"
	"slices"
	"testing"
)

// checkPackageDoc reports a package without a comment, and a library that keeps it elsewhere than
// in doc.go.
func checkPackageDoc(dir string, files []*source) []fault {
	documented := func(s *source) bool { return s.file.Doc.Text() != "" }
	inDocFile := func(s *source) bool { return s.name == "doc.go" && documented(s) }
	switch {
	case !slices.ContainsFunc(files, documented):
		return []fault{{dir, "the package has no package comment", "Say above a package clause what it is for"}}
	case isLibrary(dir) && !slices.ContainsFunc(files, inDocFile):
		return []fault{{dir, "the package has no doc.go with the package comment",
			"Write one: what the package is for, its guarantees, when not to use it, an example"}}
	}
	return nil
}

// checkNames reports exported names without a comment.
func checkNames(s *source) []fault {
	if !isPublic(s.dir) || s.isTest() {
		return nil
	}
	var faults []fault
	bare := func(what string, name *ast.Ident) {
		faults = append(faults, fault{s.at(name.Pos()), what + " " + name.Name + " is exported and has no comment",
			"Say what it promises, in units, errors and what blocks, or make it unexported"})
	}
	for _, decl := range s.file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Name.IsExported() && receiverExported(decl) && decl.Doc.Text() == "" {
				bare(funcKind(decl), decl.Name)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				checkSpec(s, decl, spec, bare)
			}
		}
	}
	return faults
}

// checkSpec checks one type, or one line of constants or variables. The comment of a group serves
// its constants and variables; each type of a group needs its own.
func checkSpec(s *source, decl *ast.GenDecl, spec ast.Spec, bare func(what string, name *ast.Ident)) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if !spec.Name.IsExported() {
			return
		}
		if spec.Doc.Text() == "" && (decl.Lparen.IsValid() || decl.Doc.Text() == "") {
			bare("type", spec.Name)
		}
		switch typ := spec.Type.(type) {
		case *ast.StructType:
			checkMembers(s, "field", typ.Fields, bare)
		case *ast.InterfaceType:
			checkMembers(s, "method", typ.Methods, bare)
		}
	case *ast.ValueSpec:
		if spec.Doc.Text() != "" || spec.Comment.Text() != "" || decl.Doc.Text() != "" {
			return
		}
		for _, name := range spec.Names {
			if name.IsExported() {
				bare(decl.Tok.String(), name)
			}
		}
	}
}

// checkMembers checks the fields of a struct or the methods of an interface. A comment above a
// member also serves those that follow it without a blank line.
func checkMembers(s *source, what string, members *ast.FieldList, bare func(what string, name *ast.Ident)) {
	lastLine, grouped := 0, false // the end of the member before, and whether a comment above serves it
	for _, m := range members.List {
		switch {
		case m.Doc.Text() != "":
			grouped = true
		case s.line(m.Pos()) > lastLine+1:
			grouped = false
		}
		lastLine = s.line(m.End())
		if grouped || m.Comment.Text() != "" {
			continue
		}
		for _, name := range m.Names {
			if name.IsExported() {
				bare(what, name)
			}
		}
	}
}

func funcKind(decl *ast.FuncDecl) string {
	if decl.Recv != nil {
		return "method"
	}
	return "func"
}

// receiverExported tells whether decl is a function, or a method of an exported type.
func receiverExported(decl *ast.FuncDecl) bool {
	if decl.Recv == nil || len(decl.Recv.List) == 0 {
		return true
	}
	typ := decl.Recv.List[0].Type
	for {
		switch t := typ.(type) {
		case *ast.StarExpr:
			typ = t.X
		case *ast.ParenExpr:
			typ = t.X
		case *ast.IndexExpr: // Queue[T]
			typ = t.X
		case *ast.IndexListExpr: // Func[In, Out]
			typ = t.X
		case *ast.Ident:
			return token.IsExported(t.Name)
		default:
			return true
		}
	}
}

func TestPackagesHaveAComment(t *testing.T) {
	byDir := packages(tree(t))
	for _, dir := range sorted(byDir) {
		report(t, checkPackageDoc(dir, byDir[dir]))
	}
}

func TestExportedNamesAreDocumented(t *testing.T) {
	for _, s := range tree(t) {
		report(t, checkNames(s))
	}
}

func TestPackageDocCheckerReports(t *testing.T) {
	const bare, documented = "package x", "// Package x does.\npackage x"
	for _, c := range []struct{ dir, file, text, want string }{
		{"queue", "doc.go", documented, ""},
		{"queue", "queue.go", documented, "no doc.go"},
		{"queue", "doc.go", bare, "no package comment"},
		{"internal/rt", "rt.go", documented, "no doc.go"},
		{"examples/tour", "main.go", documented, ""},
		{"examples/tour", "main.go", bare, "no package comment"},
		{"bench", "doc.go", "//go:build linux\n\npackage x", "no package comment"},
	} {
		expect(t, checkPackageDoc(c.dir, []*source{inline(t, c.dir, c.file, c.text)}), c.want)
	}
}

func TestNamesCheckerReports(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"// F does.\nfunc F() {}", ""},
		{"func F() {}", "func F is exported"},
		{"//go:noinline\nfunc F() {}", "func F is exported"},
		{"func f() {}", ""},
		{"type t struct{ A int }\nfunc (t) M() {}", ""},
		{"// T is.\ntype T struct{}\nfunc (*T) M() {}", "x.go:5: method M is exported"},
		{"// T is.\ntype T[A, B any] struct{}\nfunc (*T[A, B]) M() {}", "method M is exported"},
		{"// T is.\ntype T struct{}\n// M does.\nfunc (T) M() {}\nfunc (T) m() {}", ""},
		{"type T int", "type T is exported"},
		{"// Types.\ntype (\n\tT int\n)", "type T is exported"},
		{"// Errors of x.\nvar (\n\tErrA = 1\n\tErrB = 2\n)", ""},
		{"var (\n\tA = 1 // says\n\t// B is.\n\tB = 2\n\tc = 3\n)", ""},
		{"var (\n\t// A is.\n\tA = 1\n\tB = 2\n)", "var B is exported"},
		{"const C = 1", "const C is exported"},
		{"// T is.\ntype T struct {\n\tA int // says\n\tb int\n\n\t// C and D are.\n\tC int\n\tD int\n\n\tfmt.Stringer\n}", ""},
		{"// T is.\ntype T struct {\n\t// C is.\n\tC int\n\n\tD int\n}", "field D is exported"},
		{"// T is.\ntype T struct {\n\tA int // says\n\tB int\n}", "field B is exported"},
		{"// T is.\ntype T interface {\n\t// M does.\n\tM()\n\tfmt.Stringer\n}", ""},
		{"// T is.\ntype T interface{ M() }", "method M is exported"},
	} {
		expect(t, checkNames(inline(t, "queue", "x.go", "package queue\n\n"+c.text)), c.want)
	}
	const bad = "package x\n\nfunc F() {}"
	for _, spared := range []*source{
		inline(t, "queue", "export_test.go", bad),
		inline(t, "internal/rt", "rt.go", bad),
		inline(t, "examples/tour", "tour.go", bad),
	} {
		expect(t, checkNames(spared), "")
	}
}
