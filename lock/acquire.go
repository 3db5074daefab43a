package lock

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/skein-go/skein/internal/probe"
	"github.com/skein-go/skein/internal/rt"
)

// ErrTwice is what [Acquire] returns when it is given the same lock twice.
var ErrTwice = errors.New("lock: Acquire of the same lock twice")

// Acquire locks all of ms, in one global order whatever theirs is: by age, which is when a lock was
// first locked or first given to Acquire. So those who take all locks they need with one Acquire
// cannot deadlock. ctx ends the wait, with the cause for which it ended; after an error nothing is
// held. [Held.Unlock] gives all back, the last first.
//
// Under locks that the task holds, Acquire takes younger ones only. Else it returns an [*OrderError]
// at once, whatever else goes on and whatever [Policy] says; also if it holds one of them.
//
// Acquire of up to four locks allocates once.
func Acquire(ctx context.Context, ms ...*Mutex) (Held, error) {
	rt.Point()
	defer rt.Point()
	by, live := rt.Caller(ctx)
	if !live {
		return Held{}, rt.CauseOf(ctx)
	}
	s := newSeveral()
	for _, m := range ms {
		m.known(m, m.Name, m.Class)
		s.list = append(s.list, part{of: m})
	}
	all := s.list
	slices.SortFunc(all, func(a, b part) int { return cmp.Compare(a.of.tag().id, b.of.tag().id) })
	for i := 1; i < len(all); i++ {
		if all[i].of == all[i-1].of {
			return Held{}, ErrTwice
		}
	}
	if err := younger(ctx, by, all); err != nil {
		return Held{}, err
	}
	if err := s.take(ctx, by); err != nil {
		return Held{}, err
	}
	return Held{&s.core, 0, ctx}, nil
}

// younger checks that all of all are younger than what the caller holds.
func younger(ctx context.Context, by *rt.Holder, all []part) error {
	if len(all) == 0 {
		return nil
	}
	refuse := func(outer locked) error {
		err := &OrderError{Task: callerName(ctx), Held: outer.label(), Stack: probe.Callers(2).String()}
		err.Want, err.Why = all[0].of.label(), "Acquire takes the older lock first"
		if i := slices.IndexFunc(all, func(p part) bool { return p.of.tag() == outer.tag() }); i >= 0 {
			err.Want, err.Why = all[i].of.label(), "it is the same lock"
		}
		return err
	}
	oldest := all[0].of.tag().id
	if by != nil {
		for _, h := range held(by) {
			if outer := h.On.(locked); outer.tag().id >= oldest {
				return refuse(outer)
			}
		}
		return nil
	}
	for outer, word := range heldIn(ctx) {
		if outer.tag().id >= oldest && outer.own().holds(word) {
			return refuse(outer)
		}
	}
	return nil
}

// several are locks that are held together, in the order of taking.
type several struct {
	core // always busy
	list []part
	few  [4]part // where list is, if it is short
}

func newSeveral() *several {
	s := new(several)
	s.self, s.list = s, s.few[:0]
	s.state.Store(busy)
	return s
}

type part struct {
	of   locked
	word uint64
}

// take locks all, or none.
func (s *several) take(ctx context.Context, by *rt.Holder) (err error) {
	taken := 0
	defer func() {
		if taken < len(s.list) { // also when a killed coroutine unwinds
			s.list = s.list[:taken]
			s.unlock(0)
		}
	}()
	for i := range s.list {
		p := &s.list[i]
		m := p.of.(*Mutex)
		p.word = wordFor(by)
		if err := m.take(ctx, p.word); err != nil {
			return err
		}
		hold(by, m, &m.state, p.word)
		taken++
	}
	return nil
}

// unlock implements releaser.
func (s *several) unlock(uint64) {
	for _, p := range slices.Backward(s.list) {
		p.of.unlock(p.word)
	}
}

func (s *several) handOver() *several {
	to := newSeveral()
	for _, p := range s.list {
		h := Held{of: p.of.own(), word: p.word}.HandOver()
		to.list = append(to.list, part{p.of, h.word})
	}
	return to
}
