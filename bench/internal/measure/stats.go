package measure

import (
	"math"
	"slices"
)

// A Spread is a middle value and the quartiles around it.
type Spread struct{ Median, Low, High float64 }

// spread summarises values; of none it is not a number.
func spread(values []float64) Spread {
	s := slices.Sorted(slices.Values(values))
	return Spread{quantile(s, 0.5), quantile(s, 0.25), quantile(s, 0.75)}
}

// quantile interpolates between the two values next to q.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// Of is the spread of a peer's figures. It is not ok if the peer has none.
func (r *Result) Of(peer string, m Metric) (s Spread, ok bool) {
	var values []float64
	for _, round := range r.Rounds {
		if v, ok := round[peer][m]; ok {
			values = append(values, v)
		}
	}
	return spread(values), len(values) > 0 && r.Missing[peer] == nil
}

// Ratio is the subject's figure divided by another peer's, in each round. It is not ok if one of
// them has none.
func (r *Result) Ratio(to string, m Metric) (s Spread, ok bool) {
	var values []float64
	for _, round := range r.Rounds {
		mine, ok1 := round[Subject][m]
		theirs, ok2 := round[to][m]
		if ok1 && ok2 && theirs > 0 {
			values = append(values, mine/theirs)
		}
	}
	ok = len(values) > 0 && r.Missing[Subject] == nil && r.Missing[to] == nil
	return spread(values), ok
}
