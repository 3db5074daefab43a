package rt

// self names the calling goroutine, or the one under the calling coroutine, among all that are
// alive: two that live at the same time have different names, and a name is used again after the
// end of its goroutine. 0 means that it cannot be known, and then nothing may be assumed.
//
// It is for telling whether a context is used by the body of the task it belongs to, or was
// borrowed. A wrong answer must cost no more than a report.
func self() uint32 {
	at := g()
	if at == 0 {
		return 0
	}
	return uint32(at>>6) | 1 // any two are hundreds of bytes apart, and less than 256 GB
}

// Enter says that the calling goroutine executes the body of t, until t's Return.
func (t *Task) Enter() { t.self.Store(self()) }

// executed reports whether the body of t calls. It reports false if that cannot be known.
func (t *Task) executed() bool {
	me := self()
	return me != 0 && t.self.Load() == me && t.flags.Load()&(fReturned|fScope) != fReturned
}

// Head is the task whose body executes that of t: t itself, unless t is a scope or runs inline.
func (t *Task) Head() *Task {
	me := t.self.Load()
	for up := t.up; me != 0 && up != nil && up.self.Load() == me && !up.has(fReturned); up = up.up {
		t = up
	}
	return t
}
