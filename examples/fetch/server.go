package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/skein-go/skein"
)

// startServer starts a small web server, which is there as long as g's Run, and
// returns the beginning of its URLs.
func startServer(g *skein.Group) (base string, err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: pages()}
	g.Daemon("server", func(ctx context.Context) error {
		defer skein.OnStop(ctx, func() { server.Close() })()
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	return "http://" + ln.Addr().String(), nil
}

func pages() http.Handler {
	mux := http.NewServeMux()
	for path, line := range map[string]string{
		"/geese": "A skein is a flock of geese in flight.\n",
		"/yarn":  "A skein is a length of yarn, loosely coiled and knotted.\n",
	} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, strings.Repeat(line, 100))
		})
	}
	return mux
}
