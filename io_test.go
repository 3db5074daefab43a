package skein_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/skein-go/skein"
)

// promptly is far above what an interrupt takes and far below any time-out.
const promptly = 5 * time.Second

// A pair is something to read from, and how to make that arrive.
type pair struct {
	name string
	make func(t *testing.T) (r io.Reader, w io.WriteCloser)
}

// generic hides what a reader can do besides Read.
type generic struct{ io.Reader }

func pairs() []pair {
	closing := func(t *testing.T, c ...io.Closer) {
		t.Cleanup(func() {
			for _, c := range c {
				c.Close()
			}
		})
	}
	return []pair{
		{"net.Pipe", func(t *testing.T) (io.Reader, io.WriteCloser) {
			a, b := net.Pipe()
			closing(t, a, b)
			return a, b
		}},
		{"TCP", func(t *testing.T) (io.Reader, io.WriteCloser) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			a, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			b, err := ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			closing(t, a, b)
			return a, b
		}},
		{"os.Pipe", func(t *testing.T) (io.Reader, io.WriteCloser) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			closing(t, r, w)
			return r, w
		}},
		{"generic", func(t *testing.T) (io.Reader, io.WriteCloser) {
			r, w := io.Pipe()
			closing(t, w)
			return generic{r}, w
		}},
	}
}

// writeAside writes without waiting for a reader.
func writeAside(w io.Writer, s string) (done chan struct{}) {
	done = make(chan struct{})
	go func() {
		defer close(done)
		io.WriteString(w, s)
	}()
	return done
}

func TestReaderIsInterrupted(t *testing.T) {
	for _, p := range pairs() {
		t.Run(p.name, func(t *testing.T) {
			both(t, func(t *testing.T, ctx context.Context) {
				r, w := p.make(t)
				inRun(ctx, func(ctx context.Context, g *skein.Group) {
					var got error
					first := newDoor()
					task := g.Go("reader", func(ctx context.Context) error {
						in := skein.Reader(ctx, r)
						var buf [100]byte
						n, err := in.Read(buf[:])
						if string(buf[:n]) != "hello" || err != nil {
							t.Errorf("read %q, %v", buf[:n], err)
						}
						first.Close()
						_, got = in.Read(buf[:])
						if _, again := in.Read(buf[:]); again != got {
							t.Errorf("then %v", again)
						}
						return got
					})
					written := writeAside(w, "hello")
					wait(ctx, first)
					<-written
					start := time.Now()
					task.Stop(errEnough)
					task.Wait(ctx)
					if d := time.Since(start); d > promptly || got != errEnough || task.State() != skein.Stopped {
						t.Errorf("%v, %v after %v", task.State(), got, d)
					}
				})
				w.Close() // lets the background read of a generic reader end
			})
		})
	}
}

// What arrives after a Read was given up is there for the next Reader, on whatever context.
func TestReaderLosesNothing(t *testing.T) {
	for _, p := range pairs() {
		t.Run(p.name, func(t *testing.T) {
			both(t, func(t *testing.T, ctx context.Context) {
				r, w := p.make(t)
				cut, cancel := context.WithCancelCause(ctx)
				in := skein.Reader(cut, r)
				inRun(ctx, func(_ context.Context, g *skein.Group) {
					task := skein.Start(g, "reader", func(context.Context) (int, error) { return in.Read(make([]byte, 100)) })
					for range 10 {
						pass()
					}
					cancel(errEnough)
					if _, err := task.Join(ctx); err != errEnough {
						t.Errorf("the first Read: %v", err)
					}
					written := writeAside(w, "late news")
					var buf [100]byte
					n, err := io.ReadFull(skein.Reader(ctx, in), buf[:9])
					if string(buf[:n]) != "late news" || err != nil {
						t.Errorf("the second Reader: %q, %v", buf[:n], err)
					}
					<-written
				})
				w.Close()
			})
		})
	}
}

