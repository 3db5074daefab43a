package rt

import (
	"bytes"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/skein-go/skein/internal/probe"
)

// A Runtime is on what tasks execute, where that is not goroutines.
type Runtime interface {
	// Start makes a strand for t and has it run f when its turn comes. Any thread may call it.
	Start(t *Task, f func())
	// Current is the strand whose turn it is, nil while the loop itself has the turn.
	// Any thread may call it; only on that strand is the answer still true when it arrives.
	Current() Strand
	// Now is the runtime's clock.
	Now() time.Time
	// AfterFunc calls f on the loop, outside every strand, once d has passed by that clock.
	// f must be short and may not wait. stop reports whether it prevented the call.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
	// Rand is a random number from the runtime's source.
	Rand() uint64
	// Foreign is called when a goroutine that is none of the runtime's waits with a context that
	// names it. The runtime may panic, if it cannot stay what it promises.
	Foreign(site probe.Stack)
}

// A Strand is the coroutine a task executes on.
type Strand interface {
	Runtime() Runtime
	Task() *Task
	// Park gives up the turn until Unpark. Only the strand itself calls it, on its turn.
	Park()
	// Unpark makes the strand ready. Any thread may call it, once for each Park.
	Unpark()
	// Yield gives up the turn and is ready again at once, behind all who are ready already.
	Yield()
	// ID identifies the goroutine under the strand: 0 while that is not known, and less before
	// its first turn.
	ID() int64
	// SetID is called by the strand itself, once its goroutine is known.
	SetID(int64)
}

// loops lists the runtimes alive in this process. Their number is read before every park, so
// that a program without loops pays one load for their existence.
var loops struct {
	n atomic.Int32
	sync.RWMutex
	list []Runtime
}

// Alive adds r to the runtimes alive until dead is called.
func Alive(r Runtime) (dead func()) {
	loops.Lock()
	defer loops.Unlock()
	loops.list = append(loops.list, r)
	loops.n.Store(int32(len(loops.list)))
	return func() {
		loops.Lock()
		defer loops.Unlock()
		for i, other := range loops.list {
			if other == r {
				loops.list = append(loops.list[:i:i], loops.list[i+1:]...)
				break
			}
		}
		loops.n.Store(int32(len(loops.list)))
	}
}

func alive(r Runtime) bool {
	loops.RLock()
	defer loops.RUnlock()
	return slices.Contains(loops.list, r)
}

// MarkStrand marks the calling goroutine as a strand. It is the first thing a strand does.
//
// The mark is the one bit per goroutine that the standard library lets us set and read back and
// that a go statement does not inherit. It is a convenience of package debug and not made for
// this, so it is used in this file only, and TestRule1Bit holds it to what we need.
func MarkStrand(s Strand) {
	debug.SetPanicOnFault(true)
	if loops.n.Load() > 1 {
		s.SetID(goroutineID())
	} else {
		s.SetID(0)
	}
}

func onStrand() bool {
	if !debug.SetPanicOnFault(false) {
		return false
	}
	debug.SetPanicOnFault(true)
	return true
}

// Executing returns the strand that is executing, nil on a plain goroutine.
func Executing() Strand {
	if loops.n.Load() == 0 || !onStrand() {
		return nil
	}
	loops.RLock()
	defer loops.RUnlock()
	if len(loops.list) == 1 {
		return loops.list[0].Current()
	}
	return executingAmong(loops.list)
}

// executingAmong tells whose turn this is when several loops run at once. Strands born while
// theirs was the only loop have no ID yet, and those all belong to one loop: the only one
// whose current strand can lack an ID.
func executingAmong(list []Runtime) Strand {
	me := goroutineID()
	var unknown Strand
	for _, r := range list {
		switch s := r.Current(); {
		case s == nil:
		case s.ID() == me:
			return s
		case s.ID() == 0:
			unknown = s
		}
	}
	if unknown != nil {
		unknown.SetID(me)
	}
	return unknown
}

// goroutineID parses the number in "goroutine 18 [running]:". At a microsecond it is called
// only where several loops share a process.
func goroutineID() int64 {
	var buf [40]byte
	head := buf[:runtime.Stack(buf[:], false)]
	head = bytes.TrimPrefix(head, []byte("goroutine "))
	if i := bytes.IndexByte(head, ' '); i > 0 {
		id, _ := strconv.ParseInt(string(head[:i]), 10, 64)
		return id
	}
	return 0
}
