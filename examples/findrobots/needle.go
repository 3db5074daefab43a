package main

import (
	"bytes"
	"encoding/binary"
)

// Searching a log for "/robots.txt" with bytes.Index costs as much as most of
// unzipping it, since the letters of the path are frequent there. So only one
// position in ten is looked at: wherever the path lies with white space before
// and behind it, thirteen bytes together, those cover four bytes that begin at a
// multiple of ten. A table says of four bytes whether they are some four of the
// thirteen, and which.
//
// This is the idea of Wu and Manber's agrep (1994), with one word to find and so
// with fixed strides.

const (
	gram   = 4
	stride = 1 + len(wanted) + 1 - gram + 1
)

// grams maps the hash of bytes i to i+3 of those thirteen to i+1, and everything
// else to 0. Within whole lines a newline can be what follows.
var grams = func() (table [1 << 12]uint8) {
	for _, before := range []byte(spaces) {
		for _, after := range []byte(spaces + "\n") {
			field := []byte(string(before) + wanted + string(after))
			for i := range stride {
				table[gramHash(binary.LittleEndian.Uint32(field[i:]))] = uint8(i + 1)
			}
		}
	}
	return table
}()

// gramHash is multiplicative hashing to 12 bits. The factor is the best of a few
// thousand tried: it keeps the grams apart, which a test checks, and gives their
// hashes to few others that are frequent in logs.
func gramHash(four uint32) uint32 { return four * 519868773 >> 20 }

// gramAt says which gram begins at b[at], counted from 1, or that none does.
func gramAt(b []byte, at int) uint8 { return grams[gramHash(binary.LittleEndian.Uint32(b[at:]))] }

// indexField returns where the wanted path first is a field in a block of whole
// lines, but not the first field of a line, or -1.
func indexField(b []byte) int {
	for at := 0; at+gram <= len(b); at += stride {
		// Four at a time while there is none: one branch for 40 bytes.
		for at+3*stride+gram <= len(b) {
			if w := b[at : at+3*stride+gram]; gramAt(w, 0)|gramAt(w, stride)|gramAt(w, 2*stride)|gramAt(w, 3*stride) != 0 {
				break
			}
			at += 4 * stride
		}
		for at+gram <= len(b) && gramAt(b, at) == 0 {
			at += stride
		}
		if at+gram > len(b) {
			break
		}
		if start := at - int(gramAt(b, at)) + 2; isField(b, start) {
			return start
		}
	}
	return -1
}

// isField says whether the wanted path is a field that begins at b[at], which is
// not the first of a line.
func isField(b []byte, at int) bool {
	end := at + len(wanted)
	return at > 0 && end < len(b) && bytes.HasPrefix(b[at:], []byte(wanted)) &&
		isSpace[b[at-1]] && (isSpace[b[end]] || b[end] == '\n')
}
