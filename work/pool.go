package work

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
	"github.com/skein-go/skein/queue"
)

// PoolOptions of a [Pool]. Nil means all defaults.
type PoolOptions struct {
	// Name is what dumps and errors call it. Default "pool".
	Name string
	// Width is how many jobs run at a time. Default runtime.GOMAXPROCS(0), which is right for
	// work that computes; work that waits wants more.
	Width int
	// Queue is how many jobs may wait; a submitter waits while there are as many. Default 0: no
	// bound but memory.
	Queue int
	// Idle is how long a worker without work stays, within a factor of two. Default 10 seconds;
	// negative: until the pool closes.
	Idle time.Duration
	// ByPriority has jobs wait in the order of the priority that [With] gave them, larger first,
	// and first come, first served among equals. Default: the latter, whatever their priority.
	ByPriority bool
	// OnFailure is called with each error, panic and Goexit of a function given to Go, which
	// nobody else learns of; by the worker, so it should be quick. Default: they are logged and
	// become findings.
	OnFailure func(err error)
}

// A Pool is an [Executor] on goroutines, or on coroutines if its Run is on a loop. Its workers
// are started as they are needed. Its methods may be called concurrently.
type Pool struct {
	core      rt.Task
	name      string
	idleTime  time.Duration
	onFailure func(error)
	queue     *queue.Queue[entry]
	width     atomic.Int32
	workers   atomic.Int32 // changed under mu
	idle      atomic.Int32 // workers that wait for work
	epoch     atomic.Uint32
	lent      atomic.Int32 // len(lendings)

	mu       sync.Mutex
	closed   bool
	places   map[*place]struct{}
	subs     map[*substitute]struct{}
	lendings []*lending  // who waits in a place
	excess   int         // idle workers to retire that found no room in the queue for that yet
	sweeper  func() bool // stops the timer of sweep; nil while there is none
	unhook   func() bool // has the end of the core's context no longer kill the pool
}

// An entry is what waits in a pool: a job, a function, or neither, which retires a worker.
type entry struct {
	job *Job
	f   func(context.Context) error
}

func (e entry) retire() bool { return e.job == nil && e.f == nil }

// NewPool makes a pool that belongs to the Run of ctx: when that ends, or is stopped, the pool is
// killed with it. Without a Run it lives until it is closed. Close it in any case.
func NewPool(ctx context.Context, opts *PoolOptions) *Pool {
	o := PoolOptions{}
	if opts != nil {
		o = *opts
	}
	if o.Name == "" {
		o.Name = "pool"
	}
	if o.Width < 0 || o.Queue < 0 {
		panic(fmt.Sprintf("work: NewPool: Width is %d and Queue %d; neither may be negative", o.Width, o.Queue))
	}
	if o.Width == 0 {
		o.Width = runtime.GOMAXPROCS(0)
	}
	if o.Idle == 0 {
		o.Idle = 10 * time.Second
	}
	p := &Pool{
		name: o.Name, idleTime: o.Idle, onFailure: o.OnFailure,
		queue:  queue.New(waitingRoom(&o)),
		places: make(map[*place]struct{}),
		subs:   make(map[*substitute]struct{}),
	}
	p.width.Store(int32(o.Width))
	if p.core.Init(rt.TaskOf(ctx), ctx, rt.Daemon, poolBody{p}) != nil {
		p.closed, p.unhook = true, func() bool { return false }
		p.queue.Close()
		return p
	}
	p.core.Host() // so that workers are coroutines where the caller is one
	p.core.Begin()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unhook = rt.OnStop(p.core.Context(), func() { p.kill(context.Cause(p.core.Context())) })
	return p
}

func waitingRoom(o *PoolOptions) *queue.Options[entry] {
	q := &queue.Options[entry]{Cap: o.Queue, Name: o.Name}
	if o.ByPriority {
		q.ByPriority = func(e entry) int {
			switch {
			case e.retire():
				return math.MaxInt // it is for those who wait, not for whom the next job waits
			case e.job == nil:
				return 0
			}
			return e.job.Priority()
		}
	}
	return q
}

