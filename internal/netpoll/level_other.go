//go:build !unix

package netpoll

import (
	"errors"
	"fmt"
)

// A Level does not exist on this system.
type Level struct{}

// NewLevel returns an errors.ErrUnsupported.
func NewLevel() (*Level, error) {
	return nil, fmt.Errorf("netpoll: this system has no descriptor that can be set readable and that its pollers take: %w", errors.ErrUnsupported)
}

// FD is the descriptor.
func (*Level) FD() int { return -1 }

// Set does nothing.
func (*Level) Set(bool) {}

// Close does nothing.
func (*Level) Close() error { return nil }
