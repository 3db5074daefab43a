package bench

import (
	"context"
	"time"

	"github.com/skein-go/skein/poll"
	"github.com/skein-go/skein/queue"
)

func skeinThrong(queues int) throng {
	ctx, cancel := context.WithCancel(context.Background())
	p := poll.New(ctx, nil)
	qs := make([]*queue.Queue[int], queues)
	sum := 0
	for i := range qs {
		qs[i] = queue.New(&queue.Options[int]{Cap: queueCap})
		poll.Queue(p, qs[i], func(v int) { sum += v })
	}
	return throng{
		pass: func(n int) int {
			sum = 0
			for i := range n {
				qs[i%queues].Put(ctx, 1)
				p.Wait(ctx)
			}
			return sum
		},
		done: cancel,
	}
}

func skeinLatency(queues int) (put func(queue int, at time.Time), got func() time.Duration, done func()) {
	ctx, cancel := context.WithCancel(context.Background())
	p := poll.New(ctx, nil)
	qs := make([]*queue.Queue[time.Time], queues)
	arrived := make(chan time.Duration)
	for i := range qs {
		qs[i] = queue.New[time.Time](nil)
		poll.Queue(p, qs[i], func(at time.Time) { arrived <- time.Since(at) })
	}
	go p.Run(ctx)
	return func(queue int, at time.Time) { qs[queue].Put(ctx, at) },
		func() time.Duration { return <-arrived },
		cancel
}
