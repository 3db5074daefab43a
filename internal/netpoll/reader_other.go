//go:build !linux

package netpoll

import (
	"errors"
	"os"
	"time"
)

// A Reader does not exist on this system.
type Reader struct{}

// NewReader returns errors.ErrUnsupported.
func NewReader(*os.File) (*Reader, error) { return nil, errors.ErrUnsupported }

// Read returns errors.ErrUnsupported.
func (*Reader) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// SetReadDeadline returns errors.ErrUnsupported.
func (*Reader) SetReadDeadline(time.Time) error { return errors.ErrUnsupported }

// Close does nothing.
func (*Reader) Close() error { return nil }
