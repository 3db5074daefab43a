package bench

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/gzip"
)

// decompressName is what a child is called that decompresses files.
const decompressName = "decompress"

// decompress reads the compressed logs of a directory, throws away what comes out, and writes how
// many bytes that was. It is the least that findrobots could do.
func decompress(dir string, out io.Writer) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.gz"))
	if err != nil {
		return err
	}
	z := new(gzip.Reader)
	total := int64(0)
	for _, name := range files {
		n, err := discard(name, z)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		total += n
	}
	_, err = fmt.Fprintln(out, total)
	return err
}

func discard(name string, z *gzip.Reader) (int64, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if err := z.Reset(bufio.NewReaderSize(f, 64<<10)); err != nil {
		return 0, err
	}
	return io.Copy(io.Discard, z)
}
