package measure

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Memory reads how much memory this process has. Only Linux tells.
func Memory() (Reading, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil, NotRun("memory is read from /proc/self/status, which is not here")
	}
	return ParseStatus(string(text))
}

// ParseStatus reads the text of a /proc/PID/status.
func ParseStatus(text string) (Reading, error) {
	lines := map[string]Metric{"VmRSS": RSS, "VmHWM": Peak, "VmSize": Virtual}
	r := Reading{}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(line, ":")
		metric, wanted := lines[key]
		if !wanted {
			continue
		}
		kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("process status: %w", err)
		}
		r[metric] = float64(kb) * 1024
	}
	if len(r) != len(lines) {
		return nil, errors.New("process status: VmRSS, VmHWM or VmSize is missing")
	}
	return r, nil
}

// Command runs cmd to its end and returns what it took, divided by ops, and what it wrote to
// standard output.
func Command(cmd *exec.Cmd, ops int) (Reading, []byte, error) {
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	begin := time.Now()
	err := cmd.Run()
	wall := time.Since(begin)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w\n%s", cmd, err, &complaints)
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return Reading{CPU: float64(cpu) / float64(ops), Wall: float64(wall) / float64(ops)}, out.Bytes(), nil
}
