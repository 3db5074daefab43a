package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/poll"
	"github.com/skein-go/skein/queue"
)

// A stamp is an item: when it was put.
type stamp = *queue.Queue[time.Time]

// A way is a consumer of queues. It gives what it gets to took, until ctx ends.
type way func(ctx context.Context, queues []stamp, took func(put time.Time)) error

// oneWait is told.
func oneWait(ctx context.Context, queues []stamp, took func(time.Time)) error {
	p := poll.New(ctx, nil)
	defer p.Close()
	for _, q := range queues {
		poll.Queue(p, q, took)
	}
	return p.Run(ctx)
}

// looking looks again and again.
func looking(pause time.Duration) way {
	return func(ctx context.Context, queues []stamp, took func(time.Time)) error {
		for {
			for _, q := range queues {
				if put, err := q.TryGet(); err == nil {
					took(put)
				}
			}
			if err := skein.Sleep(ctx, pause); err != nil {
				return err
			}
		}
	}
}

func compare(ctx context.Context, o options, out io.Writer) error {
	told, err := measure(ctx, o, oneWait)
	if err != nil {
		return err
	}
	looked, err := measure(ctx, o, looking(o.pause))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d items into one of %d queues, one at a time; until the consumer has them:\n", o.n, o.queues)
	fmt.Fprintln(out, "  one wait                p50", median(told))
	fmt.Fprintf(out, "  looking every %-8v  p50 %v, %.0f times as long\n", o.pause, median(looked), float64(median(looked))/float64(median(told)))
	return nil
}

// errMeasured stops a consumer that is no longer needed.
var errMeasured = errors.New("all items have arrived")

// measure says how long each item lay in its queue.
func measure(ctx context.Context, o options, consume way) (waited []time.Duration, err error) {
	err = skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
		queues := make([]stamp, o.queues)
		for i := range queues {
			queues[i] = queue.New[time.Time](nil)
		}
		arrived := queue.New[struct{}](nil)
		consumer := skein.Start(g, "consumer", func(ctx context.Context) (struct{}, error) {
			return struct{}{}, consume(ctx, queues, func(put time.Time) {
				waited = append(waited, time.Since(put))
				arrived.Send(struct{}{})
			})
		})
		for i := range o.n {
			// The consumer shall be asleep, and the loop at any point of its pause.
			if err := skein.Sleep(ctx, 100*time.Microsecond+o.pause*time.Duration(i%10)/10); err != nil {
				return err
			}
			if err := queues[i%len(queues)].Put(ctx, time.Now()); err != nil {
				return err
			}
			if _, err := arrived.Get(ctx); err != nil {
				return err
			}
		}
		consumer.Stop(errMeasured)
		if err := consumer.Wait(ctx); !errors.Is(err, errMeasured) {
			return err
		}
		return nil
	}, nil)
	return waited, err
}

func median(ds []time.Duration) time.Duration {
	slices.Sort(ds)
	return ds[len(ds)/2].Round(100 * time.Nanosecond)
}
