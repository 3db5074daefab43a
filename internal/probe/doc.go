// Package probe holds what Skein knows about a running program: findings, which are
// sentences about something wrong, and snapshots, which say what exists and what it waits for.
//
// It is the lowest package of the house and imports nothing of ours. Package rt reports into
// it and builds the snapshots; package skein shows both to users ([Findings] as
// skein.Findings, [Write] as skein.Dump).
//
// # Guarantees
//
//   - Nobody looking costs nothing: no goroutine, no timer, no clock. A wait that begins
//     while nobody looks (see [Look]) carries no stamp; its age is then unknown and left out.
//   - A finding is recorded once per kind and place, with a count of its repeats. At most
//     [MaxFindings] are kept; what did not fit is counted, never silently dropped.
//   - All functions may be called concurrently.
package probe
