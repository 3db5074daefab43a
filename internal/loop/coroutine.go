package loop

import (
	"context"
	"iter"
	"runtime/debug"
	"sync/atomic"

	"github.com/skein-go/skein/internal/rt"
)

// A coroutine is a task's strand.
type coroutine struct {
	loop  *Loop
	task  *rt.Task
	body  func()
	next  func() (struct{}, bool) // nil until its first turn
	stop  func()
	yield func(struct{}) bool
	older *coroutine // in the inbox
	id    atomic.Int64
	state state
}

type state uint8

const (
	suspended state = iota
	returned
	exited // by Goexit: the undertaker's
)

// create makes the coroutine, on the loop's own goroutine: iter.Pull wants it resumed from a
// goroutine that is locked to its thread like the one that made it.
func (c *coroutine) create() {
	c.next, c.stop = iter.Pull(func(yield func(struct{}) bool) {
		rt.MarkStrand(c)
		c.task.Enter()
		c.yield = yield
		c.state = exited
		defer func() {
			if c.state == exited {
				yield(struct{}{})
			}
		}()
		c.body()
		c.state = returned
	})
}

// Runtime implements rt.Strand.
func (c *coroutine) Runtime() rt.Runtime { return c.loop }

// Task implements rt.Strand.
func (c *coroutine) Task() *rt.Task { return c.task }

// Park implements rt.Strand.
func (c *coroutine) Park() {
	c.state = suspended
	c.yield(struct{}{})
	c.state = exited // until proven otherwise
}

// Unpark implements rt.Strand.
func (c *coroutine) Unpark() { c.loop.post(c) }

// Yield implements rt.Strand.
func (c *coroutine) Yield() {
	c.loop.drain() // what was woken before stands before
	c.loop.ready.push(c)
	c.Park()
}

// ID implements rt.Strand.
func (c *coroutine) ID() int64 { return c.id.Load() }

// SetID implements rt.Strand.
func (c *coroutine) SetID(id int64) { c.id.Store(id) }

// Yield gives up the turn of the executing coroutine: everybody who is ready goes first. On a
// goroutine it does nothing. It returns the cause if ctx has ended.
func Yield(ctx context.Context) error {
	if s := rt.Executing(); s != nil {
		s.Yield()
	}
	return rt.CauseOf(ctx)
}

// An outcome is how a body ended.
type outcome struct {
	err      error
	value    any // of a panic
	stack    []byte
	returned bool
}

func (o *outcome) run(ctx context.Context, body func(context.Context) error) {
	defer func() {
		if v := recover(); v != nil {
			o.value, o.stack = v, debug.Stack()
		}
	}()
	o.err = body(ctx)
	o.returned = true
}