func TestReaderToItsEnd(t *testing.T) {
	for _, p := range pairs() {
		t.Run(p.name, func(t *testing.T) {
			both(t, func(t *testing.T, ctx context.Context) {
				r, w := p.make(t)
				text := strings.Repeat("0123456789", 20_000)
				go func() {
					io.WriteString(w, text)
					w.Close()
				}()
				inRun(ctx, func(ctx context.Context, g *skein.Group) {
					got, err := io.ReadAll(skein.Reader(ctx, r))
					if string(got) != text || err != nil {
						t.Errorf("%d bytes of %d, %v", len(got), len(text), err)
					}
				})
			})
		})
	}
}

func TestReaderRegularFile(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		name := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(name, []byte("text"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			if got, err := io.ReadAll(skein.Reader(ctx, f)); string(got) != "text" || err != nil {
				t.Errorf("%q, %v", got, err)
			}
			g.Stop(errEnough)
			if _, err := skein.Reader(ctx, f).Read(make([]byte, 1)); err != errEnough {
				t.Errorf("stopped: %v", err)
			}
		})
	})
}

// A deadline of the connection's own still counts, and a Reader that was not interrupted leaves it.
func TestReaderKeepsDeadlines(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	inRun(context.Background(), func(ctx context.Context, g *skein.Group) {
		in := skein.Reader(ctx, a)
		a.SetReadDeadline(time.Now().Add(time.Millisecond))
		for range 2 {
			if _, err := in.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("read with %v", err)
			}
		}
	})
}

// One that fails in the background fails its reader, not the process.
func TestReaderPanics(t *testing.T) {
	inRun(context.Background(), func(ctx context.Context, g *skein.Group) {
		in := skein.Reader(ctx, readerFunc(func([]byte) (int, error) { panic("oops") }))
		var p *skein.PanicError
		if _, err := in.Read(make([]byte, 1)); !errors.As(err, &p) {
			t.Errorf("read with %v", err)
		}
		in = skein.Reader(ctx, readerFunc(func([]byte) (int, error) { runtime.Goexit(); return 0, nil }))
		if _, err := in.Read(make([]byte, 1)); err != skein.ErrGoexit {
			t.Errorf("read with %v", err)
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestReaderDoesNotAllocate(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	inRun(context.Background(), func(ctx context.Context, g *skein.Group) {
		in := skein.Reader(ctx, r)
		buf := make([]byte, 1)
		allocs := testing.AllocsPerRun(100, func() {
			w.Write(buf)
			in.Read(buf)
		})
		if allocs != 0 {
			t.Errorf("%v allocations", allocs)
		}
	})
}

// A race of stops and data, many times: every byte comes out once, whoever reads it.
func TestReaderStopsRaceWithData(t *testing.T) {
	for _, p := range pairs() {
		t.Run(p.name, func(t *testing.T) {
			r, w := p.make(t)
			const n = 2000
			go func() {
				for i := range n {
					w.Write([]byte{byte(i)})
				}
			}()
			in := skein.Reader(context.Background(), r)
			for got := 0; got < n; {
				ctx, cancel := context.WithCancel(context.Background())
				in = skein.Reader(ctx, in)
				var wg sync.WaitGroup
				wg.Go(func() { runtime.Gosched(); cancel() })
				var buf [1]byte
				for {
					k, err := in.Read(buf[:])
					if k == 1 {
						if buf[0] != byte(got) {
							t.Fatalf("byte %d is %d", got, buf[0])
						}
						if got++; got == n {
							break
						}
					}
					if err == context.Canceled {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				cancel()
				wg.Wait()
			}
			w.Close()
		})
	}
}

func TestInterrupt(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		inRun(ctx, func(ctx context.Context, g *skein.Group) {
			for name, block := range map[string]func(net.Conn) (int, error){
				"read":  func(c net.Conn) (int, error) { return c.Read(make([]byte, 1)) },
				"write": func(c net.Conn) (int, error) { return c.Write(make([]byte, 1)) },
			} {
				a, b := net.Pipe()
				var err error
				begun := make(chan struct{})
				task := g.Go(name, func(ctx context.Context) error {
					defer skein.Interrupt(ctx, a)()
					close(begun)
					_, err = block(a) // on a loop this blocks the thread, and is interrupted all the same
					return ctx.Err()
				})
				go func() {
					<-begun
					task.Stop(errEnough)
				}()
				if task.Wait(ctx); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("%s: %v", name, err)
				}
				if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("%s: the deadline is no longer past: %v", name, err)
				}
				a.Close()
				b.Close()
			}
		})
	})
}

// Once undo has returned, the deadline is left alone.
func TestInterruptUndone(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	for range 500 {
		ctx, cancel := context.WithCancel(context.Background())
		undo := skein.Interrupt(ctx, a)
		go cancel()
		undo()
		undo()
		a.SetDeadline(time.Time{})
		written := writeAside(b, "x")
		if _, err := a.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		<-written
		cancel()
	}
}

// A slowConn takes its time to set a deadline.
type slowConn struct{ begun, set chan struct{} }

func (c slowConn) SetDeadline(time.Time) error {
	close(c.begun)
	for range 100 {
		runtime.Gosched()
	}
	close(c.set)
	return nil
}

func TestInterruptUndoneMeanwhile(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context) {
		c := slowConn{make(chan struct{}), make(chan struct{})}
		ctx, cancel := context.WithCancel(ctx)
		undo := skein.Interrupt(ctx, c)
		cancel()
		<-c.begun
		undo()
		select {
		case <-c.set:
		default:
			t.Error("the deadline was set after undo had returned")
		}
	})
}

