package main

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// sample is read when no file is named. It is embedded so that it is found
// whatever the working directory is.
//
//go:generate go run ./gen -dir sample -files 5 -lines 1200 -seed 1 -odd
//go:embed sample
var sample embed.FS

// File names a log. It is the argument of a scan, so it can be encoded and
// sent to another process.
type File struct {
	Name   string
	Sample bool // the name is one in the embedded sample
}

func (f File) open() (io.ReadCloser, error) {
	if f.Sample {
		return sample.Open(f.Name)
	}
	return os.Open(f.Name)
}

// inputs are the logs that a command line names.
type inputs struct {
	files    []File
	size     int64    // bytes of all files together
	problems []string // what was named and is not there, one sentence each
	seen     map[string]bool
}

// findInputs expands files, directories and patterns, in the order given. Without
// any it takes the sample. What occurs twice is taken once.
func findInputs(args []string) *inputs {
	in := &inputs{seen: make(map[string]bool)}
	if len(args) == 0 {
		in.addSample()
	}
	for _, arg := range args {
		// A file whose name looks like a pattern is still that file.
		if _, err := os.Stat(arg); err == nil || !strings.ContainsAny(arg, "*?[") {
			in.add(arg)
			continue
		}
		matches, err := filepath.Glob(arg)
		switch {
		case err != nil:
			in.problem(arg, err)
		case len(matches) == 0:
			in.problem(arg, fmt.Errorf("no file matches"))
		}
		for _, m := range matches {
			in.add(m)
		}
	}
	return in
}

func (in *inputs) addSample() {
	logs, err := sample.ReadDir("sample")
	if err != nil {
		in.problem("sample", err)
	}
	for _, l := range logs {
		in.files = append(in.files, File{Name: path.Join("sample", l.Name()), Sample: true})
		if info, err := l.Info(); err == nil {
			in.size += info.Size()
		}
	}
}

// add takes a file, or the logs of a directory.
func (in *inputs) add(name string) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		in.problem(name, err)
	case info.IsDir():
		in.addDir(name)
	default:
		in.addFile(name, info)
	}
}

// addDir takes the logs in a directory, not those in directories inside it.
func (in *inputs) addDir(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		in.problem(dir, err)
		return
	}
	logs := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".log") && !strings.HasSuffix(e.Name(), ".log.gz") {
			continue
		}
		name := filepath.Join(dir, e.Name())
		info, err := os.Stat(name) // follows a symbolic link
		switch {
		case err != nil:
			in.problem(name, err)
		case info.Mode().IsRegular():
			in.addFile(name, info)
		default:
			continue // a directory or a pipe that happens to be called so
		}
		logs++
	}
	if logs == 0 {
		in.problem(dir, fmt.Errorf("no *.log or *.log.gz in this directory"))
	}
}

func (in *inputs) addFile(name string, info fs.FileInfo) {
	if id := identity(name); !in.seen[id] {
		in.seen[id] = true
		in.files = append(in.files, File{Name: name})
		in.size += info.Size()
	}
}

// identity is the same for all the ways to name one file.
func identity(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	return name
}

func (in *inputs) problem(name string, err error) {
	in.problems = append(in.problems, name+": "+reason(err))
}
