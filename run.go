package skein

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// errBody stops the tasks of a Run whose body panicked or called runtime.Goexit.
var errBody = errors.New("skein: the body of Run panicked or called runtime.Goexit")

// Run calls body and returns when it, and every task started through g or under one of those, has
// ended. Daemons are stopped when the rest has ended.
//
// The first failure of a task of g, or an error that body returns, stops all others and is
// returned; further failures which are not a consequence of it are joined to it. If Run was
// stopped from outside, because ctx ended or a parent was stopped, and some task ended by that,
// Run returns the cause. A panic in body goes on in Run's caller once all tasks have ended, with
// its stack; so does a Goexit.
//
// body runs on the caller's goroutine. It may return while its tasks go on.
func Run(ctx context.Context, body func(ctx context.Context, g *Group) error, opts *RunOptions) error {
	g := new(Group)
	if opts != nil {
		g.opts = *opts
	}
	if g.opts.Grace == 0 {
		g.opts.Grace = 10 * time.Second
	}
	name := g.opts.Name
	if name == "" {
		name = "run"
	}
	if err := g.scope.Init(rt.TaskOf(ctx), ctx, rt.Scope, rt.Named(name)); err != nil {
		return &StoppedError{Task: name, Cause: err}
	}
	defer g.scope.AdoptParent()()
	g.scope.Host()
	g.scope.Enter()
	g.scope.Begin()
	returned := false
	defer func() {
		if !returned {
			g.scope.Stop(errBody)
			g.end()
		}
	}()
	err := body(g.scope.Context(), g)
	returned = true
	if err != nil && !g.failedBy(err) {
		g.scope.CatchUp()
		g.fail(err)
	}
	return g.result(g.end())
}

// end waits for the tasks, then stops the daemons and waits for them.
func (g *Group) end() (overdue error) {
	g.scope.Return()
	g.awaitTasks()
	kids := g.scope.Kids()
	if len(kids) == 0 {
		return nil
	}
	for _, daemon := range kids {
		daemon.Stop(ErrEnded)
	}
	if g.waitKids(true) == nil {
		return nil
	}
	var names []string
	for _, daemon := range g.scope.Kids() {
		names = append(names, daemon.Name())
	}
	if len(names) == 0 {
		return nil
	}
	g.reportOverdue("the Run has returned without its daemons", names)
	return &OverdueError{Tasks: names}
}

// awaitTasks waits for all tasks but daemons. Once they were stopped and the grace has passed,
// those that still run are recorded as overdue, and awaited all the same.
func (g *Group) awaitTasks() {
	if g.scope.WaitKids(g.scope.Context(), false) == nil || g.waitKids(false) == nil {
		return
	}
	var names []string
	for _, task := range g.scope.Kids() {
		if !task.Daemon() {
			names = append(names, task.Name())
		}
	}
	g.reportOverdue("the Run waits for tasks it has stopped", names)
	g.scope.WaitKids(context.WithoutCancel(g.scope.Context()), false)
}

// waitKids waits for the grace at most, whatever stops the scope.
func (g *Group) waitKids(daemons bool) error {
	ctx := context.WithoutCancel(g.scope.Context())
	if g.opts.Grace > 0 {
		limited, cancel := rt.WithDeadline(ctx, rt.Now(ctx).Add(g.opts.Grace))
		defer cancel()
		ctx = limited
	}
	return g.scope.WaitKids(ctx, daemons)
}

func (g *Group) reportOverdue(what string, names []string) {
	var where strings.Builder
	probe.Write(&where, rt.Now(g.scope.Context()), []probe.Task{g.scope.Snapshot()}, nil)
	probe.Report(probe.Finding{
		Kind: "overdue", Evidence: where.String(),
		Sentence: fmt.Sprintf("%q: %s, %v after the stop: %s", g.scope.Name(), what, g.opts.Grace, strings.Join(names, ", ")),
	})
}
