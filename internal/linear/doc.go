// Package linear holds no code, only tests that check recorded histories of concurrent calls for
// linearizability: whether every call can be taken to have happened at one moment between its
// beginning and its end, such that all results are those of a plain sequential program. A checker
// made for that does the search, so this is a module of its own.
package linear
