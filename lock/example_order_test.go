//go:build amd64 || arm64

package lock_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/lock"
)

// Row 5b: nested against the order it fails in every run, here with nobody else around.
func ExampleAcquire_nested() {
	x, y := lock.Mutex{Name: "x"}, lock.Mutex{Name: "y"}
	both := func(ctx context.Context, first, second *lock.Mutex) error {
		outer, err := lock.Acquire(ctx, first)
		if err != nil {
			return err
		}
		defer outer.Unlock()
		inner, err := lock.Acquire(ctx, second)
		if err != nil {
			return err
		}
		inner.Unlock()
		return nil
	}
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		for _, err := range []error{both(ctx, &x, &y), both(ctx, &y, &x), both(ctx, &x, &x)} {
			if wrong, ok := errors.AsType[*lock.OrderError](err); ok {
				fmt.Printf("%s under %s: %s\n", wrong.Want, wrong.Held, wrong.Why)
			} else {
				fmt.Println(err)
			}
		}
		return nil
	}, nil)
	// Output:
	// <nil>
	// "x" under "y": Acquire takes the older lock first
	// "x" under "x": it is the same lock
}

// A wrong order that has not led to a deadlock yet.
func ExampleCheck() {
	defer lock.Check(lock.Check(lock.Fail))
	account, ledger := lock.Mutex{Name: "account"}, lock.Mutex{Name: "ledger"}
	lockBoth := func(ctx context.Context, outer, inner *lock.Mutex) error {
		o, err := outer.Lock(ctx)
		if err != nil {
			return err
		}
		defer o.Unlock()
		i, err := inner.Lock(ctx)
		if err != nil {
			return err
		}
		i.Unlock()
		return nil
	}
	skein.Run(context.Background(), func(ctx context.Context, g *skein.Group) error {
		fmt.Println(lockBoth(ctx, &account, &ledger))
		err := lockBoth(ctx, &ledger, &account)
		if wrong, ok := errors.AsType[*lock.OrderError](err); ok {
			fmt.Println(wrong.Why)
			for _, step := range wrong.Order {
				fmt.Println(step.To, "was locked under", step.From)
			}
		}
		return nil
	}, nil)
	// Output:
	// <nil>
	// locks of these classes were taken the other way round
	// ledger was locked under account
}
