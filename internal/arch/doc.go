// Package arch holds no code, only tests of the architecture. They read the module's own source
// and hold fixed what no single package can: which way imports point, that libraries stand on the
// standard library alone, that files and packages stay small and documented, that nothing waits,
// starts a goroutine or reads a clock outside the seam (internal/rt), and that tests do not sleep.
// Each failure names a place, the rule, and what to do. The rules in words are in CONTRIBUTING.md.
package arch
