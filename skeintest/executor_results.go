package skeintest

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/skein-go/skein"
)

func (s *executorSuite) results(t *testing.T) {
	s.test(t, "a result reaches who joins", func(t *trial) {
		check(t, square.Submit(t.ctx, t.ex, 12), 144)
	})
	s.test(t, "each task has its own", func(t *trial) {
		var tasks []*skein.Task[int]
		for i := range 200 {
			tasks = append(tasks, square.Submit(t.ctx, t.ex, i))
		}
		for i, task := range tasks {
			check(t, task, i*i)
		}
	})
	s.test(t, "the text of an error survives", func(t *trial) {
		_, err := fail.Submit(t.ctx, t.ex, "no such host: ünïcode").Join(t.ctx)
		if err == nil || !strings.Contains(err.Error(), "no such host: ünïcode") {
			t.Errorf("got %v", err)
		}
	})
	s.test(t, "a panic is an error that names it, and the executor goes on", func(t *trial) {
		for range 8 {
			_, err := panics.Submit(t.ctx, t.ex, "out of cheese").Join(t.ctx)
			if err == nil || !strings.Contains(err.Error(), "out of cheese") {
				t.Errorf("got %v", err)
			}
			var p *skein.PanicError
			if s.SameProcess && (!errors.As(err, &p) || !strings.Contains(p.Stack, "panicWith")) {
				t.Errorf("no *skein.PanicError with the stack of the function: %v", err)
			}
		}
		check(t, square.Submit(t.ctx, t.ex, 3), 9)
	})
	s.test(t, "OnDone is called once", func(t *trial) {
		calls := 0
		task := square.Submit(t.ctx, t.ex, 5)
		done := skein.NewPromise[int](t.ctx, "called back")
		task.OnDone(func(task *skein.Task[int]) {
			calls++
			v, err := task.Join(t.ctx)
			done.Resolve(v, err)
		})
		check(t, done.Task(), 25)
		if calls != 1 {
			t.Errorf("called %d times", calls)
		}
	})
	for _, c := range awkwardValues() {
		s.test(t, "round trip of "+c.name, func(t *trial) {
			got, err := echo.Submit(t.ctx, t.ex, c.value).Join(t.ctx)
			if err != nil {
				t.Fatal(err)
			}
			if !sameValue(got, c.value) {
				t.Errorf("got %+v\nwant %+v", got, c.value)
			}
		})
	}
}

type namedValue struct {
	name  string
	value awkward
}

func awkwardValues() []namedValue {
	return []namedValue{
		{"nothing", awkward{}},
		{"empty slices and maps", awkward{Bytes: []byte{}, Numbers: []int{}, Nested: []inner{}, ByName: map[string]inner{}}},
		{"slices and maps", awkward{
			Bytes: []byte{0, 255}, Numbers: []int{0, -1, math.MaxInt}, Nested: []inner{{}, {Name: "b"}},
			ByName: map[string]inner{"": {}, "x": {Name: "y"}}, Sets: map[int]map[string]bool{-1: {"a": true, "": false}},
		}},
		{"nested pointers", awkward{Pointer: &inner{"a", &inner{"b", &inner{Name: "c"}}}}},
		{"big text", awkward{Text: strings.Repeat("0123456789abcdef", 1<<16)}},
		{"unicode", awkward{Text: "日本語 🧶 \x00 \u202e e\u0301 \xff\xfe not UTF-8"}},
		{"numbers at their ends", awkward{Float: math.Inf(-1), Big: math.MaxUint64, Small: math.MinInt8, Complex: complex(math.Inf(1), -0.5)}},
		{"not a number", awkward{Float: math.NaN()}},
		{"times", awkward{When: time.Date(1999, 12, 31, 23, 59, 59, 999999999, time.FixedZone("X", -5*3600-1800)), Took: -time.Nanosecond}},
		{"arrays", awkward{Fixed: [3]string{"", "b", "c"}}},
	}
}

// sameValue compares as an encoding may not change it: nil or empty is the same, times are equal
// instants, and not a number is itself.
func sameValue(a, b awkward) bool {
	if !a.When.Equal(b.When) || a.Float != b.Float && !(math.IsNaN(a.Float) && math.IsNaN(b.Float)) {
		return false
	}
	for _, v := range []*awkward{&a, &b} {
		v.When, v.Float = time.Time{}, 0
		f := reflect.ValueOf(v).Elem()
		for i := range f.NumField() {
			if k := f.Field(i).Kind(); (k == reflect.Slice || k == reflect.Map) && f.Field(i).Len() == 0 {
				f.Field(i).SetZero()
			}
		}
	}
	return reflect.DeepEqual(a, b)
}
