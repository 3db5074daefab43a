package main

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// endless is a file without end that stops its reader at a certain read.
type endless struct {
	fill  func([]byte) int
	stop  func()
	reads int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.reads++; e.reads == 5 {
		e.stop()
	}
	return e.fill(p), nil
}

func TestStopsAtTheNextBlock(t *testing.T) {
	member := zip(t, strings.Repeat(none, 100))
	empty := zip(t, "")
	repeat := func(what []byte) func([]byte) int {
		return func(p []byte) int {
			n := 0
			for n+len(what) <= len(p) {
				n += copy(p[n:], what)
			}
			return n
		}
	}
	for name, fill := range map[string]func([]byte) int{
		"plain":         repeat([]byte(none)),
		"gzip":          repeat(member),
		"empty members": repeat(empty),
		"padding": func() func([]byte) int {
			begun := false
			return func(p []byte) int {
				if !begun {
					begun = true
					return copy(p, member)
				}
				clear(p)
				return len(p)
			}
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			enough := errors.New("enough")
			f := &endless{fill: fill, stop: func() { cancel(enough) }}
			src := newSource(ctx, f)
			defer src.release()
			var s scanner
			if err := src.copyTo(&s, false); !errors.Is(err, enough) {
				t.Errorf("error %v, want %v", err, enough)
			}
			if f.reads != 5 {
				t.Errorf("%d reads, though stopped at the fifth", f.reads)
			}
		})
	}
}

func TestStoppedScanIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	enough := errors.New("enough")
	cancel(enough)
	if _, err := scanFile(ctx, File{Name: write(t, "a.log", []byte(askH))}); err != enough {
		t.Errorf("error %v, want %v", err, enough)
	}
}
