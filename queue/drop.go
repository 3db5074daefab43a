package queue

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/skein-go/skein/internal/probe"
)

// ErrDropped is how the task of a [PutAck] fails whose item was dropped.
var ErrDropped = errors.New("queue: dropped, as there was no room")

// dropOldest makes room. The mutex is held.
func (q *Queue[T]) dropOldest() T {
	v := q.items.pop()
	q.n--
	q.dropped++
	q.finish(1)
	return v
}

// drop lets everybody know that v has been dropped. No mutex is held.
func (q *Queue[T]) drop(v T) {
	abandon(v, ErrDropped)
	if q.told.CompareAndSwap(false, true) {
		site := probe.Callers(3)
		name := "a queue"
		if q.name != "" {
			name = fmt.Sprintf("queue %q", q.name)
		}
		slog.Warn("skein: a queue that was full dropped an item, and will drop others without a word",
			"queue", q.name, "item", fmt.Sprintf("%.100v", v), "at", site.Where())
		probe.Report(probe.Finding{
			Kind: "dropped item", Where: site.Where(), Evidence: site.String(),
			Sentence: fmt.Sprintf("%s was full and has dropped an item; Stats counts them", name),
		})
	}
	if q.rules != nil && q.rules.onDrop != nil {
		q.rules.onDrop(v)
	}
}

// abandon tells an item that wants to know that nobody will deal with it.
func abandon(v any, why error) {
	if a, ok := v.(interface{ abandoned(error) }); ok {
		a.abandoned(why)
	}
}
