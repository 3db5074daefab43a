package arch

import (
	"fmt"
	"strings"
	"testing"
)

// About 400 lines a file and 1,500 a package are the rule; the checks leave some room, so that
// nobody squeezes out a comment to meet a number.
const (
	fileRule, fileLimit       = 400, 420
	packageRule, packageLimit = 1500, 1700
)

// larger are the packages that may be longer, each to a limit of its own; docs/decisions.md says why.
// The list is meant to get shorter.
var larger = map[string]int{
	"internal/rt": 3000, // tasks, contexts, waiters and lines refer to each other in a circle
	"work":        2400, // until what executors elsewhere need moves out with them
}

// checkFileSize reports a library's file that is too long.
func checkFileSize(s *source) []fault {
	if !isLibrary(s.dir) || s.isTest() || s.lines <= fileLimit {
		return nil
	}
	return []fault{{s.at(s.file.Package), fmt.Sprintf("the file has %d lines; about %d is the rule", s.lines, fileRule),
		"Move one of its concepts to a file named after it"}}
}

// checkPackageSize reports a library whose files, tests left out, are too long together.
func checkPackageSize(dir string, files []*source) []fault {
	limit, lines := packageLimit, 0
	if more, ok := larger[dir]; ok {
		limit = more
	}
	for _, s := range files {
		lines += s.lines
	}
	if !isLibrary(dir) || lines <= limit {
		return nil
	}
	return []fault{{dir, fmt.Sprintf("the package has %d lines without its tests; about %d is the rule", lines, packageRule),
		"Move a concept that has a name of its own to a package of its own"}}
}

func TestFilesAreShort(t *testing.T) {
	for _, s := range tree(t) {
		report(t, checkFileSize(s))
	}
}

func TestPackagesAreSmall(t *testing.T) {
	byDir := packages(tree(t))
	for _, dir := range sorted(byDir) {
		report(t, checkPackageSize(dir, byDir[dir]))
	}
}

func TestSizeCheckersReport(t *testing.T) {
	long := func(dir, name string, lines int) *source {
		return inline(t, dir, name, "package x"+strings.Repeat("\n", lines))
	}
	expect(t, checkFileSize(long("queue", "queue.go", fileLimit)), "")
	expect(t, checkFileSize(long("queue", "queue.go", fileLimit+1)), "queue/queue.go:1: the file has 421 lines; about 400")
	expect(t, checkFileSize(long("queue", "queue_test.go", 2000)), "")
	expect(t, checkFileSize(long("examples/tour", "main.go", 2000)), "")

	four := []*source{long("lock", "a.go", 400), long("lock", "b.go", 400), long("lock", "c.go", 400), long("lock", "d.go", 400)}
	expect(t, checkPackageSize("lock", four), "")
	five := append(four, long("lock", "e.go", 101))
	expect(t, checkPackageSize("lock", five), "lock: the package has 1701 lines")
	expect(t, checkPackageSize("work", five), "")
	expect(t, checkPackageSize("work", append(five, long("work", "f.go", 700))), "work: the package has 2401 lines")
	expect(t, checkPackageSize("bench", five), "")
}
