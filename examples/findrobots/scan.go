package main

import (
	"bytes"
	"maps"
	"slices"
)

const (
	// wanted is what field 7 of a line, the path that was asked for, must
	// equal byte for byte.
	wanted = "/robots.txt"

	// wantedField is the index of that field, counting from 0.
	wantedField = 6

	// maxHost is the longest first field that is taken for a host. A name has
	// at most 253 bytes and an address fewer; without a limit, a damaged file
	// without spaces would be kept in memory whole.
	maxHost = 4096
)

// spaces are what separates fields: ASCII white space, as bytes.split of
// Python has it. A newline ends the line and so never reaches a field. The
// control characters 0x1c to 0x1f, which str.split also takes for white space,
// are ordinary bytes here, and so is everything above 0x7f.
const spaces = " \t\r\v\f"

var isSpace = func() (table [256]bool) {
	for _, c := range []byte(spaces) {
		table[c] = true
	}
	return table
}()

// scanner collects the hosts that asked for /robots.txt from a log that is
// written to it in blocks of any size.
//
// Of a block's whole lines only those in which the wanted path is some field
// are split into fields: one search over the block finds them, and in a real
// log they are one in fifty. The line that a block cuts in two is split as its
// pieces come, so nothing of it is kept except its host.
type scanner struct {
	lines int64
	bytes int64
	hosts map[string]struct{}
	line  line
	open  bool // the last block ended inside a line
}

// Write scans one block. It never fails and does not keep the block.
func (s *scanner) Write(block []byte) (int, error) {
	n := len(block)
	s.bytes += int64(n)
	if s.open {
		end := bytes.IndexByte(block, '\n')
		if end < 0 {
			s.line.feed(block)
			return n, nil
		}
		s.line.feed(block[:end])
		s.endLine()
		s.lines++
		s.open = false
		block = block[end+1:]
	}
	whole := bytes.LastIndexByte(block, '\n') + 1
	s.scanLines(block[:whole])
	if rest := block[whole:]; len(rest) > 0 {
		s.line.feed(rest)
		s.open = true
	}
	return n, nil
}

// Close ends the last line of a log that does not end with a newline. It is
// not called for a damaged log, whose last line is not to be trusted.
func (s *scanner) Close() {
	if s.open {
		s.endLine()
		s.lines++
		s.open = false
	}
}

// Hosts returns the hosts found, sorted bytewise.
func (s *scanner) Hosts() []string {
	return slices.Sorted(maps.Keys(s.hosts))
}

// scanLines scans a block of whole lines.
func (s *scanner) scanLines(block []byte) {
	s.lines += int64(bytes.Count(block, []byte{'\n'}))
	for {
		at := indexField(block)
		if at < 0 {
			return
		}
		start := bytes.LastIndexByte(block[:at], '\n') + 1
		end := at + bytes.IndexByte(block[at:], '\n')
		s.line.feed(block[start:end])
		s.endLine()
		block = block[end+1:]
	}
}

// endLine adds the line's host if the line asked for what is wanted.
func (s *scanner) endLine() {
	if host, ok := s.line.end(); ok {
		// Looking up string(host) does not allocate, so a host costs memory
		// once however often it asks.
		if _, known := s.hosts[string(host)]; !known {
			if s.hosts == nil {
				s.hosts = make(map[string]struct{})
			}
			s.hosts[string(host)] = struct{}{}
		}
	}
}

// line splits one line into fields as its pieces come.
type line struct {
	host    []byte // field 1, or as much of it as has come
	field   int    // index of the field being read, or awaited
	inside  bool   // the last byte belonged to that field
	matched int    // bytes of wanted that field 7 has given so far
	over    bool   // the rest of the line cannot change the answer
	asked   bool   // field 7 was the wanted path; set when over
}

// feed takes the next piece of the line, which holds no newline.
func (l *line) feed(piece []byte) {
	for i := 0; i < len(piece) && !l.over; i++ {
		c := piece[i]
		if isSpace[c] {
			if l.inside {
				l.endField()
			}
			continue
		}
		l.inside = true
		switch l.field {
		case 0:
			if len(l.host) == maxHost {
				l.over = true
			} else {
				l.host = append(l.host, c)
			}
		case wantedField:
			if l.matched < len(wanted) && c == wanted[l.matched] {
				l.matched++
			} else {
				l.over = true
			}
		default:
			for i+1 < len(piece) && !isSpace[piece[i+1]] {
				i++
			}
		}
	}
}

func (l *line) endField() {
	if l.field == wantedField {
		l.over = true
		l.asked = l.matched == len(wanted)
	}
	l.field++
	l.inside = false
}

// end ends the line and makes l ready for the next one. The host is valid
// until the next call to feed.
func (l *line) end() (host []byte, asked bool) {
	if l.inside && !l.over {
		l.endField()
	}
	host, asked = l.host, l.asked
	*l = line{host: l.host[:0]}
	return host, asked
}
