package measure

import (
	"errors"
	"fmt"
	"time"
)

// A Config says how much time to spend on a row.
type Config struct {
	Target    time.Duration // how long a peer's turn should take
	Rounds    int           // at most
	MinRounds int           // even if the budget is spent
	Budget    time.Duration // no round begins after it
	// Progress is told, in a few words, what happens. May be nil.
	Progress func(string)
}

// Full and Quick are a measurement to quote, and one to look at.
var (
	Full  = Config{Target: 60 * time.Millisecond, Rounds: 15, MinRounds: 5, Budget: time.Minute}
	Quick = Config{Target: 25 * time.Millisecond, Rounds: 7, MinRounds: 3, Budget: 4 * time.Second}
)

// A Result is what was read of a row.
type Result struct {
	Row    *Row
	Rounds []map[string]Reading // each by the names of the peers
	// Missing says of each peer that has no readings why: a [NotRun], or what went wrong.
	Missing map[string]error
	// Others is what part of the processors other programs took meanwhile; nil if the system
	// does not tell.
	Others *float64
}

// Failed reports the peers, if any, that should have run and did not.
func (r *Result) Failed() error {
	var all []error
	for _, p := range r.Row.Peers {
		err := r.Missing[p.Name]
		if _, fine := errors.AsType[NotRun](err); err != nil && !fine {
			all = append(all, fmt.Errorf("%s, %s: %w", r.Row.Name, p.Name, err))
		}
	}
	return errors.Join(all...)
}

// Measure runs a row: all peers in turn, round after round.
func Measure(row *Row, c Config) (*Result, error) {
	if err := row.Check(); err != nil {
		return nil, err
	}
	res := &Result{Row: row, Missing: map[string]error{}}
	say := func(format string, args ...any) {
		if c.Progress != nil {
			c.Progress(row.Name + ": " + fmt.Sprintf(format, args...))
		}
	}
	if row.Skip != "" {
		for _, p := range row.Peers {
			res.Missing[p.Name] = NotRun(row.Skip)
		}
		return res, nil
	}
	from := UsageNow()
	defer func() {
		if share, ok := Others(from, UsageNow()); ok {
			res.Others = &share
		}
	}()
	batch := max(row.Batch, 1)
	ns := map[string]int{}
	for i := range row.Peers {
		p := &row.Peers[i]
		ns[p.Name] = batch
		if row.Fixed || p.Open == nil {
			continue
		}
		say("sizing %s", p.Name)
		n, err := calibrate(p, batch, c.Target)
		if err != nil {
			res.Missing[p.Name] = err
		}
		ns[p.Name] = n
	}
	rounds := c.Rounds
	if row.Rounds > 0 {
		rounds = min(rounds, row.Rounds)
	}
	begin := time.Now()
	for k := 0; k < rounds && (k < c.MinRounds || time.Since(begin) < c.Budget); k++ {
		round := map[string]Reading{}
		for i := range row.Peers {
			p := &row.Peers[i]
			if res.Missing[p.Name] != nil {
				continue
			}
			say("round %d of %d, %s", k+1, rounds, p.Name)
			r, err := once(p, ns[p.Name], batch)
			if err != nil {
				res.Missing[p.Name] = err
				continue
			}
			round[p.Name] = r
		}
		res.Rounds = append(res.Rounds, round)
	}
	return res, nil
}
