package bench

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/skein-go/skein/bench/internal/measure"
)

// A throng is many queues of ints with one consumer. It puts n items, one at a time, into one queue
// after the other, has each come out at the consumer before the next, and returns how many did.
type throng struct {
	pass func(n int) (done int)
	done func()
}

// hopeless is the number of queues beyond which reflect.Select is not measured.
const hopeless = 1024

func pollRows() []measure.Row {
	row := func(queues int, bars ...measure.Bar) measure.Row {
		peer := func(name string, make func(queues int) throng) measure.Peer {
			return measure.Peer{Name: name, Open: func() (measure.Body, error) {
				if name == "reflect.Select" && queues > hopeless {
					return measure.Body{}, measure.NotRun(fmt.Sprintf("it takes milliseconds an item with more than %d channels", hopeless))
				}
				c := make(queues)
				return measure.Body{Run: c.pass, Close: c.done}, nil
			}}
		}
		return measure.Row{
			Name: fmt.Sprintf("poll/%d", queues), Doc: fmt.Sprintf("put an item into one of %d queues, and have it from a wait for all", queues),
			Baseline: "reflect.Select",
			Bars:     append(bars, measure.Bar{Metric: measure.Allocs, AtMost: 0}),
			Peers: []measure.Peer{
				peer(measure.Subject, skeinThrong), peer("reflect.Select", selectThrong), peer("goroutine per queue", forwardThrong),
			},
		}
	}
	return []measure.Row{
		row(4),
		row(64, measure.Bar{Against: "reflect.Select", Times: 25}),
		row(1024, measure.Bar{Against: "reflect.Select", Times: 400}),
		row(10_000),
		latencyRow(),
	}
}

// selectThrong selects by reflection, as their number is not known to the compiler.
func selectThrong(queues int) throng {
	chans := make([]chan int, queues)
	cases := make([]reflect.SelectCase, queues)
	for i := range chans {
		chans[i] = make(chan int, queueCap)
		cases[i] = reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(chans[i])}
	}
	return throng{pass: func(n int) (sum int) {
		for i := range n {
			chans[i%queues] <- 1
			_, v, _ := reflect.Select(cases)
			sum += int(v.Int())
		}
		return sum
	}}
}

// forwardThrong has a goroutine for each queue, which passes items on to a common one.
func forwardThrong(queues int) throng {
	chans := make([]chan int, queues)
	all := make(chan int, queueCap)
	for i := range chans {
		chans[i] = make(chan int, 1)
		go func() {
			for v := range chans[i] {
				all <- v
			}
		}()
	}
	return throng{
		pass: func(n int) (sum int) {
			for i := range n {
				chans[i%queues] <- 1
				sum += <-all
			}
			return sum
		},
		done: func() {
			for _, c := range chans {
				close(c)
			}
		},
	}
}

// latencyRow is about items that come while the consumer of four queues sleeps. The figures are medians.
func latencyRow() measure.Row {
	read := func(items int, consume func(queues int) (put func(queue int, at time.Time), got func() time.Duration, done func())) func() (measure.Reading, error) {
		return func() (measure.Reading, error) {
			const queues = 4
			put, got, done := consume(queues)
			defer done()
			waited := make([]time.Duration, items)
			for i := range waited {
				time.Sleep(100*time.Microsecond + lookEvery*time.Duration(i%10)/10)
				put(i%queues, time.Now())
				waited[i] = got()
			}
			slices.Sort(waited)
			return measure.Reading{measure.Wall: float64(waited[items/2])}, nil
		}
	}
	return measure.Row{
		Name: "poll/latency", Doc: "from putting an item until the consumer, who was asleep, has it: the median",
		Baseline: "10 ms loop", Show: []measure.Metric{measure.Wall}, Rounds: 5,
		Bars: []measure.Bar{{Metric: measure.Wall, AtMost: 50_000}, {Metric: measure.Wall, Against: "10 ms loop", AtMost: 0.01}},
		Peers: []measure.Peer{
			{Name: measure.Subject, Read: read(100, skeinLatency)},
			{Name: "10 ms loop", Read: read(50, loopLatency)},
		},
	}
}

// lookEvery is how long the loop sleeps between two looks.
const lookEvery = 10 * time.Millisecond

// loopLatency looks at all queues and then sleeps, for ever.
func loopLatency(queues int) (put func(queue int, at time.Time), got func() time.Duration, done func()) {
	chans := make([]chan time.Time, queues)
	for i := range chans {
		chans[i] = make(chan time.Time, 1)
	}
	arrived, stop := make(chan time.Duration), make(chan struct{})
	go func() {
		for {
			for _, c := range chans {
				select {
				case at := <-c:
					arrived <- time.Since(at)
				case <-stop:
					return
				default:
				}
			}
			time.Sleep(lookEvery)
		}
	}()
	return func(queue int, at time.Time) { chans[queue] <- at },
		func() time.Duration { return <-arrived },
		func() { close(stop) }
}
