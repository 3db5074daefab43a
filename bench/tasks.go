package bench

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"github.com/sourcegraph/conc"
	"golang.org/x/sync/errgroup"

	"github.com/skein-go/skein/bench/internal/measure"
)

func taskRows() []measure.Row {
	return []measure.Row{
		startRow(),
		memoryRow("task/memory-2000", 2000),
		memoryRow("task/memory-1000000", million),
	}
}

func startRow() measure.Row {
	// Each starts one task that leaves its number, waits for it and takes the number.
	starts := []struct {
		name string
		run  func(n int) int
	}{
		{measure.Subject, skeinStart},
		{"skein Go", skeinGo},
		{"go+WaitGroup", startEach(startWaitGroup)},
		{"go+chan", startEach(startChan)},
		{"errgroup", startEach(startErrgroup)},
		{"errgroup.WithContext", startEach(startErrgroupContext)},
		{"conc.WaitGroup", startEach(startConc)},
	}
	row := measure.Row{
		Name: "task/start", Doc: "start one task and join it",
		Baseline: "go+WaitGroup",
		Bars:     []measure.Bar{{Against: "go+WaitGroup", AtMost: 1.4}},
		Show:     []measure.Metric{measure.CPU, measure.Wall, measure.Allocs},
	}
	for _, s := range starts {
		row.Peers = append(row.Peers, measure.Peer{Name: s.name, Open: func() (measure.Body, error) {
			return measure.Body{Run: s.run}, nil
		}})
	}
	return row
}

// startEach calls start n times and counts the right results.
func startEach(start func(i int) int) func(n int) int {
	return func(n int) (right int) {
		for i := range n {
			if start(i) == i {
				right++
			}
		}
		return right
	}
}

func startWaitGroup(i int) int {
	type future struct {
		wg    sync.WaitGroup
		value int
	}
	f := new(future)
	f.wg.Add(1)
	go func() {
		defer f.wg.Done()
		f.value = i
	}()
	f.wg.Wait()
	return f.value
}

func startChan(i int) int {
	c := make(chan int, 1)
	go func() { c <- i }()
	return <-c
}

func startErrgroup(i int) int { return inErrgroup(new(errgroup.Group), i) }

func startErrgroupContext(i int) int {
	g, _ := errgroup.WithContext(context.Background())
	return inErrgroup(g, i)
}

func inErrgroup(g *errgroup.Group, i int) (value int) {
	g.Go(func() error {
		value = i
		return nil
	})
	if g.Wait() != nil {
		return -1
	}
	return value
}

func startConc(i int) (value int) {
	wg := conc.NewWaitGroup()
	wg.Go(func() { value = i })
	wg.Wait()
	return value
}

// memoryRow has no bar: its figures answer the worry that many tasks need much memory.
func memoryRow(name string, size int) measure.Row {
	row := measure.Row{
		Name: name, Doc: fmt.Sprintf("%d tasks wait", size),
		Baseline: "go",
		Show:     []measure.Metric{measure.RSS, measure.Virtual},
		Rounds:   3,
	}
	for _, h := range taskHolders() {
		if peer, ok := strings.CutPrefix(h.name, name+" "); ok {
			row.Peers = append(row.Peers, h.peer(peer))
		}
	}
	if size <= 10_000 {
		row.Peers = append(row.Peers, measure.Peer{Name: "python threads", Read: func() (measure.Reading, error) {
			return readThreads(size)
		}})
	}
	return row
}

func taskHolders() []holder {
	var all []holder
	for _, size := range []int{2000, million} {
		row := fmt.Sprintf("task/memory-%d ", size)
		all = append(all,
			holder{name: row + measure.Subject, size: size, hold: skeinHold},
			holder{name: row + "skein in Queue.Get", size: size, hold: skeinHoldInQueue},
			holder{name: row + "go", size: size, hold: goHold})
	}
	return all
}

// goHold has bare goroutines wait on a channel.
func goHold(n int) (release func() int, err error) {
	gate := make(chan struct{})
	var c count
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			c.waiting.Add(1)
			<-gate
			c.ended.Add(1)
		})
	}
	c.settle(n)
	return func() int {
		close(gate)
		wg.Wait()
		return int(c.ended.Load())
	}, nil
}

//go:embed testdata/threads.py
var threadsProgram string

// readThreads reads the memory of a Python process in which so many threads wait.
func readThreads(n int) (measure.Reading, error) {
	python, err := findPython()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		return nil, measure.NotRun("memory is read from /proc/self/status, which is not here")
	}
	out, err := exec.Command(python, "-c", threadsProgram, strconv.Itoa(n)).Output()
	if err != nil {
		return nil, fmt.Errorf("threads.py: %w", err)
	}
	var answer struct {
		Threads int
		Status  string
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return nil, fmt.Errorf("threads.py: %w", err)
	}
	if answer.Threads != n {
		return nil, fmt.Errorf("threads.py: %d threads, want %d", answer.Threads, n)
	}
	return measure.ParseStatus(answer.Status)
}

// findPython is where python3 is.
func findPython() (string, error) {
	path, err := exec.LookPath("python3")
	if err != nil {
		return "", measure.NotRun("python3 is not installed")
	}
	return path, nil
}
