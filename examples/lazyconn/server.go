package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/skein-go/skein"
)

// startServer starts a small web server, which is there as long as g's Run, and
// returns its address.
func startServer(g *skein.Group) (addr string, err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	page := strings.Repeat("<p>All work and no play makes a dull page.</p>\n", 60)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/index.html" {
			http.NotFound(w, r)
			return
		}
		// Without the length, the end of an answer is the end of its connection.
		w.Header().Set("Content-Length", strconv.Itoa(len(page)))
		io.WriteString(w, page)
	})}
	g.Daemon("server", func(ctx context.Context) error {
		defer skein.OnStop(ctx, func() { server.Close() })()
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	return ln.Addr().String(), nil
}
