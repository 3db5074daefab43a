package work_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/work"
)

// Work that waits in a pool of bounded width: at most four of these functions run at a time.
func ExamplePool() {
	ctx := context.Background()
	pool := work.NewPool(ctx, &work.PoolOptions{Width: 4})
	var sum atomic.Int64
	for i := range 100 {
		pool.Go(ctx, func(ctx context.Context) error {
			sum.Add(int64(i))
			return nil
		})
	}
	pool.Close(ctx) // waits for all of them
	fmt.Println(sum.Load())
	// Output: 4950
}

// size fetches a page and returns how long it is.
func size(ctx context.Context, url string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return len(body), err
}

// Two pages are fetched at a time; each result is asked for when it is needed.
func ExampleFunc_Submit() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, strings.Repeat("x", len(r.URL.Path)*100))
	}))
	defer server.Close()
	ctx := context.Background()
	pool := work.NewPool(ctx, nil)
	defer pool.Close(ctx)

	fetch := work.Wrap("fetch", size)
	a := fetch.Submit(ctx, pool, server.URL+"/a")
	b := fetch.Submit(ctx, pool, server.URL+"/longer")
	fmt.Println(a.Join(ctx))
	fmt.Println(b.Join(ctx))
	// Output:
	// 200 <nil>
	// 700 <nil>
}

// A bounded queue holds the producer back: it is never more than the queue ahead.
func ExamplePoolOptions_backPressure() {
	ctx := context.Background()
	pool := work.NewPool(ctx, &work.PoolOptions{Width: 1, Queue: 2})
	busy := skein.NewPromise[int](ctx, "busy")
	running := skein.NewPromise[int](ctx, "running")
	pool.Go(ctx, func(ctx context.Context) error {
		running.Resolve(0, nil)
		return busy.Task().Wait(ctx)
	})
	running.Task().Wait(ctx)
	for i := range 4 {
		err := pool.TryGo(func(context.Context) error { return nil })
		fmt.Println(i, err)
	}
	busy.Resolve(0, nil)
	pool.Close(ctx)
	// Output:
	// 0 <nil>
	// 1 <nil>
	// 2 work: the executor is full
	// 3 work: the executor is full
}

func countWords(_ context.Context, line string) (int, error) {
	return len(strings.Fields(line)), nil
}

// CountWords can run in this process and in others, so it is defined by a name.
var CountWords = work.Define("example/count words", countWords)

func ExampleDefine() {
	ctx := context.Background()
	pool := work.NewPool(ctx, nil)
	defer pool.Close(ctx)
	lines := []string{"a skein is a bundle", "of threads", "", "and geese in flight"}
	for n, err := range CountWords.Map(ctx, pool, slices.Values(lines)) {
		fmt.Println(n, err)
	}
	// Output:
	// 5 <nil>
	// 2 <nil>
	// 0 <nil>
	// 4 <nil>
}

// Where it runs is one value.
func ExampleExecutor() {
	ctx := context.Background()
	pool := work.NewPool(ctx, nil)
	defer pool.Close(ctx)
	for _, ex := range []work.Executor{work.Inline, pool} {
		fmt.Println(CountWords.Submit(ctx, ex, "one function, two places").Join(ctx))
	}
	// Output:
	// 4 <nil>
	// 4 <nil>
}

// A callback is called by whoever ends the task, and joining there does not wait.
func ExampleFunc_Submit_callback() {
	ctx := context.Background()
	pool := work.NewPool(ctx, nil)
	task := CountWords.Submit(ctx, pool, "call me back")
	task.OnDone(func(t *skein.Task[int]) {
		n, err := t.Join(ctx)
		fmt.Println("counted", n, err)
	})
	pool.Close(ctx)
	// Output: counted 3 <nil>
}

func ExampleAsCompleted() {
	ctx := context.Background()
	pool := work.NewPool(ctx, nil)
	defer pool.Close(ctx)
	var tasks []*skein.Task[int]
	for _, line := range []string{"one", "two words", "now three words"} {
		tasks = append(tasks, CountWords.Submit(ctx, pool, line))
	}
	sum := 0
	for task, err := range work.AsCompleted(ctx, tasks...) {
		if err != nil {
			fmt.Println(err) // ctx has ended
			return
		}
		n, _ := task.Join(ctx)
		sum += n
	}
	fmt.Println(sum)
	// Output: 6
}

func ExampleWith() {
	ctx := context.Background()
	pool := work.NewPool(ctx, nil)
	defer pool.Close(ctx)
	attempts := 0
	flaky := work.Wrap("flaky", func(context.Context, string) (string, error) {
		if attempts++; attempts < 3 {
			return "", errors.New("not yet")
		}
		return "at last", nil
	})
	patient := work.With(pool, &work.Options{Retry: 4, RetryDelay: 1})
	v, err := flaky.Submit(ctx, patient, "").Join(ctx)
	fmt.Println(v, err, attempts)
	// Output: at last <nil> 3
}
