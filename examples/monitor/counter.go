package main

import (
	"context"

	"github.com/skein-go/skein/lock"
)

// A counter can be used by many tasks at the same time.
type counter interface {
	incr(ctx context.Context, delta int) error
	decr(ctx context.Context, delta int) error
	get() int // when nobody counts any more
}

// monitor is the lock of all shared counters.
var monitor = lock.Mutex{Name: "monitor"}

// A shared counter has no lock of its own.
type shared struct{ value int }

func (c *shared) incr(ctx context.Context, delta int) error {
	held, err := monitor.Lock(ctx)
	if err != nil {
		return err
	}
	defer held.Unlock()
	c.value += delta
	return nil
}

// decr calls incr, which locks what decr holds: the context of what is held says so.
func (c *shared) decr(ctx context.Context, delta int) error {
	held, err := monitor.Lock(ctx)
	if err != nil {
		return err
	}
	defer held.Unlock()
	return c.incr(held.Context(), -delta)
}

func (c *shared) get() int { return c.value }

// An own counter has a lock of its own.
type own struct {
	mu    lock.Mutex
	value int
}

func (c *own) incr(ctx context.Context, delta int) error {
	held, err := c.mu.Lock(ctx)
	if err != nil {
		return err
	}
	defer held.Unlock()
	c.value += delta
	return nil
}

func (c *own) decr(ctx context.Context, delta int) error {
	held, err := c.mu.Lock(ctx)
	if err != nil {
		return err
	}
	defer held.Unlock()
	return c.incr(held.Context(), -delta)
}

func (c *own) get() int { return c.value }
