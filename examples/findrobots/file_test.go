package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// zip makes gzip data of several members.
func zip(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, m := range members {
		z := gzip.NewWriter(&b)
		z.Name = "a name, so that the header has a part that can be cut"
		if _, err := z.Write([]byte(m)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// write makes a file in a temporary directory.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// scan scans one file; nothing but the end of a context is an error.
func scan(t testing.TB, name string) Result {
	t.Helper()
	r, err := scanFile(context.Background(), File{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const (
	askH = "h 2 3 4 5 6 /robots.txt 8\n"
	askK = "k 2 3 4 5 6 /robots.txt 8\n"
	none = "n 2 3 4 5 6 / 8\n"
)

func TestScanFile(t *testing.T) {
	log := askH + none + askK
	for _, c := range []struct {
		name    string
		content []byte
		hosts   []string
		lines   int64
	}{
		{"plain.log", []byte(log), []string{"h", "k"}, 3},
		{"zipped.log.gz", zip(t, log), []string{"h", "k"}, 3},
		{"zipped without the name.log", zip(t, log), []string{"h", "k"}, 3},
		{"two members.log.gz", zip(t, askH, none+askK), []string{"h", "k"}, 3},
		{"member cut in a line.log.gz", zip(t, log[:15], log[15:]), []string{"h", "k"}, 3},
		{"empty members.log.gz", zip(t, "", askH, "", "", askK, ""), []string{"h", "k"}, 2},
		{"empty.log", nil, nil, 0},
		{"empty.log.gz", nil, nil, 0},
		{"empty gzip.log.gz", zip(t, ""), nil, 0},
		{"one byte.log", []byte("\x1f"), nil, 1},
		{"no newline.log.gz", zip(t, strings.TrimSpace(log)), []string{"h", "k"}, 3},
		{"zeros after it.log.gz", append(zip(t, log), make([]byte, 100_000)...), []string{"h", "k"}, 3},
		{"CRLF.log", []byte(strings.ReplaceAll(log, "\n", "\r\n")), []string{"h", "k"}, 3},
		{"NUL.log", []byte("\x00\x00\n" + log + "\x00"), []string{"h", "k"}, 5},
		{"long line.log.gz", zip(t, askH+strings.Repeat("x", 4<<20)+"\n"+askK), []string{"h", "k"}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := write(t, c.name, c.content)
			r := scan(t, name)
			if r.Problem != "" || !r.Opened || r.Name != name {
				t.Errorf("result %+v", r)
			}
			if !slices.Equal(r.Hosts, c.hosts) || r.Lines != c.lines {
				t.Errorf("hosts %q in %d lines, want %q in %d", r.Hosts, r.Lines, c.hosts, c.lines)
			}
			if r.Read != int64(len(c.content)) {
				t.Errorf("%d bytes read, want %d", r.Read, len(c.content))
			}
		})
	}
}

func TestUnzippedSizeIsCounted(t *testing.T) {
	if r := scan(t, write(t, "a.log.gz", zip(t, askH, askK))); r.Bytes != int64(len(askH+askK)) {
		t.Errorf("%d bytes, want %d", r.Bytes, len(askH+askK))
	}
}

func TestNotThere(t *testing.T) {
	r := scan(t, filepath.Join(t.TempDir(), "a.log"))
	if r.Opened || !strings.Contains(r.Problem, "no such file") && !strings.Contains(r.Problem, "cannot find") {
		t.Errorf("result %+v", r)
	}
}

func TestDirectoryInsteadOfFile(t *testing.T) {
	if r := scan(t, t.TempDir()); r.Problem == "" {
		t.Errorf("result %+v", r)
	}
}

func TestNamedGzipAndIsNot(t *testing.T) {
	r := scan(t, write(t, "a.log.gz", []byte(askH)))
	if r.Problem != "not gzip, in spite of its name" || r.Offset != 0 {
		t.Errorf("result %+v", r)
	}
}

func TestGarbageAfterGzip(t *testing.T) {
	good := zip(t, askH)
	for _, zeros := range []int{0, 1, 700} {
		r := scan(t, write(t, "a.log.gz", slices.Concat(good, make([]byte, zeros), []byte("more"))))
		if r.Problem != "other bytes after the gzip data" || r.Offset != int64(len(good)+zeros) || !slices.Equal(r.Hosts, []string{"h"}) {
			t.Errorf("after %d bytes of gzip and %d zeros: %+v", len(good), zeros, r)
		}
	}
}

// Both ends of a scan can travel to another process.
func TestFileAndResultSurviveEncoding(t *testing.T) {
	for _, v := range []any{
		File{Name: "a.log", Sample: true},
		Result{Name: "a.log", Hosts: []string{"h", "\xff"}, Lines: 1, Read: 2, Bytes: 3, Opened: true, Problem: "cut off", Offset: 4},
	} {
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(v); err != nil {
			t.Fatal(err)
		}
		got := reflect.New(reflect.TypeOf(v))
		if err := gob.NewDecoder(&b).DecodeValue(got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Elem().Interface(), v) {
			t.Errorf("%+v came back as %+v", v, got.Elem())
		}
	}
}

func TestSampleAgreesWithPlainSplitting(t *testing.T) {
	in := findInputs(nil)
	if len(in.files) < 4 {
		t.Fatalf("the sample has %d files", len(in.files))
	}
	all := make(map[string]bool)
	for _, file := range in.files {
		f, err := file.open()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		log, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		if z, err := gzip.NewReader(bytes.NewReader(log)); err == nil {
			if log, err = io.ReadAll(z); err != nil {
				t.Fatal(err)
			}
		}
		hosts, lines := splitScan(log)
		r, err := scanFile(t.Context(), file)
		if err != nil || r.Problem != "" {
			t.Fatal(err, r.Problem)
		}
		if !slices.Equal(r.Hosts, hosts) || r.Lines != lines || r.Bytes != int64(len(log)) {
			t.Errorf("%s: %d hosts in %d lines, want %d in %d", file.Name, len(r.Hosts), r.Lines, len(hosts), lines)
		}
		for _, h := range hosts {
			all[h] = true
		}
	}
	// As gen said when it wrote them.
	if len(all) != 79 {
		t.Errorf("%d hosts in the sample, want 79", len(all))
	}
}

// realLogs is a directory of real logs beside the repository, with the answer
// to them known from elsewhere. They are not part of the repository.
func realLogs(t testing.TB) string {
	const dir = "../../../shared/data/access-logs"
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real logs in %s, relative to this package", dir)
	}
	return dir
}

func TestRealLogs(t *testing.T) {
	hosts := make(map[string]bool)
	for _, file := range findInputs([]string{realLogs(t)}).files {
		for _, h := range scan(t, file.Name).Hosts {
			hosts[h] = true
		}
	}
	if len(hosts) != 121 {
		t.Errorf("%d hosts, want 121", len(hosts))
	}
	text := strings.Join(slices.Sorted(maps.Keys(hosts)), "\n") + "\n"
	const want = "2843bd318c740ecc6e73147402a019fc75a656839e40a4a1252ef38605c56ca9"
	if got := sha256.Sum256([]byte(text)); hex.EncodeToString(got[:]) != want {
		t.Errorf("the sorted hosts have the sum %x, want %s", got, want)
	}
}
