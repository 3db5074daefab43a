package skein_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/loop"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/queue"
)

// A consumer that was woken and whose loop does not get round to it.
func TestStuckConsumerIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		probe.Forget()
		defer probe.Forget()
		defer skein.Look()()
		q := queue.New[int](&queue.Options[int]{Name: "jobs"})
		stuck := func() (list []skein.Finding) {
			for _, f := range skein.Findings() {
				if f.Kind == "stuck queue" {
					list = append(list, f)
				}
			}
			return list
		}
		go func() {
			time.Sleep(2 * time.Second) // the consumer waits, and rightly so
			if list := stuck(); list != nil {
				t.Errorf("found before there was anything: %v", list)
			}
			q.Send(1)
			time.Sleep(5 * time.Second)
			list := stuck()
			if len(list) != 1 || !strings.Contains(list[0].Sentence, `task "consumer" waits to get from queue "jobs" (1 items), and has for 7s`) {
				t.Errorf("%v", list)
			}
		}()
		loop.Run(t.Context(), &loop.Options{Patience: -1}, func(ctx context.Context) error {
			return skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
				g.Go("consumer", func(ctx context.Context) error {
					_, err := q.Get(ctx)
					return err
				})
				loop.Yield(ctx)
				time.Sleep(10 * time.Second) // blocks the loop
				return nil
			}, nil)
		})
		if list := stuck(); len(list) != 1 || list[0].Count != 1 {
			t.Errorf("%v", list)
		}
	})
}
