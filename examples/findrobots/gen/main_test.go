package main

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// files reads a directory.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := fs.ReadFile(os.DirFS(dir), e.Name())
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(b)
	}
	return all
}

// generate writes logs into a temporary directory.
func generate(t *testing.T, o options) (logs map[string]string, asked map[string]bool) {
	t.Helper()
	o.dir = t.TempDir()
	asked, err := write(o)
	if err != nil {
		t.Fatal(err)
	}
	return files(t, o.dir), asked
}

func TestSampleIsWhatGenWrites(t *testing.T) {
	// The directive that made the sample is the one that counts.
	source, err := os.ReadFile("../input.go")
	if err != nil {
		t.Fatal(err)
	}
	const directive = "//go:generate go run ./gen -dir sample -files 5 -lines 1200 -seed 1 -odd\n"
	if !bytes.Contains(source, []byte(directive)) {
		t.Fatalf("input.go does not contain %q, which this test repeats", directive)
	}
	got, _ := generate(t, options{files: 5, lines: 1200, seed: 1, odd: true})
	want := files(t, "../sample")
	if !maps.Equal(got, want) {
		t.Error("the sample differs from what gen writes; if that is meant, run go generate ./examples/findrobots")
	}
	size := 0
	for _, log := range want {
		size += len(log)
	}
	if size >= 300_000 {
		t.Errorf("the sample has %d bytes, want less than 300,000", size)
	}
}

func TestSameFlagsSameBytes(t *testing.T) {
	o := options{files: 2, lines: 300, seed: 7}
	one, _ := generate(t, o)
	two, _ := generate(t, o)
	if !maps.Equal(one, two) {
		t.Error("two runs with the same flags differ")
	}
	o.seed = 8
	other, _ := generate(t, o)
	for name := range one {
		if one[name] == other[name] {
			t.Errorf("%s is the same with another seed", name)
		}
	}
	o.seed, o.files = 7, 3
	more, _ := generate(t, o)
	for name := range one {
		if one[name] != more[name] {
			t.Errorf("%s differs when there are more files", name)
		}
	}
}

// unzipped is a log as text.
func unzipped(t *testing.T, log string) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader([]byte(log)))
	if err != nil {
		return []byte(log)
	}
	if flagsAndTime := log[3:8]; flagsAndTime != "\x00\x00\x00\x00\x00" {
		t.Errorf("the gzip header holds a time or a name: %v", z.Header)
	}
	var b bytes.Buffer
	if _, err := z.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWithoutOddEveryLineIsWhole(t *testing.T) {
	logs, asked := generate(t, options{files: 2, lines: 2000, seed: 3})
	hosts := make(map[string]bool)
	for name, log := range logs {
		lines := 0
		for line := range bytes.Lines(unzipped(t, log)) {
			lines++
			fields := bytes.Fields(line)
			if len(fields) < 10 {
				t.Fatalf("%s: short line %q", name, line)
			}
			if string(fields[6]) == "/robots.txt" {
				hosts[string(fields[0])] = true
			}
		}
		if lines != 2000 {
			t.Errorf("%s has %d lines, want 2000", name, lines)
		}
	}
	if len(hosts) < 20 || !maps.Equal(hosts, asked) {
		t.Errorf("%d hosts asked for /robots.txt, gen says %d", len(hosts), len(asked))
	}
}

func TestOnlyDocumentationAddresses(t *testing.T) {
	host := regexp.MustCompile(`^(192\.0\.2\.\d+|198\.51\.100\.\d+|203\.0\.113\.\d+|2001:db8:[0-9a-f:]+|[a-z0-9.-]+\.example\.(com|net|org))$`)
	link := regexp.MustCompile(`https?://([^/"]*)`)
	logs, _ := generate(t, options{files: 2, lines: 2000, seed: 4})
	for _, log := range logs {
		for line := range bytes.Lines(unzipped(t, log)) {
			if h := bytes.Fields(line)[0]; !host.Match(h) {
				t.Fatalf("host %q is not one for documentation", h)
			}
			for _, m := range link.FindAllSubmatch(line, -1) {
				if !regexp.MustCompile(`\.example\.(com|net|org)$`).Match(m[1]) {
					t.Fatalf("%q links to somebody real", line)
				}
			}
		}
	}
}
