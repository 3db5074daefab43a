package poll_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/poll"
	"github.com/skein-go/skein/queue"
)

// Row 13a: one wait for several queues, whose items may be of different types.
func Example() {
	ctx := context.Background()
	p := poll.New(ctx, nil)
	defer p.Close()
	numbers, words := queue.New[int](nil), queue.New[string](nil)
	poll.Queue(p, numbers, func(n int) { fmt.Println("got the number", n) })
	poll.Queue(p, words, func(s string) { fmt.Println("got the word", s) })

	numbers.Put(ctx, 1)
	words.Put(ctx, "hello")
	numbers.Put(ctx, 10)
	for range 3 {
		p.Wait(ctx)
	}
	// Output:
	// got the number 1
	// got the word hello
	// got the number 10
}

// A queue, a connection and a deadline in one wait.
func ExampleConn() {
	err := skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		p := poll.New(ctx, nil)
		jobs := queue.New[string](nil)
		poll.Queue(p, jobs, func(job string) { fmt.Println("a job:", job) })
		poll.After(p, time.Hour, func() { fmt.Println("nothing for an hour") })

		client, server := connection()
		defer client.Close()
		r, err := poll.Conn(p, server, func(c net.Conn) {
			buf := make([]byte, 100)
			n, err := c.Read(buf) // does not wait
			if err != nil {
				c.Close()
				return
			}
			jobs.Send(string(buf[:n]))
		})
		if err != nil {
			return err
		}
		r.OnEnd(func(err error) {
			fmt.Println("the client has gone")
			p.Close()
		})

		io.WriteString(client, "wash")
		if err := p.Wait(ctx); err != nil { // reads
			return err
		}
		client.Close()
		return p.Run(ctx)
	}, nil)
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// a job: wash
	// the client has gone
}

// connection is a TCP connection from both ends.
func connection() (client, server net.Conn) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer ln.Close()
	if client, err = net.Dial("tcp", ln.Addr().String()); err != nil {
		panic(err)
	}
	if server, err = ln.Accept(); err != nil {
		panic(err)
	}
	return client, server
}

// The end of a queue that was closed.
func ExampleRegistration_OnEnd() {
	ctx := context.Background()
	p := poll.New(ctx, nil)
	jobs := queue.New[string](nil)
	poll.Queue(p, jobs, func(job string) { fmt.Println("did", job) }).OnEnd(func(err error) {
		fmt.Println("the end:", err)
		p.Close()
	})
	jobs.Put(ctx, "wash")
	jobs.Put(ctx, "rinse")
	jobs.Close()
	fmt.Println(p.Run(ctx))
	// Output:
	// did wash
	// did rinse
	// the end: queue: closed
	// <nil>
}

// The results of tasks as they come.
func ExampleTask() {
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		p := poll.New(ctx, nil)
		for i := range 3 {
			t := skein.Start(g, "square", func(ctx context.Context) (int, error) {
				return i * i, skein.Sleep(ctx, time.Duration(i)*time.Millisecond*20)
			})
			poll.Task(p, t, func(v int, err error) { fmt.Println(v, err) })
		}
		for range 3 {
			if err := p.Wait(ctx); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	// Output:
	// 0 <nil>
	// 1 <nil>
	// 4 <nil>
}
