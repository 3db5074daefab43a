package netpoll_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/skein-go/skein/internal/netpoll"
)

// blocking is a pipe whose reading end Go's poller does not serve.
func blocking(t *testing.T) (r, w *os.File) {
	t.Helper()
	var fds [2]int
	if err := syscall.Pipe2(fds[:], syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	r, w = os.NewFile(uintptr(fds[0]), "reading end"), os.NewFile(uintptr(fds[1]), "writing end")
	t.Cleanup(func() { r.Close(); w.Close() })
	if err := r.SetReadDeadline(time.Now()); err == nil {
		t.Fatal("this pipe takes deadlines")
	}
	return r, w
}

func TestReads(t *testing.T) {
	r, w := blocking(t)
	p, err := netpoll.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	go func() {
		io.WriteString(w, "some text")
		w.Close()
	}()
	if got, err := io.ReadAll(p); string(got) != "some text" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestManyReads(t *testing.T) {
	r, w := blocking(t)
	p, err := netpoll.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	const n = 10_000 // one byte at a time, so that most reads have to wait
	go func() {
		for i := range n {
			w.Write([]byte{byte(i)})
			if i%3 == 0 {
				runtime.Gosched()
			}
		}
	}()
	var buf [1]byte
	for i := range n {
		if _, err := p.Read(buf[:]); err != nil || buf[0] != byte(i) {
			t.Fatalf("byte %d is %d, %v", i, buf[0], err)
		}
	}
}

func TestDeadlineInterrupts(t *testing.T) {
	r, w := blocking(t)
	p, err := netpoll.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range 100 {
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := p.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("read with %v", err)
			}
		})
		runtime.Gosched()
		p.SetReadDeadline(time.Unix(1, 0))
		wg.Wait()
		p.SetReadDeadline(time.Time{})
	}
	w.Write([]byte("x"))
	if n, err := p.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("afterwards: %d, %v", n, err)
	}
}

func TestRegularFileIsReadDirectly(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := netpoll.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(p); string(got) != "text" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if p.SetReadDeadline(time.Now()) == nil {
		t.Error("it takes a deadline")
	}
}
