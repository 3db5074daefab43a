package rt

import (
	"context"
	"iter"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// What self promises, and each release of Go has to keep: goroutines that live at the same time have
// different names, and a name stays.
func TestSelf(t *testing.T) {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		if self() != 0 {
			t.Error("self is known here; enable the tests for it")
		}
		t.Skip("self is not known on " + runtime.GOARCH)
	}
	const n = 10_000
	names := make([]uint32, n)
	named, over := make(chan bool), make(chan bool)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			names[i] = self()
			named <- true
			<-over
			grow(20)
			runtime.Gosched()
			if now := self(); now != names[i] || now == 0 {
				t.Errorf("a goroutine was called %d and is called %d", names[i], now)
			}
		})
	}
	for range n {
		<-named
	}
	runtime.GC()
	close(over)
	all.Wait()
	slices.Sort(names)
	if different := len(slices.Compact(names)); different != n {
		t.Errorf("%d names of %d goroutines", different, n)
	}
}

func grow(n int) (sum byte) {
	var pad [1 << 10]byte
	pad[n] = self1()
	if n > 0 {
		sum = grow(n - 1)
	}
	return sum + pad[n]
}

func self1() byte { return byte(self()) }

func TestSelfOfCoroutines(t *testing.T) {
	if self() == 0 {
		t.Skip("self is not known on " + runtime.GOARCH)
	}
	me := self()
	next, stop := iter.Pull(func(yield func(uint32) bool) {
		for yield(self()) {
		}
	})
	defer stop()
	first, _ := next()
	locked := make(chan uint32)
	go func() { // resumed by another goroutine
		second, _ := next()
		locked <- second
	}()
	if second := <-locked; first == me || first != second || self() != me {
		t.Errorf("a coroutine is called %d and then %d, on a goroutine called %d", first, second, me)
	}
}

func TestOnlyTheBodyIsTheCaller(t *testing.T) {
	if self() == 0 {
		t.Skip("self is not known on " + runtime.GOARCH)
	}
	task := new(Task)
	if err := task.Init(nil, context.Background(), 0, Named("task")); err != nil {
		t.Fatal(err)
	}
	if h, live := Caller(task.Context()); h != nil || !live {
		t.Errorf("before it begins: %v, %v", h, live)
	}
	over := make(chan bool)
	task.Start(func() {
		defer close(over)
		defer task.Return()
		task.Enter()
		ctx := task.Context()
		h, live := Caller(ctx)
		if h == nil || !live || HolderOf(h.ID) != h || h.Task() != task {
			t.Errorf("the body: %v, %v", h, live)
		}
		derived, cancel := context.WithCancel(ctx)
		if again, live := Caller(derived); again != h || !live {
			t.Errorf("the body with a derived context: %v, %v", again, live)
		}
		cancel()
		if again, live := Caller(derived); again != h || live {
			t.Errorf("the body with a context that has ended: %v, %v", again, live)
		}
		lent := make(chan bool)
		go func() {
			defer close(lent)
			if h, live := Caller(ctx); h != nil || !live {
				t.Errorf("a goroutine that was lent the context: %v, %v", h, live)
			}
		}()
		<-lent
		scope := new(Task)
		scope.Init(task, ctx, Scope, Named("scope"))
		scope.Begin()
		scope.Enter()
		if again, _ := Caller(scope.Context()); again != h {
			t.Errorf("the body in a scope: %v, want %v", again, h)
		}
		scope.Return()
	})
	<-over
	if err := task.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	for i := range holders {
		for id, h := range holders[i].byID {
			if h.task == task {
				t.Errorf("Holder %d is left", id)
			}
		}
	}
}
