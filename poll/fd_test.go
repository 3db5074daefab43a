//go:build unix

package poll_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/poll"
	"github.com/skein-go/skein/queue"
)

// An observer is another program that looks at a descriptor in its own way.
type observer struct {
	in  io.Writer
	out *bufio.Scanner
}

// observe starts cmd with fd as its descriptor 3.
func observe(t *testing.T, fd int, cmd *exec.Cmd) *observer {
	t.Helper()
	copied, err := syscall.Dup(fd)
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(copied), "level")
	defer file.Close()
	cmd.ExtraFiles = []*os.File{file}
	cmd.Stderr = os.Stderr
	in := must[io.WriteCloser](t)(cmd.StdinPipe())
	out := must[io.ReadCloser](t)(cmd.StdoutPipe())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", cmd.Path, err)
		}
	})
	return &observer{in, bufio.NewScanner(out)}
}

func (o *observer) ask(question string) { io.WriteString(o.in, question+"\n") }

func (o *observer) expect(t *testing.T, when, want string) {
	t.Helper()
	if o.out.Scan(); o.out.Text() != want {
		t.Errorf("%s: it is %q, want %q", when, o.out.Text(), want)
	}
}

// Foreign programs find a queue's descriptor readable exactly while there is something to get.
func TestForeignPollers(t *testing.T) {
	programs := map[string]func(t *testing.T) *exec.Cmd{
		"select in Python": func(t *testing.T) *exec.Cmd {
			return exec.Command(needs(t, "python3"), filepath.Join("testdata", "look.py"))
		},
		"poll in C": func(t *testing.T) *exec.Cmd {
			name := filepath.Join(t.TempDir(), "look")
			if out, err := exec.Command(needs(t, "cc"), "-o", name, filepath.Join("testdata", "look.c")).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			return exec.Command(name)
		},
	}
	for name, program := range programs {
		t.Run(name, func(t *testing.T) {
			q := queue.New[int](nil)
			level := must[*poll.Level](t)(poll.FD(q))
			defer level.Close()
			o := observe(t, level.FD(), program(t))
			look := func(when, want string) {
				t.Helper()
				o.ask("look")
				o.expect(t, when, want)
			}
			look("empty", "quiet")
			fill(q, 1)
			look("one item", "ready")
			look("one item, asked again", "ready")
			fill(q, 2)
			drainOne(t, q)
			look("one item left", "ready")
			drainOne(t, q)
			look("empty again", "quiet")
			o.ask("wait")
			fill(q, 3)
			o.expect(t, "an item comes", "ready")
			drainOne(t, q)
			look("and goes", "quiet")
			q.Close()
			look("closed", "ready")
		})
	}
}

func needs(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("this needs %s: %v", program, err)
	}
	return path
}

func drainOne(t *testing.T, q *queue.Queue[int]) {
	t.Helper()
	if _, err := q.TryGet(); err != nil {
		t.Error(err)
	}
}

// A descriptor of ours in a poller of ours, which does not know that it is one.
func TestLevelInAPoller(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		before := open(t)
		q := queue.New[int](nil)
		fill(q, 1, 2, 3)
		level := must[*poll.Level](t)(poll.FD(q))
		p := poll.New(ctx, nil)
		r, err := poll.Descriptor(p, level.FD(), func() {
			if _, err := q.TryGet(); err == queue.ErrClosed {
				p.Close()
			}
		})
		if err != nil {
			t.Skip(err)
		}
		waits(t, ctx, p, 3)
		task := waiting(g, p.Run)
		fill(q, 4)
		q.Close()
		if err := task.Wait(ctx); err != nil || q.Len() != 0 {
			t.Errorf("%d left, %v", q.Len(), err)
		}
		r.Remove()
		for range 2 {
			if err := level.Close(); err != nil {
				t.Error(err)
			}
		}
		for open(t) > before+2 { // Go's own poller is made on demand
			pass()
		}
	})
}

// Closed and empty is not the end while something may come back.
func TestLevelWithLease(t *testing.T) {
	q := queue.New[int](nil)
	fill(q, 1)
	lease := must[*queue.Lease[int]](t)(q.GetLease(context.Background()))
	q.Close()
	level := must[*poll.Level](t)(poll.FD(q))
	defer level.Close()
	p := poll.New(context.Background(), nil)
	defer p.Close()
	if _, err := poll.Descriptor(p, level.FD(), func() {}); err != nil {
		t.Skip(err)
	}
	if !idle(p) {
		t.Error("it is ready")
	}
	lease.Finish()
	waits(t, context.Background(), p, 1)
}
