// Package work gives functions to executors: to the caller itself, to a pool of goroutines, and,
// in other packages, to worker processes and other machines. The caller changes one value.
//
//	var FindRobots = work.Define("findrobots", findRobots) // func(context.Context, string) ([]string, error)
//
//	pool := work.NewPool(ctx, nil)
//	defer pool.Close(ctx)
//	for hosts, err := range FindRobots.Map(ctx, pool, slices.Values(files)) { … }
//
//	a := FindRobots.Submit(ctx, pool, "a.gz")                // *skein.Task[[]string]
//	hosts, err := a.Join(ctx)
//
// The function knows nothing of it: it takes a context and a value and returns a value and an
// error. Stopping the task, or the Run it belongs to, ends the function's context.
//
// # Guarantees
//
//   - A pool never runs more than its width at a time, but for joins (next point), and starts no
//     worker before it is needed. A full queue holds the submitter back, under its context.
//   - A join from inside a pool cannot deadlock it: a task that waits for another, or for the end
//     of a Run, lends its place to that task and those under it that wait in the pool, and to no
//     other. They run there one by one, while all who are there wait. Only if one event ends the
//     waits of several of them do these go on together. A submit from inside into a full queue
//     lends the place likewise: the task runs there before Submit returns.
//   - Each task keeps its own result, error, panic and stop. A panic or Goexit ends the task; the
//     pool goes on at full width.
//   - A task stopped while it waits never begins, and ends at once.
//   - Map pulls its input from the caller's goroutine, at most twice the executor's width ahead of
//     what has been yielded (on a Pool, of quick functions, as many chunks); it keeps the order, yields each error in its place and goes on; leaving
//     the loop stops what is running, waits for it, and leaves nothing behind.
//   - Close waits for what was submitted. When its context ends it stops the rest with that cause,
//     and waits for that.
//
// # Cost
//
// Submit with a task's own context is one allocation, which is also the task, its context and its
// result; with a context derived from one, or with none of a task, it is ten. Pool.Go is none.
// Local executors never encode a value. An idle pool has no goroutine and no timer once its
// workers have expired.
//
// # When not to use it
//
// Where a handful of different things run at once, skein.Run and Group.Go say it better. A pool is
// not faster than goroutines for work that blocks or takes more than 20 µs each; it is for a bound
// on memory and on the other side, for results, names, stops, places with a connection each, and
// an orderly end.
package work