func init() { // see the other one
	programs["stdin"] = func() {
		ctx, cancel := context.WithCancelCause(context.Background())
		in := bufio.NewReader(skein.Reader(ctx, os.Stdin))
		line, err := in.ReadString('\n')
		fmt.Printf("%q %v\n", line, err)
		before := runtime.NumGoroutine()
		go func() { cancel(errEnough) }()
		line, err = in.ReadString('\n')
		fmt.Printf("%q %v\n", line, err)
		if runtime.GOOS == "linux" {
			until(func() bool { return runtime.NumGoroutine() <= before })
		}
		rest, err := io.ReadAll(skein.Reader(context.Background(), os.Stdin))
		fmt.Printf("%q %v\n", rest, err)
	}
}

// Standard input is a blocking pipe that a process inherits, which no deadline can interrupt.
func TestReaderStandardInput(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the second Reader would have to be made of the first one")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Fd() // makes it blocking
	cmd := program("stdin")
	cmd.Stdin, cmd.Stderr = r, os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	lines := bufio.NewReader(out)
	io.WriteString(w, "first\n")
	expectLine(t, lines, `"first\n" <nil>`)
	expectLine(t, lines, `"" enough`)
	io.WriteString(w, "the rest")
	w.Close()
	expectLine(t, lines, `"the rest" <nil>`)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// What an interrupted read returns is a stop, not a failure of the task that returns it.
func TestInterruptedReadIsAStop(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	err := skein.Run(t.Context(), func(ctx context.Context, g *skein.Group) error {
		begun := skein.NewPromise[int](ctx, "begun")
		reader := skein.Start(g, "reader", func(ctx context.Context) (int, error) {
			defer skein.Interrupt(ctx, server)()
			begun.Resolve(0, nil)
			return server.Read(make([]byte, 1))
		})
		begun.Task().Join(ctx)
		reader.Stop(nil)
		if err := reader.Wait(ctx); !errors.Is(err, skein.ErrStopped) || reader.State() != skein.Stopped {
			t.Errorf("%v, %v", reader.State(), err)
		}
		return nil
	}, nil)
	if err != nil {
		t.Error(err)
	}
}
