package skeintest

import (
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// A goroutine is one entry of a full stack dump.
type goroutine struct {
	id    int
	state string // "chan receive", "running", …
	stack string // the entry itself
}

var header = regexp.MustCompile(`^goroutine (\d+)(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[([^\],]*)`)

// goroutines lists all of the process. It stops the world for an instant.
func goroutines() []goroutine {
	buf := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			return parseStacks(string(buf[:n]))
		}
		buf = make([]byte, 2*len(buf))
	}
}

// parseStacks reads what runtime.Stack writes: entries with a blank line between them.
func parseStacks(text string) []goroutine {
	var list []goroutine
	for entry := range strings.SplitSeq(text, "\n\n") {
		m := header.FindStringSubmatch(entry)
		if m == nil {
			continue
		}
		id, _ := strconv.Atoi(m[1])
		list = append(list, goroutine{id: id, state: m[2], stack: strings.TrimSpace(entry)})
	}
	return list
}

// self is the number of the calling goroutine.
func self() int {
	buf := make([]byte, 64)
	if list := parseStacks(string(buf[:runtime.Stack(buf, false)])); len(list) > 0 {
		return list[0].id
	}
	return 0
}

const seam = "github.com/skein-go/skein/internal/"

// ours tells whether Skein started it: nothing outside the seam starts goroutines, and a
// coroutine, which package iter starts, has frames of the loop.
func (g goroutine) ours() bool {
	_, creator, _ := strings.Cut(g.stack, "\ncreated by ")
	creator, _, _ = strings.Cut(creator, "\n")
	switch {
	case strings.HasPrefix(creator, "iter."):
		return strings.Contains(g.stack, "\n"+seam+"loop.")
	case strings.Contains(creator, "_test."), strings.Contains(creator, ".Test"):
		return false
	}
	return strings.HasPrefix(creator, seam)
}

// blocked tells whether it can only go on once another goroutine does something.
func (g goroutine) blocked() bool {
	for _, state := range []string{"chan ", "select", "sync.", "semacquire", "coroutine"} {
		if strings.HasPrefix(g.state, state) {
			return true
		}
	}
	return false
}
