package skeintest

import (
	"slices"
	"testing"

	"github.com/skein-go/skein"
)

func (s *executorSuite) width(t *testing.T) {
	s.test(t, "it is positive", func(t *trial) {
		if w := t.ex.Width(); w < 1 || s.Inline != (w == 1) {
			t.Errorf("it is %d", w)
		}
	})
	for _, width := range []int{1, 3} {
		s.sized(t, "it is reached and not exceeded", width, 0, func(t *trial) {
			if w := t.ex.Width(); w != width {
				t.Errorf("Width is %d, want %d", w, width)
			}
			var tasks []*skein.Task[span]
			for i := range 4 * width {
				tasks = append(tasks, hold.Submit(t.ctx, t.watched(), i))
			}
			t.awaitBegun(width)
			spans := make([]span, len(tasks))
			for i, task := range tasks { // of those that run, one ends and another begins
				task.Stop(errRelease)
				spans[i], _ = task.Join(t.ctx)
			}
			if n := overlap(spans); n > width {
				t.Errorf("%d ran at a time, want %d", n, width)
			}
		})
	}
	t.Run("priority", s.priority)
}

// overlap is how many of the spans there are at a time, at most. Those of zero length did not run.
func overlap(spans []span) (most int) {
	type edge struct {
		at   int64
		step int
	}
	var edges []edge
	for _, s := range spans {
		if s.Begin < s.End {
			edges = append(edges, edge{s.Begin, 1}, edge{s.End, -1})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int {
		if a.at != b.at {
			return int(a.at - b.at)
		}
		return a.step - b.step
	})
	n := 0
	for _, e := range edges {
		n += e.step
		most = max(most, n)
	}
	return most
}
