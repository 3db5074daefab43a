// Package poll waits for many things at once: queues, events, delays, tasks, connections, open files. What
// is waited for may change at any time, and what a wait costs depends on what is ready, not on how much
// there is to wait for.
//
//	p := poll.New(ctx, nil)
//	poll.Queue(p, jobs, func(j Job) { … })              // has been taken from jobs
//	poll.Conn(p, conn, func(c net.Conn) { … })          // a Read will not block
//	poll.On(p, &reload, func() { … })                   // an event is set
//	poll.Task(p, fetch, func(page Page, err error) { … })
//	r := poll.After(p, time.Minute, func() { … })
//	defer r.Remove()
//	err := p.Run(ctx)                                   // until ctx ends or p is closed
//
// For the pollers of others, select in a C library or the event loop of a GUI, [FD] gives a queue
// a descriptor.
//
// # Guarantees
//
//   - A Wait calls one handler, in its own goroutine or coroutine and with no mutex held, so a handler may
//     do anything: wait, register and remove, close the poller. Who alone waits needs no locks between
//     handlers.
//   - Any number may wait on one poller. Different handlers then run at the same time, each by itself:
//     the handler of one registration is never called again before it has returned.
//   - Being ready is a state and not an event: what is still ready after its handler has returned is served
//     again, behind all others that are ready. So a busy queue starves nobody, and a handler may take
//     as little as it likes.
//   - A registered queue may have other consumers, too. Items are not taken before a handler is called with
//     them, so bounds, priorities and Close mean what they mean without a poller. Who removes a registration,
//     or cancels a Wait, loses nothing.
//   - A panic in a handler goes on in the caller of Wait, and its registration stays.
//   - A poller belongs to the Run of its context and ends with it.
//
// # Cost
//
// An event of a queue takes four short critical sections beyond its Put and Get, about a tenth of a
// microsecond for both together, and does not allocate, however many queues there are. A registered queue
// has one mutex for producers and consumers: its consumers do not take over many items at a time. A
// connection's event costs system calls besides, epoll_wait and epoll_ctl, and does not allocate either; a
// delay allocates when its timer is set.
//
// Nothing runs in an idle poller, but for one goroutine, which Wait starts, while connections or files are
// registered; it waits in an epoll instance inside Go's own poller and holds no thread. On other systems
// than Linux each of those has a goroutine.
//
// # When not to use it
//
// A select over a few channels is quicker and says more, if all are known when the program is written. A
// goroutine for each connection is the way for servers in Go: a handler that reads half a request has to
// remember it until the other half comes. And who has one queue calls its Get.
package poll
