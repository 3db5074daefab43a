//go:build !linux

package netpoll

// A Set is a goroutine for each descriptor.
type Set = Pumps

// A Descriptor is one member of a Set.
type Descriptor = Pump

// NewSet makes one.
func NewSet(ended func()) (*Set, error) { return NewPumps(ended), nil }
