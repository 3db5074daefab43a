package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/skein-go/skein/bench/internal/measure"
)

// A holder makes tasks wait, so that what waiting tasks cost can be read.
type holder struct {
	name string // of its row and peer, as in "work/held ants"
	size int    // how many tasks the row has
	// room is how many tasks it can hold; producers of more are blocked. 0: any number.
	room int
	// hold starts n tasks that wait, or as many as there is room for. release lets them go on and
	// returns, when they have ended, how many there were.
	hold func(n int) (release func() int, err error)
}

// A count is how many tasks wait and how many have gone on.
type count struct{ waiting, ended atomic.Int64 }

// settle waits until n tasks wait, or until there have been no more for half a second.
func (c *count) settle(n int) {
	for last, idle := int64(-1), 0; last < int64(n) && idle < 10; {
		time.Sleep(50 * time.Millisecond)
		now := c.waiting.Load()
		if now == last {
			idle++
		} else {
			idle = 0
		}
		last = now
	}
}

func (h *holder) expected(n int) int {
	if h.room > 0 {
		return min(n, h.room)
	}
	return n
}

// peer reads the memory of a fresh process in which h holds its tasks.
func (h *holder) peer(name string) measure.Peer {
	p := measure.Peer{Name: name, Read: func() (measure.Reading, error) { return fresh(h.name, h.size) }}
	if h.room > 0 && h.room < h.size {
		p.Note = fmt.Sprintf("blocked at %d", h.room)
	}
	return p
}

// childFlag is the first argument of a process that was started to be read.
const childFlag = "-child"

// fresh starts this program again to hold n tasks, and returns the memory it says it has then.
func fresh(name string, n int) (measure.Reading, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, childFlag, name, strconv.Itoa(n))
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%.2000s", cmd, err, &complaints)
	}
	var answer freshAnswer
	if err := json.Unmarshal(out, &answer); err != nil {
		return nil, fmt.Errorf("%s: %w", cmd, err)
	}
	if answer.NotRun != "" {
		return nil, measure.NotRun(answer.NotRun)
	}
	return answer.Reading, nil
}

type freshAnswer struct {
	Reading measure.Reading
	NotRun  string
}

// IsChild tells whether a program with these arguments was started to be read; it is to call
// [Child] with them and end.
func IsChild(args []string) bool { return len(args) > 0 && args[0] == childFlag }

// Child does what the arguments ask for: to hold tasks and say what memory that takes, or to
// decompress files.
func Child(args []string, out io.Writer) error {
	if len(args) != 3 {
		return errors.New("a child needs a name and an argument")
	}
	if args[1] == decompressName {
		return decompress(args[2], out)
	}
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	for _, h := range holders() {
		if h.name == args[1] {
			return h.answer(n, out)
		}
	}
	return fmt.Errorf("nothing is called %q", args[1])
}

// answer does not let the tasks go: the process ends with them.
func (h *holder) answer(n int, out io.Writer) error {
	if _, err := h.hold(n); err != nil {
		return err
	}
	var answer freshAnswer
	var reason measure.NotRun
	r, err := measure.Memory()
	if errors.As(err, &reason) {
		answer.NotRun = err.Error()
	} else if err != nil {
		return err
	}
	answer.Reading = r
	return json.NewEncoder(out).Encode(answer)
}

func holders() []holder { return append(poolHolders(), taskHolders()...) }
