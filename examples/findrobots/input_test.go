package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree makes the files named, in a temporary directory that becomes the working
// directory; a name that ends with a slash is a directory.
func tree(t *testing.T, names ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range names {
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(name, 0o777); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(filepath.FromSlash(name), []byte("12345"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// names are the files found, with slashes.
func names(in *inputs) []string {
	var all []string
	for _, f := range in.files {
		all = append(all, filepath.ToSlash(f.Name))
	}
	return all
}

func TestFindInputs(t *testing.T) {
	tree(t, "logs/", "logs/inner/", "logs/dir.log/", "none/",
		"a.log", "b.log.gz", "c.txt", "[x].log", "logs/2.log", "logs/1.log.gz", "logs/3.txt", "logs/4.gz", "logs/inner/5.log")
	for _, c := range []struct {
		what, args string
		files      string
		problems   string // beginnings, separated by |
	}{
		{"files in the order given", "c.txt a.log b.log.gz", "c.txt a.log b.log.gz", ""},
		{"a directory, not deeper", "logs", "logs/1.log.gz logs/2.log", ""},
		{"a pattern", "*.log*", "[x].log a.log b.log.gz", ""},
		{"a pattern with a directory", "log?", "logs/1.log.gz logs/2.log", ""},
		{"a pattern over directories", "*/*.log", "logs/2.log", "logs/dir.log: no *.log"},
		{"a file whose name is a pattern", "[x].log", "[x].log", ""},
		{"twice", "a.log ./a.log logs/../a.log a.lo* logs logs/2.log", "a.log logs/1.log.gz logs/2.log", ""},
		{"missing", "a.log z.log", "a.log", "z.log: "},
		{"no match", "z*", "", "z*: no file matches"},
		{"not a pattern", "[z", "", "[z: "},
		{"nothing in the directory", "none a.log", "a.log", "none: no *.log"},
	} {
		t.Run(c.what, func(t *testing.T) {
			in := findInputs(strings.Fields(c.args))
			if got := names(in); !slices.Equal(got, strings.Fields(c.files)) {
				t.Errorf("files %q, want %q", got, c.files)
			}
			if in.size != int64(5*len(in.files)) {
				t.Errorf("%d bytes in %d files of 5", in.size, len(in.files))
			}
			var want []string
			if c.problems != "" {
				want = strings.Split(c.problems, "|")
			}
			if !slices.EqualFunc(in.problems, want, func(got, want string) bool {
				return strings.HasPrefix(filepath.ToSlash(got), want)
			}) {
				t.Errorf("problems %q, want %q", in.problems, want)
			}
		})
	}
}

func TestLinksAreFollowed(t *testing.T) {
	tree(t, "logs/", "logs/a.log", "elsewhere.txt")
	if err := os.Symlink(filepath.Join("..", "elsewhere.txt"), "logs/b.log"); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink("gone", "logs/c.log"); err != nil {
		t.Fatal(err)
	}
	in := findInputs([]string{"logs", "elsewhere.txt"})
	if got := names(in); !slices.Equal(got, []string{"logs/a.log", "logs/b.log"}) {
		t.Errorf("files %q", got)
	}
	if len(in.problems) != 1 || !strings.HasPrefix(filepath.ToSlash(in.problems[0]), "logs/c.log: ") {
		t.Errorf("problems %q, want one with the broken link", in.problems)
	}
}

func TestUnreadableDirectory(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything")
	}
	tree(t, "logs/", "logs/a.log")
	if err := os.Chmod("logs", 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod("logs", 0o700)
	in := findInputs([]string{"logs"})
	if len(in.files) != 0 || len(in.problems) != 1 || !strings.Contains(in.problems[0], "permission denied") {
		t.Errorf("files %q, problems %q", names(in), in.problems)
	}
}