// Go gives f to the pool, waiting for room until ctx ends. f runs with the context of its place,
// which ends when the pool is killed. Its failure goes to [PoolOptions].OnFailure. It is the way
// without a result and without an allocation; [Func.Submit] is the other.
func (p *Pool) Go(ctx context.Context, f func(ctx context.Context) error) error {
	if f == nil {
		panic("work: Pool.Go: the function is nil")
	}
	return p.put(ctx, entry{f: f}, false)
}

// TryGo is Go that returns [ErrFull] where Go would wait.
func (p *Pool) TryGo(f func(ctx context.Context) error) error {
	return p.put(context.Background(), entry{f: f}, true)
}

// Exec implements [Executor].
func (p *Pool) Exec(ctx context.Context, j *Job) error {
	j.pool.Store(p)
	if p.lent.Load() > 0 { // who lends a place later, sees j
		p.offer(j)
	}
	err := p.put(ctx, entry{job: j}, j.NoWait())
	if err != nil && !j.Claim() {
		return nil // meanwhile it has begun in the place of somebody who waits for it, or was stopped
	}
	return err
}

func (p *Pool) put(ctx context.Context, e entry, noWait bool) error {
	err := p.queue.TryPut(e)
	if err == queue.ErrFull {
		if noWait {
			return ErrFull
		}
		if w, by := p.placeOf(rt.TaskOf(ctx)); w != nil {
			return p.runNow(ctx, w, by, e)
		}
		err = p.queue.Put(ctx, e)
	}
	if err != nil {
		if errors.Is(err, queue.ErrClosed) {
			return fmt.Errorf("pool %q: %w", p.name, ErrClosed)
		}
		return err
	}
	if p.workers.Load() < p.width.Load() {
		p.grow()
	}
	return nil
}

// grow starts a worker if there is work that nobody is free for.
func (p *Pool) grow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hireIfShort()
}

// hireIfShort starts a worker if it may and nobody is free for what waits. p.mu is held.
func (p *Pool) hireIfShort() {
	if p.workers.Load() < p.width.Load() && p.unattended() > 0 {
		p.hire()
	}
}

// unattended is how many more wait in the queue than workers for them.
func (p *Pool) unattended() int {
	idle := int(p.idle.Load()) // first: who takes something counts as idle for a moment longer
	return p.queue.Len() - idle
}

// hire starts a worker. p.mu is held.
func (p *Pool) hire() {
	w := &place{pool: p}
	w.seen.Store(p.epoch.Load())
	if w.core.Init(&p.core, p.core.Context(), 0, w) != nil {
		return // killed; kill sees to what waits
	}
	rt.Places.Add(1)
	p.workers.Add(1)
	p.places[w] = struct{}{}
	w.core.Start(w.work)
}

// Width implements [Executor].
func (p *Pool) Width() int { return int(p.width.Load()) }

// Len is how many jobs wait. It is a hint.
func (p *Pool) Len() int { return p.queue.Len() }

// Workers is how many workers there are, busy or not. It is a hint.
func (p *Pool) Workers() int { return int(p.workers.Load()) }

// Resize sets the width, which must be positive. A narrower pool finishes what runs; a wider one
// begins what waits at once.
func (p *Pool) Resize(width int) {
	if width <= 0 {
		panic(fmt.Sprintf("work: Resize(%d): the width of a pool must be positive", width))
	}
	p.width.Store(int32(width))
	p.mu.Lock()
	surplus := int(p.workers.Load()) - width
	p.retire(min(surplus, int(p.idle.Load()))) // the busy ones see for themselves
	for range min(-surplus, p.unattended()) {
		p.hire()
	}
	p.mu.Unlock()
}

