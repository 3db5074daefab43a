// Package skein runs tasks that can be stopped, seen and awaited.
//
// A task is a function that runs beside its caller. Tasks form a tree: what is started inside a
// [Run] has ended when Run returns, and stopping a task stops everything under it.
//
//	err := skein.Run(ctx, func(ctx context.Context, g *skein.Group) error {
//		g.Go("fetch", fetch)                     // its failure stops the siblings
//		sum := skein.Start(g, "sum", add)        // its result and its failure go to who joins it
//		g.Daemon("meter", meter)                 // does not keep Run open
//		n, err := sum.Join(ctx)                  // ctx ends the waiting, not the task
//		…
//		return err
//	}, nil)
//
// # Guarantees
//
//   - Everything that runs is a [Task]: Stop(cause) asks it to end, Join(ctx) waits for that, and
//     its state tells finished, failed and stopped apart.
//   - Stopping is immediate where a task waits in Skein: a sleep, a queue, a join returns the cause
//     at once. Blocked reads are interrupted by [Interrupt] and [Reader], other blocking calls by
//     [OnStop]. Deferred clean-up runs. Nothing is killed in mid-instruction.
//   - A panic ends its task, not the program. It is logged and recorded the moment it happens, with
//     the stack of the panic, and returned by Join as a [*PanicError].
//     [RunOptions].CrashOnPanic crashes the program instead, at once. runtime.Goexit, which is what
//     a test's FailNow calls, ends a task with [ErrGoexit].
//   - A failure is never lost: it stops the siblings and is returned by Run, or goes to who joins
//     the task, or becomes a finding.
//   - What exists and waits can be printed at any time ([Dump]), and what is wrong is collected
//     ([Findings]).
//   - All functions and methods may be called concurrently.
//
// # Contexts
//
// The context that a task is given names it. Pass it on to what the task calls; do not keep it for
// others, as for them it would name the wrong task. It ends when the task is stopped and when it
// has ended, and context.Cause tells why. A context derived from it, by the context package or
// otherwise, works as everywhere.
//
// # Cost
//
// Start makes three allocations and Group.Go four, the go statement's included, where go and a
// sync.WaitGroup make two. A task's context costs nothing until somebody asks for Done or derives
// another from it.
//
// # When not to use it
//
// A go statement is enough for what need not be awaited, stopped or seen. A sync.WaitGroup or
// errgroup.Group is enough where the tasks are few and alike, all end by themselves, and nobody
// will ever ask what they wait for.
package skein
