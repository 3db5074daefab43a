package rt

// HasRealContext reports whether anybody needed more than t's own context.
func HasRealContext(t *Task) bool {
	e := t.ext.Load()
	return e != nil && e.real.Load() != nil
}

// Watches is how many foreign contexts are registered with t.
func Watches(t *Task) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e := t.ext.Load(); e != nil {
		return len(e.watch)
	}
	return 0
}
