package bench

import (
	"context"
	"iter"
	"runtime"

	"github.com/skein-go/skein/bench/internal/measure"
	"github.com/skein-go/skein/work"
)

// skeinMapper maps a slice into a slice.
var skeinMapper = mapper[mapFunc]{measure.Subject, func(item itemFunc) (mapFunc, func(), error) {
	p, closed := newPool(limits{width: runtime.GOMAXPROCS(0)})
	f := wrapItem(item)
	return func(xs []int) []int {
		out, err := f.MapSlice(context.Background(), p, xs)
		if err != nil {
			return nil
		}
		return out
	}, closed, nil
}}

// skeinStreamer maps a sequence into a sequence.
var skeinStreamer = mapper[streamFunc]{measure.Subject, func(item itemFunc) (streamFunc, func(), error) {
	p, closed := newPool(limits{width: runtime.GOMAXPROCS(0)})
	f := wrapItem(item)
	return func(in iter.Seq[int], out func(int)) {
		for v, err := range f.Map(context.Background(), p, in) {
			if err != nil {
				return
			}
			out(v)
		}
	}, closed, nil
}}

func wrapItem(item itemFunc) *work.Func[int, int] {
	return work.Wrap("item", func(_ context.Context, x int) (int, error) { return item(x), nil })
}
