package skein_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/skein-go/skein"
)

// Row 1a: start a task, ask whether it is alive, join it; daemons do not hold up the end.
func Example() {
	err := skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		g.Daemon("heart", func(ctx context.Context) error {
			return skein.Sleep(ctx, time.Hour) // stopped when the others have ended
		})
		sum := skein.Start(g, "sum", func(ctx context.Context) (int, error) {
			total := 0
			for i := range 101 {
				total += i
			}
			return total, nil
		})
		n, err := sum.Join(ctx)
		fmt.Println(n, err, sum.State(), "alive:", sum.Alive())
		return err
	}, nil)
	fmt.Println("Run:", err)
	// Output:
	// 5050 <nil> finished alive: false
	// Run: <nil>
}

// Row 1a: one task's crash is reported, with its stack, and reaches who joins it; the others go on.
func ExampleRunOptions_supervise() {
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		crashing := g.Go("crashing", func(context.Context) error {
			var prices []int
			apple := 3
			fmt.Println(prices[apple])
			return nil
		})
		g.Go("steady", func(ctx context.Context) error {
			var p *skein.PanicError
			if errors.As(crashing.Wait(ctx), &p) {
				fmt.Println(p.Task, "panicked:", p.Value)
			}
			fmt.Println("steady goes on:", ctx.Err() == nil)
			return nil
		})
		return nil
	}, &skein.RunOptions{Supervise: true})
	// Output:
	// crashing panicked: runtime error: index out of range [3] with length 0
	// steady goes on: true
}

// A failure stops the siblings, which see it as their cause, and Run returns it.
func ExampleRun() {
	err := skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		begun := make(chan struct{})
		g.Go("sleeper", func(ctx context.Context) error {
			close(begun)
			err := skein.Sleep(ctx, time.Hour)
			fmt.Println("sleeper:", err)
			return err
		})
		g.Go("failing", func(context.Context) error {
			<-begun
			return errors.New("disk full")
		})
		return nil
	}, nil)
	fmt.Println("Run:", err)
	// Unordered output:
	// sleeper: task "failing": disk full
	// Run: task "failing": disk full
}

// Row 1b: a countdown that is asked to stop does so at once, not at its next look at a flag.
func ExampleTask_Stop() {
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		begun := make(chan struct{})
		countdown := g.Go("countdown", func(ctx context.Context) error {
			defer fmt.Println("cleaned up")
			for n := 10; n > 0; n-- {
				fmt.Println("T-minus", n)
				close(begun)
				if err := skein.Sleep(ctx, 5*time.Minute); err != nil {
					return err
				}
			}
			return nil
		})
		<-begun
		countdown.Stop(errors.New("launch aborted"))
		fmt.Println(countdown.Wait(ctx))
		fmt.Println(countdown.State())
		return nil
	}, nil)
	// Output:
	// T-minus 10
	// cleaned up
	// task "countdown" stopped: launch aborted
	// stopped
}

// Row 1c: a task that is blocked in a read notices its stop at once, without a time-out loop.
func ExampleReader() {
	client, server := net.Pipe()
	defer client.Close()
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		read := make(chan struct{})
		echo := g.Go("echo", func(ctx context.Context) error {
			in, buf := skein.Reader(ctx, server), make([]byte, 100)
			for {
				n, err := in.Read(buf)
				if err != nil {
					return err
				}
				fmt.Printf("got %q\n", buf[:n])
				close(read)
			}
		})
		client.Write([]byte("hello"))
		<-read
		echo.Stop(errors.New("closing time"))
		fmt.Println(echo.Wait(ctx))
		return nil
	}, nil)
	// Output:
	// got "hello"
	// task "echo" stopped: closing time
}

// Row 1c: the same around calls that take no reader; here, a blocked write.
func ExampleInterrupt() {
	client, server := net.Pipe()
	defer server.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer skein.Interrupt(ctx, client)()
	cancel()
	_, err := client.Write([]byte("nobody reads this"))
	fmt.Println(err)
	// Output:
	// write pipe: i/o timeout
}

// Row 6a: one connection for each task, opened when needed and closed by its end, even by a panic.
func ExampleLocal() {
	type conn struct{ owner string }
	conns := skein.NewLocal(
		func(ctx context.Context) (*conn, error) {
			owner := ctx.Value(key{}).(string)
			fmt.Println("open for", owner)
			return &conn{owner}, nil
		},
		func(c *conn) error {
			fmt.Println("close for", c.owner)
			return nil
		})
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		for _, name := range []string{"ann", "bob"} {
			g.Go(name, func(ctx context.Context) error {
				ctx = context.WithValue(ctx, key{}, name)
				return conns.With(ctx, func(c *conn) error {
					same, _ := conns.Get(ctx)
					fmt.Println(name, "has one:", same == c)
					fmt.Println(name, "again:", conns.With(ctx, func(*conn) error { return nil }))
					return nil
				})
			}).Wait(ctx)
		}
		return nil
	}, nil)
	// Output:
	// open for ann
	// ann has one: true
	// ann again: skein: already open in this task
	// close for ann
	// open for bob
	// bob has one: true
	// bob again: skein: already open in this task
	// close for bob
}

// What fails is begun again, after waits that grow, and not for ever.
func ExampleRestarting() {
	attempts := 0
	policy := skein.RestartPolicy{
		Delay: time.Microsecond, Max: time.Millisecond, Budget: 3,
		OnRestart: func(err error, n int, _ time.Duration) { fmt.Println("restart", n, "after:", err) },
	}
	serve := skein.Restarting(policy, func(ctx context.Context) error {
		if attempts++; attempts == 3 {
			return nil
		}
		return fmt.Errorf("attempt %d: connection refused", attempts)
	})
	err := skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		g.Go("serve", serve)
		return nil
	}, nil)
	fmt.Println("Run:", err)
	// Output:
	// restart 1 after: attempt 1: connection refused
	// restart 2 after: attempt 2: connection refused
	// Run: <nil>
}

// The answer to a request is a task whose body runs elsewhere.
func ExamplePromise() {
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		answer := skein.NewPromise[int](ctx, "answer")
		g.Go("deep thought", func(context.Context) error {
			fmt.Println("first:", answer.Resolve(42, nil))
			fmt.Println("second:", answer.Resolve(54, nil))
			return nil
		})
		n, err := answer.Task().Join(ctx)
		fmt.Println(n, err)
		return nil
	}, nil)
	// Unordered output:
	// first: true
	// second: false
	// 42 <nil>
}
