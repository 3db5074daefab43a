package bench

import (
	"fmt"
	"slices"
	"sync"

	"github.com/skein-go/skein/bench/internal/measure"
)

// An Env is what the rows of one report share.
type Env struct {
	Scratch string       // a directory for what some rows write; who made it removes it
	Quick   bool         // smaller inputs, where the size does not matter to the ratio
	Say     func(string) // is told what takes long. May be nil.

	files, fileLines int // of generated logs; 0: as many as a measurement needs

	once sync.Once
	logs *logs
	err  error
}

// Rows declares all rows. What they need from disk is made when the first that needs it runs.
func (e *Env) Rows() []measure.Row {
	return slices.Concat(
		tinyRows(),
		[]measure.Row{submitRow()},
		mapRows(),
		[]measure.Row{heldRow()},
		taskRows(),
		[]measure.Row{echoRow()},
		queueRows(),
		priorityRows(),
		lockRows(),
		gateRows(),
		pollRows(),
		seamRows(),
		e.robotsRows(),
	)
}

func (e *Env) say(format string, args ...any) {
	if e.Say != nil {
		e.Say(fmt.Sprintf(format, args...))
	}
}
