package measure

import (
	"testing"
	"time"
)

func TestBusyAddsUpWork(t *testing.T) {
	const stat = "cpu  100 1 20 9000 500 3 4 2 0 0\ncpu0 50 1 10 4500 250 3 4 1 0 0\ncpu1 50 0 10 4500 250 0 0 1 0 0\nintr 7\n"
	if total, cores := busy(stat); total != 1300*time.Millisecond || cores != 2 {
		t.Errorf("got %v on %d cores; want 1.3s on 2", total, cores)
	}
	for _, bad := range []string{"", "intr 7\n", "cpu a b c d e f g h\ncpu0 1 2 3 4 5 6 7 8\n"} {
		if total, cores := busy(bad); cores != 0 {
			t.Errorf("%q is taken for %v on %d cores", bad, total, cores)
		}
	}
}

func TestOthersAreWhatIsNotOurs(t *testing.T) {
	from := Usage{at: time.Unix(100, 0), ours: time.Second, total: 10 * time.Second, cores: 2}
	to := Usage{at: time.Unix(110, 0), ours: 6 * time.Second, total: 21 * time.Second, cores: 2}
	if share, ok := Others(from, to); !ok || share != 0.3 { // 11 s of work in 20, 5 of them ours
		t.Errorf("others took %v, %v; want 0.3", share, ok)
	}
	if _, ok := Others(Usage{}, Usage{}); ok {
		t.Error("a system that does not tell is ok")
	}
}
