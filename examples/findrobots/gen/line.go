package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"
)

// writer makes up the lines of one log.
type writer struct {
	r     *rand.Rand
	at    time.Time     // when the next line happens
	step  time.Duration // the mean time between two lines
	odd   bool
	asked map[string]bool // hosts that asked for /robots.txt, in all logs
}

// request is what a line says.
type request struct {
	host, user, at, method, path, version string
	status, size                          int
	referer, agent                        string
}

func (q request) String() string {
	return fmt.Sprintf("%s - %s [%s] \"%s %s %s\" %d %d %q %q",
		q.host, q.user, q.at, q.method, q.path, q.version, q.status, q.size, q.referer, q.agent)
}

// lines writes n lines to out.
func (w *writer) lines(out io.Writer, n int) error {
	for range n {
		line := w.line()
		if _, err := io.WriteString(out, line); err != nil {
			return err
		}
	}
	return nil
}

// line makes up one line with its newline, and notes the host if it asked.
func (w *writer) line() string {
	w.at = w.at.Add(time.Duration(w.r.Float64() * 2 * float64(w.step)))
	h := w.host()
	q := request{
		host: h.name, user: "-", at: w.at.Format("02/Jan/2006:15:04:05 -0700"),
		method: "GET", path: w.path(), version: "HTTP/1.1",
		status: 200, size: 200 + w.r.IntN(60_000),
		referer: w.referer(), agent: h.agent,
	}
	switch {
	case h.crawler && w.chance(20):
		q.path, q.referer, q.size = "/robots.txt", "-", 71
	case w.chance(2):
		q.path = pick(w.r, nearMisses)
	case w.chance(1):
		q.referer = "http://www.example.org/robots.txt"
	case w.chance(1):
		q.agent = "ExampleFetch/0.3 (reads /robots.txt first)"
	case w.chance(4):
		q.method, q.status = "HEAD", 304
	case w.chance(3):
		q.status, q.size, q.path = 404, 0, "/wp-login.php"
	}
	if w.odd && w.chance(5) {
		return w.oddLine(q)
	}
	if q.path == "/robots.txt" {
		w.asked[q.host] = true
	}
	return q.String() + "\n"
}

// oddLine turns a request into a line that a careless reader gets wrong.
func (w *writer) oddLine(q request) string {
	asks := q
	asks.path = "/robots.txt"
	switch w.r.IntN(10) {
	case 0: // nothing
		return "\n"
	case 1: // only spaces
		return " \t \n"
	case 2: // cut off before the path
		line := q.String()
		return line[:w.r.IntN(strings.Index(line, q.path))] + "\n"
	case 3: // the request never came
		return fmt.Sprintf("%s - - [%s] \"-\" 408 0 \"-\" \"-\"\n", q.host, q.at)
	case 4: // something other than HTTP came
		return fmt.Sprintf("%s - - [%s] \"\\x16\\x03\\x01\" 400 226 \"-\" \"-\"\n", q.host, q.at)
	case 5: // a user with a space moves the path to field 8
		asks.user = "jane doe"
		return asks.String() + "\n"
	case 6: // HTTP/0.9: the quote sticks to the path
		return fmt.Sprintf("%s - - [%s] \"GET /robots.txt\" 200 71 \"-\" \"-\"\n", q.host, q.at)
	case 7: // a line from elsewhere, ended with CRLF
		w.asked[q.host] = true
		return asks.String() + "\r\n"
	case 8: // separated by tabs and double spaces
		w.asked[q.host] = true
		return strings.Replace(strings.ReplaceAll(asks.String(), " - - ", "\t-\t-\t"), " /robots.txt ", "  /robots.txt  ", 1) + "\n"
	default: // very long
		q.path = "/search?q=" + strings.Repeat("%20robots.txt", 300)
		return q.String() + "\n"
	}
}

// chance is true that often of a hundred times.
func (w *writer) chance(percent int) bool { return w.r.IntN(100) < percent }

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
