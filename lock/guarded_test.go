package lock_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/skein-go/skein"
	"github.com/skein-go/skein/lock"
)

func TestGuardedIsNotLeftLocked(t *testing.T) {
	both(t, func(t *testing.T, ctx context.Context, g *skein.Group) {
		v := lock.Guard("guarded", 1)
		for _, f := range []func(*int) error{
			func(*int) error { return errEnough },
			func(*int) error { panic("in With") },
			func(*int) error { runtime.Goexit(); return nil },
		} {
			skein.Start(g, "task", func(ctx context.Context) (int, error) { return 0, v.With(ctx, f) }).Wait(ctx)
		}
		if err := v.With(cancelled(ctx), func(*int) error { t.Error("called"); return nil }); err != errEnough {
			t.Errorf("cancelled: %v", err)
		}
		got := 0
		err := v.With(ctx, func(n *int) error { *n++; got = *n; return nil })
		if err != nil || got != 2 {
			t.Errorf("%d, %v", got, err)
		}
		var zero lock.Guarded[string]
		if err := zero.With(ctx, func(s *string) error { *s += "x"; return nil }); err != nil {
			t.Error(err)
		}
	})
}
