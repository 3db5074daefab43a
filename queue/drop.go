package queue

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/skein-go/skein/internal/probe"
)

// ErrDropped is how the task of a [PutAck] fails whose item was dropped.
var ErrDropped = errors.New("queue: dropped, as there was no room")

// droppedFull lets everybody know that v was dropped by [Options].Full. No mutex is held.
func (q *Queue[T]) droppedFull(v T) {
	abandon(v, ErrDropped)
	if q.told.CompareAndSwap(false, true) {
		site := probe.Callers(0)
		slog.Warn("skein: a full queue dropped an item, and will drop others without a word",
			"queue", q.name, "item", excerpt(v), "at", site.Where())
		probe.Report(probe.Finding{
			Kind: "dropped item", Where: site.Where(), Evidence: site.String(),
			Sentence: q.title() + " was full and has dropped an item; its Stats count them",
		})
	}
	q.onDrop(v)
}

func (q *Queue[T]) onDrop(v T) {
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

// excerpt is the beginning of what v looks like, for a log.
func excerpt(v any) string {
	text := []rune(fmt.Sprint(v))
	if len(text) > 100 {
		return string(text[:100]) + "…"
	}
	return string(text)
}

// title is what a sentence calls q.
func (q *Queue[T]) title() string {
	if q.name == "" {
		return "a queue"
	}
	return fmt.Sprintf("queue %q", q.name)
}
