module github.com/skein-go/skein/internal/linear

go 1.26.0

require (
	github.com/anishathalye/porcupine v1.3.1
	github.com/skein-go/skein v0.0.0
)

replace github.com/skein-go/skein => ../../