// retire has n idle workers end. Where the queue has no room for that, those who end make it. p.mu
// is held.
func (p *Pool) retire(n int) {
	for ; n > 0; n-- {
		if p.queue.TryPut(entry{}) != nil {
			break
		}
	}
	p.excess = max(n, 0)
}

// Close implements [Executor]: it accepts no more, and waits for what was accepted. When ctx ends
// first it kills the pool with ctx's cause, waits for what runs, and returns the cause. Closing
// again waits again. Called by a task of the pool it does not wait and returns [ErrInside].
func (p *Pool) Close(ctx context.Context) error {
	p.shut()
	if w, _ := p.placeOf(rt.TaskOf(ctx)); w != nil {
		return ErrInside
	}
	if err := p.core.Wait(ctx); err != nil {
		p.kill(err)
		p.core.Wait(context.WithoutCancel(ctx))
		return err
	}
	return nil
}

// Kill accepts no more, stops what waits and what runs with cause, and does not wait; Close does.
// A nil cause means skein.ErrStopped.
func (p *Pool) Kill(cause error) {
	if cause == nil {
		cause = skein.ErrStopped
	}
	p.kill(cause)
}

func (p *Pool) shut() {
	p.mu.Lock()
	first := !p.closed
	p.closed = true
	if first {
		p.queue.Close()
		if p.sweeper != nil {
			p.sweeper()
		}
		if p.queue.Len() > 0 && p.workers.Load() == 0 {
			p.hire()
		}
		p.unhookLast()
	}
	p.mu.Unlock()
	if first {
		p.core.Return()
	}
}

// unhookLast is called by whoever may be the last in a closed pool. p.mu is held.
func (p *Pool) unhookLast() {
	if p.closed && len(p.places) == 0 && len(p.subs) == 0 {
		p.unhook()
	}
}

func (p *Pool) kill(cause error) {
	p.mu.Lock()
	unhook := p.unhook
	p.mu.Unlock()
	unhook()
	p.core.Stop(cause) // before the jobs are looked for: see place.run
	dropped := p.queue.CloseNow()
	p.shut()
	for _, e := range dropped {
		p.drop(e, cause)
	}
	p.mu.Lock()
	var running []*Job
	for w := range p.places {
		running = append(running, w.job.Load())
	}
	for s := range p.subs {
		running = append(running, s.job.Load())
	}
	p.mu.Unlock()
	for _, j := range running {
		if j != nil {
			j.Stop(cause)
		}
	}
}

// drop ends what will not run, because the pool was killed with cause.
func (p *Pool) drop(e entry, cause error) {
	switch {
	case e.job != nil:
		e.job.Stop(cause)
	case e.f != nil:
		p.failed(fmt.Errorf("the pool was killed before it began: %w", cause))
	}
}

// failed takes the failure of a function given to Go.
func (p *Pool) failed(err error) {
	if p.onFailure != nil {
		defer func() {
			if v := recover(); v != nil {
				skein.NewPanicError("OnFailure of "+p.name, p.onFailure, v)
			}
		}()
		p.onFailure(err)
		return
	}
	if _, panicked := err.(*skein.PanicError); panicked {
		return // reported as it happened
	}
	probe.Report(probe.Finding{Kind: "failed task", Evidence: err.Error(),
		Sentence: fmt.Sprintf("a function given to pool %q failed: %v", p.name, err)})
	slog.Error("skein: a function given to a pool failed", "pool", p.name, "error", err)
}

// poolBody is a pool as a node of the tree.
type poolBody struct{ *Pool }

// Name implements rt.Body.
func (p poolBody) Name() string { return p.name }

// StateName implements rt.Body.
func (p poolBody) StateName() string {
	return fmt.Sprintf("pool, %d of %d workers, %d waiting", p.Workers(), p.Width(), p.Len())
}

// Site implements rt.Body.
func (poolBody) Site() string { return "" }

// StoppedPending implements rt.Body.
func (poolBody) StoppedPending() {}
