//go:build amd64 || arm64

package rt

// g is the address of what the Go runtime keeps of the calling goroutine: the pseudo-register that
// every Go assembly function may name. Only the address is used, and nothing behind it.
func g() uintptr
