package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// where says on what machine, with which Go and at which commit the figures were taken.
func where() string {
	s := fmt.Sprintf("%s, %d cores, GOMAXPROCS %d, %s/%s, %s",
		processor(), runtime.NumCPU(), runtime.GOMAXPROCS(0), runtime.GOOS, runtime.GOARCH, runtime.Version())
	if c := commit(); c != "" {
		s += ", commit " + c
	}
	return s
}

// processor is the model, where the system tells.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

// commit is what is checked out, if git can tell.
func commit() string {
	id, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return ""
	}
	s := strings.TrimSpace(string(id))
	if changed, err := exec.Command("git", "status", "--porcelain").Output(); err == nil && len(changed) > 0 {
		s += " with changes"
	}
	return s
}
