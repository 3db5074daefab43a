package bench

import (
	"errors"
	"testing"

	"github.com/skein-go/skein/bench/internal/measure"
)

func BenchmarkWorkTiny(b *testing.B)         { benchmark(b, "work/tiny") }
func BenchmarkWorkTinyParallel(b *testing.B) { benchmark(b, "work/tiny-parallel") }
func BenchmarkWorkTiny1us(b *testing.B)      { benchmark(b, "work/tiny-1us") }
func BenchmarkWorkSubmit(b *testing.B)       { benchmark(b, "work/submit") }
func BenchmarkWorkMap(b *testing.B)          { benchmark(b, "work/map") }
func BenchmarkWorkMap2us(b *testing.B)       { benchmark(b, "work/map-2us") }
func BenchmarkWorkMapStream(b *testing.B)    { benchmark(b, "work/map-stream") }
func BenchmarkWorkEcho(b *testing.B)         { benchmark(b, "work/echo") }
func BenchmarkTaskStart(b *testing.B)        { benchmark(b, "task/start") }
func BenchmarkQueueAlone(b *testing.B)       { benchmark(b, "queue/alone") }
func BenchmarkQueueSPSC(b *testing.B)        { benchmark(b, "queue/spsc") }
func BenchmarkQueueMPSC(b *testing.B)        { benchmark(b, "queue/mpsc") }
func BenchmarkQueueMPMC(b *testing.B)        { benchmark(b, "queue/mpmc") }
func BenchmarkQueueUnbounded(b *testing.B)   { benchmark(b, "queue/unbounded") }
func BenchmarkQueueParking(b *testing.B)     { benchmark(b, "queue/parking") }
func BenchmarkQueuePriority(b *testing.B)    { benchmark(b, "queue/priority") }
func BenchmarkQueueLevels(b *testing.B)      { benchmark(b, "queue/priority-levels") }
func BenchmarkLockPlain(b *testing.B)        { benchmark(b, "lock/plain") }
func BenchmarkLockNested(b *testing.B)       { benchmark(b, "lock/nested") }
func BenchmarkLockContended2(b *testing.B)   { benchmark(b, "lock/contended-2") }
func BenchmarkLockContended8(b *testing.B)   { benchmark(b, "lock/contended-8") }
func BenchmarkGateSemaphore(b *testing.B)    { benchmark(b, "gate/semaphore") }
func BenchmarkGateSemaphore16(b *testing.B)  { benchmark(b, "gate/semaphore-16") }
func BenchmarkGateEvent10000(b *testing.B)   { benchmark(b, "gate/event-10000") }
func BenchmarkPoll4(b *testing.B)            { benchmark(b, "poll/4") }
func BenchmarkPoll64(b *testing.B)           { benchmark(b, "poll/64") }
func BenchmarkPoll1024(b *testing.B)         { benchmark(b, "poll/1024") }
func BenchmarkPoll10000(b *testing.B)        { benchmark(b, "poll/10000") }
func BenchmarkSeam(b *testing.B)             { benchmark(b, "rt/seam") }
func BenchmarkSeam64(b *testing.B)           { benchmark(b, "rt/seam-64") }

// benchmark runs the bodies of a row. A turn of the loop is many operations, or a batch, so
// that starting producers and waiting for the last result do not count; the figures are for one
// operation all the same.
func benchmark(b *testing.B, name string) {
	row := rowNamed(b, name)
	chunk := max(row.Batch, 50_000)
	for _, p := range row.Peers {
		b.Run("peer="+p.Name, func(b *testing.B) {
			body, err := p.Open()
			if reason, ok := errors.AsType[measure.NotRun](err); ok {
				b.Skip(reason)
			}
			if err != nil {
				b.Fatal(err)
			}
			if body.Close != nil {
				defer body.Close()
			}
			b.ReportAllocs()
			body.Run(chunk)
			mark := measure.Begin()
			for b.Loop() {
				if got := body.Run(chunk); got != chunk {
					b.Fatalf("did %d operations of %d", got, chunk)
				}
			}
			took := mark.Per(b.N * chunk)
			b.ReportMetric(took[measure.CPU], "cpu-ns/op")
			b.ReportMetric(took[measure.Wall], "ns/op")
			b.ReportMetric(took[measure.Allocs], "allocs/op")
			b.ReportMetric(took[measure.Bytes], "B/op")
		})
	}
}

func rowNamed(b *testing.B, name string) measure.Row {
	for _, row := range new(Env).Rows() {
		if row.Name == name {
			return row
		}
	}
	b.Fatalf("no row is called %s", name)
	panic("unreachable")
}
