package main

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

func TestGramsAreToldApart(t *testing.T) {
	known := make(map[uint32]uint32)
	for _, before := range []byte(spaces) {
		for _, after := range []byte(spaces + "\n") {
			field := []byte(string(before) + wanted + string(after))
			for i := 0; i+gram <= len(field); i++ {
				four := binary.LittleEndian.Uint32(field[i:])
				if other, ok := known[gramHash(four)]; ok && other != four {
					t.Errorf("%08x and %08x have one hash", four, other)
				}
				known[gramHash(four)] = four
				if got := gramAt(field, i); int(got) != i+1 {
					t.Errorf("gram %d of %q is taken for %d", i, field, int(got)-1)
				}
			}
			if len(field)-gram+1 != stride {
				t.Errorf("%d grams for a stride of %d", len(field)-gram+1, stride)
			}
		}
	}
}

// slowIndex is indexField with nothing clever in it.
func slowIndex(b []byte) int {
	for at := range b {
		if isField(b, at) {
			return at
		}
	}
	return -1
}

func checkIndex(t *testing.T, b []byte) {
	t.Helper()
	if got, want := indexField(b), slowIndex(b); got != want {
		t.Fatalf("indexField = %d, want %d, of %q", got, want, b)
	}
}

func TestIndexFieldEverywhere(t *testing.T) {
	const field = " " + wanted + "\r"
	for size := range 130 {
		b := bytes.Repeat([]byte("."), size)
		checkIndex(t, b)
		for at := 0; at+len(field) <= size; at++ {
			clear(b)
			copy(b[at:], field)
			if indexField(b) != at+1 {
				t.Fatalf("indexField = %d, want %d, of %q", indexField(b), at+1, b)
			}
			copy(b[at+len(field):], field) // a second one, perhaps cut off
			checkIndex(t, b)
			b[at+at%len(field)]++ // the first one spoilt
			checkIndex(t, b)
		}
	}
}

func TestIndexFieldRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		var b []byte
		for range r.IntN(12) {
			field := spaces[r.IntN(len(spaces)):][:1] + wanted + (spaces + "\n")[r.IntN(len(spaces)+1):][:1]
			from := r.IntN(len(field)) * r.IntN(2)
			b = append(b, field[from:from+1+r.IntN(len(field)-from)]...)
		}
		checkIndex(t, b)
	}
}

func FuzzIndexField(f *testing.F) {
	f.Add([]byte("\n /robots.tx /robots.txt\n"))
	f.Fuzz(func(t *testing.T, b []byte) { checkIndex(t, b) })
}
