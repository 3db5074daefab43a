//go:build linux

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// soon is how long a stop may take here. It takes a few milliseconds, but the
// machine may be busy with other tests.
const soon = 2 * time.Second

// stopIt starts the program on a small file and on one that never ends, waits
// until the first is done, and sends the signal.
func stopIt(t *testing.T, signal os.Signal, endless string, args ...string) (errs string, code int) {
	t.Helper()
	small := write(t, "small.log", []byte(askH))
	cmd := exec.Command(program(t), append(args, "-v", small, endless)...)
	var out bytes.Buffer
	cmd.Stdout = &out
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	lines := bufio.NewReader(stderr)
	first, err := lines.ReadString('\n')
	if err != nil || !strings.HasPrefix(first, small) {
		t.Fatalf("first line %q, %v", first, err)
	}
	begun := time.Now()
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(lines)
	cmd.Wait()
	if took := time.Since(begun); took > soon {
		t.Errorf("stopped after %v", took)
	} else {
		t.Logf("stopped after %v", took)
	}
	if out.Len() > 0 {
		t.Errorf("standard output %q, want nothing", out.String())
	}
	return string(rest), cmd.ProcessState.ExitCode()
}

// silence is a pipe that somebody has open and never writes to.
func silence(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return name
}

func TestSignalStopsAndSaysWhatWasDone(t *testing.T) {
	for _, c := range []struct {
		what    string
		signal  os.Signal
		endless string
		args    []string
		code    int
	}{
		{"Ctrl-C", os.Interrupt, "/dev/zero", []string{"-j", "2"}, 130},
		{"Ctrl-C, one worker", os.Interrupt, "/dev/zero", []string{"-j", "1"}, 130},
		{"Ctrl-C while waiting for input", os.Interrupt, silence(t), []string{"-j", "2"}, 130},
		{"SIGTERM", syscall.SIGTERM, "/dev/zero", []string{"-j", "2", "-count"}, 143},
	} {
		t.Run(c.what, func(t *testing.T) {
			errs, code := stopIt(t, c.signal, c.endless, c.args...)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			want := regexp.MustCompile(`^findrobots: stopped with 1 file to go: ` + summaryOf("1 file", "1 line", "1 host") + "\n$")
			if !want.MatchString(errs) {
				t.Errorf("standard error %q, want %q", errs, want)
			}
		})
	}
}

// terminal is a terminal of 40 columns: who writes to tty is read from the
// other end.
func terminal(t *testing.T) (screen, tty *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { screen.Close() })
	control := func(f *os.File, request uintptr, arg unsafe.Pointer) {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(arg)); errno != 0 {
			t.Skip(errno)
		}
	}
	var number, unlock int32
	control(screen, syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	control(screen, syscall.TIOCGPTN, unsafe.Pointer(&number))
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { tty.Close() })
	size := [4]uint16{24, 40}
	control(tty, syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	return screen, tty
}

// onTerminal runs the program for a while with a terminal for standard error,
// and returns what was written there.
func onTerminal(t *testing.T, env ...string) string {
	t.Helper()
	screen, tty := terminal(t)
	cmd := exec.Command(program(t), write(t, "small.log", []byte(askH)), silence(t))
	cmd.Stderr = tty
	cmd.Env = append(os.Environ(), append([]string{"TERM=xterm", "NO_COLOR="}, env...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	time.Sleep(700 * time.Millisecond)
	cmd.Process.Signal(os.Interrupt)
	cmd.Wait()
	tty.Close()
	text, _ := io.ReadAll(screen) // ends with EIO
	return string(text)
}

func TestMeterOnTerminal(t *testing.T) {
	text := onTerminal(t)
	drawn := strings.Count(text, "\r[")
	if drawn < 1 || drawn > 8 {
		t.Errorf("the meter was drawn %d times in 0.7 s, want at most 10 a second: %q", drawn, text)
	}
	// With sizes unknown, or as here 0 for the pipe, the small file is all.
	if !strings.Contains(text, "\r[####################] 100%  1/2 files \x1b[K") {
		t.Errorf("not cut to 39 columns: %q", text)
	}
	if i, j := strings.LastIndex(text, "\r\x1b[K"), strings.Index(text, "stopped with"); i < 0 || i > j || strings.LastIndex(text, "\r[") > i {
		t.Errorf("the meter was not wiped before the last line: %q", text)
	}
}

func TestNoMeterOnTerminalThatIsNotToHaveOne(t *testing.T) {
	for _, env := range []string{"NO_COLOR=1", "TERM=dumb"} {
		if text := onTerminal(t, env); strings.Contains(text, "[#") || strings.Contains(text, "\x1b") {
			t.Errorf("%s: %q", env, text)
		}
	}
}
