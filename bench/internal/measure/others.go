package measure

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// A Usage is how much the processors have worked so far: for this program and for everybody.
type Usage struct {
	at          time.Time
	ours, total time.Duration
	cores       int // 0: the system does not tell
}

// A tick is the unit of /proc/stat.
const tick = 10 * time.Millisecond

// UsageNow reads it.
func UsageNow() Usage {
	text, _ := os.ReadFile("/proc/stat")
	u := Usage{at: time.Now(), ours: programCPU()}
	u.total, u.cores = busy(string(text))
	return u
}

// Others is what part of the processors other programs took between two readings. Where they
// leave less than all of it to a row that runs in parallel, its wall time is worth little, and its
// processor time is that of fewer processors. It is not ok where the system does not tell.
func Others(from, to Usage) (share float64, ok bool) {
	span := to.at.Sub(from.at) * time.Duration(to.cores)
	if from.cores == 0 || span <= 0 {
		return 0, false
	}
	others := (to.total - from.total) - (to.ours - from.ours)
	return max(0, float64(others)/float64(span)), true
}

// busy reads from a /proc/stat how long all processors together have been at work, for anybody,
// and how many they are: 0 if the text does not tell.
func busy(stat string) (total time.Duration, cores int) {
	for line := range strings.Lines(stat) {
		fields := strings.Fields(line)
		switch {
		case len(fields) < 9 || !strings.HasPrefix(fields[0], "cpu"):
			continue
		case fields[0] != "cpu":
			cores++
			continue
		}
		for i, field := range fields[1:9] { // user nice system idle iowait irq softirq steal
			ticks, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				return 0, 0
			}
			if i != 3 && i != 4 {
				total += time.Duration(ticks) * tick
			}
		}
	}
	return total, cores
}
