package queue_test

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/queue"
)

// logged captures what is logged until the test ends.
func logged(t *testing.T) *bytes.Buffer {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &log
}

func TestDropPolicies(t *testing.T) {
	logged(t)
	for full, want := range map[queue.Full]struct{ kept, dropped []int }{
		queue.DropNewest: {[]int{1, 2}, []int{3, 4, 5, 6}},
		queue.DropOldest: {[]int{5, 6}, []int{1, 2, 3, 4}},
	} {
		both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
			var dropped []int
			q := queue.New(&queue.Options[int]{Cap: 2, Full: full, OnDrop: func(v int) { dropped = append(dropped, v) }})
			if n, err := q.PutAll(ctx, 1, 2, 3); n != 3 || err != nil {
				t.Errorf("PutAll: %d, %v", n, err)
			}
			if err := q.TryPut(4); err != nil {
				t.Error(err)
			}
			if err := q.Send(5); err != nil {
				t.Error(err)
			}
			if err := q.Put(cancelled(ctx), 6); err != nil {
				t.Error(err)
			}
			if s := q.Stats(); s.Dropped != 4 || s.Unfinished != 2 {
				t.Errorf("%+v", s)
			}
			q.Close()
			if err := q.Put(ctx, 7); err != queue.ErrClosed {
				t.Errorf("closed: %v", err)
			}
			if got := drain(q); !slices.Equal(got, want.kept) || !slices.Equal(dropped, want.dropped) {
				t.Errorf("kept %v, dropped %v", got, dropped)
			}
		})
	}
}

func TestOnDropMayUseTheQueue(t *testing.T) {
	logged(t)
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		var q *queue.Queue[int]
		seen := 0
		q = queue.New(&queue.Options[int]{Cap: 1, Full: queue.DropNewest, OnDrop: func(v int) {
			seen = q.Len()
			drain(q)
			q.Put(ctx, v)
		}})
		q.Put(ctx, 1)
		q.Put(ctx, 2)
		if got := drain(q); seen != 1 || !slices.Equal(got, []int{2}) {
			t.Errorf("saw %d items, left %v", seen, got)
		}
	})
}

func TestFirstDropIsReported(t *testing.T) {
	log := logged(t)
	probe.Forget()
	defer probe.Forget()
	q := queue.New(&queue.Options[int]{Name: "lines", Cap: 1, Full: queue.DropNewest})
	for i := range 5 {
		q.Send(i + 7) // the line that is to be named
	}
	text := log.String()
	if strings.Count(text, "\n") != 1 {
		t.Errorf("not one line:\n%s", text)
	}
	for _, part := range []string{"queue=lines", " item=8 ", "TestFirstDropIsReported", "drop_test.go:"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in the log:\n%s", part, text)
		}
	}
	var found []probe.Finding
	for _, f := range probe.Findings() {
		if f.Kind == "dropped item" {
			found = append(found, f)
		}
	}
	if len(found) != 1 || !strings.Contains(found[0].Where, "TestFirstDropIsReported (queue/drop_test.go:") ||
		!strings.Contains(found[0].Sentence, `queue "lines"`) {
		t.Errorf("findings: %v", found)
	}
}

func TestLongItemsAreCutInTheLog(t *testing.T) {
	log := logged(t)
	q := queue.New(&queue.Options[[]string]{Cap: 1, Full: queue.DropNewest})
	q.Send(nil)
	q.Send([]string{strings.Repeat("é", 5000)})
	if n := log.Len(); n > 1000 || !strings.Contains(log.String(), "é…") {
		t.Errorf("%d bytes are logged", n)
	}
}
