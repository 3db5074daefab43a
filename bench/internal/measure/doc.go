// Package measure compares peers that do the same work: what an operation costs each in processor
// time, wall time and memory, and how the first relates to the others.
//
// The processor time of the whole process is the main figure. On a machine that is shared with
// other work, wall time tells more about the neighbours; processor time also counts what the
// runtime does on its own threads, such as garbage collection and waking.
//
// Speed drifts, by clock rates and neighbours. So all peers of a row take turns, round after
// round, and a ratio is the median of the ratios within each round.
package measure
