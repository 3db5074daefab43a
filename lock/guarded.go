package lock

import "context"

// A Guarded is a value with a lock around it. The zero Guarded holds the zero T and is ready; it must
// not be copied after first use.
type Guarded[T any] struct {
	mu    Mutex
	value T
}

// Guard makes a Guarded that holds v. Name is what dumps and reports call it; it may be empty.
func Guard[T any](name string, v T) *Guarded[T] {
	return &Guarded[T]{mu: Mutex{Name: name}, value: v}
}

// With calls f with the value, which no other With has meanwhile, and returns f's error. Whatever f
// does, return, panic or call runtime.Goexit, the lock is given back; f must not keep the pointer.
// If the lock is not to be had, With returns why, as [Mutex.Lock] does, and f is not called.
func (g *Guarded[T]) With(ctx context.Context, f func(v *T) error) error {
	h, err := g.mu.Lock(ctx)
	if err != nil {
		return err
	}
	defer h.Unlock()
	return f(&g.value)
}
