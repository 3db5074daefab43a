package work_test

import (
	"context"
	"encoding/binary"
	"errors"
	"math/big"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/skein-go/skein/work"
)

type (
	tree struct {
		Left, Right *tree
		Value       int
	}
	base     struct{ Name string }
	derived  struct{ base }
	embedded struct{ Base }
	Base     struct{ Name string }
	hidden   struct{ x int } //lint:ignore U1000 that it is unexported is what is tested
	coded    struct{ x uint32 }
	method   struct{}
)

func (c coded) MarshalBinary() ([]byte, error) { return binary.BigEndian.AppendUint32(nil, c.x), nil }

func (c *coded) UnmarshalBinary(b []byte) error {
	if len(b) != 4 {
		return errors.New("want 4 bytes")
	}
	c.x = binary.BigEndian.Uint32(b)
	return nil
}

func (method) Do(_ context.Context, n int) (int, error) { return n, nil }

func same[T any](_ context.Context, v T) (T, error) { return v, nil }

func takesChan(context.Context, chan int) (int, error)               { return 0, nil }
func takesFunc(context.Context, []func()) (int, error)               { return 0, nil }
func takesAny(context.Context, map[string]any) (int, error)          { return 0, nil }
func takesHidden(context.Context, []hidden) (int, error)             { return 0, nil }
func takesDerived(context.Context, derived) (int, error)             { return 0, nil }
func givesError(context.Context, int) (error, error)                 { return nil, nil }
func takesMapOfBig(context.Context, map[string]big.Int) (int, error) { return 0, nil }
func plain(_ context.Context, n int) (int, error)                    { return n, nil }
func func1(_ context.Context, n int) (int, error)                    { return n, nil }

// A method expression does not even compile: its first parameter is no context.
func TestDefineRefusesInWords(t *testing.T) {
	n := 0
	for want, define := range map[string]func(){
		"function literal": func() {
			work.Define("x", func(context.Context, int) (int, error) { return n, nil })
		},
		"method value":        func() { work.Define("x", method{}.Do) },
		"generic":             func() { work.Define("x", same[int]) },
		"chan":                func() { work.Define("x", takesChan) },
		"func":                func() { work.Define("x", takesFunc) },
		"interface":           func() { work.Define("x", takesAny) },
		"hidden[].x":          func() { work.Define("x", takesHidden) },
		"derived.base":        func() { work.Define("x", takesDerived) },
		"the result":          func() { work.Define("x", givesError) },
		"map of pointers":     func() { work.Define("x", takesMapOfBig) },
		"is empty":            func() { work.Define("", plain) },
		"function is nil":     func() { work.Define[int, int]("x", nil) },
		"the name is taken":   func() { work.Define("test/plain", func1) },
		`work: Define("x"): `: func() { work.Define("x", takesChan) },
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, want) {
					t.Errorf("no word of %q: %s", want, text)
				}
			}()
			define()
		}()
	}
}

var (
	_ = work.Define("test/plain", plain)
	_ = work.Define("test/func1", func1) // named like a function literal of the compiler's
	_ = work.Define("test/tree", sameTree)
	_ = work.Define("test/time", sameTime)
	_ = work.Define("test/embedded", sameEmbedded)
	_ = work.Define("test/coded", sameCoded)
	_ = work.Define("test/big", sameBig)
	_ = work.Define("test/addr", sameAddr)
	_ = work.Define("test/ints", sameInts)
	_ = work.Define("test/none", sameNone)
	_ = work.Define("test/fails", failing)
)

func sameTree(ctx context.Context, v *tree) (*tree, error)           { return same(ctx, v) }
func sameTime(ctx context.Context, v time.Time) (time.Time, error)   { return same(ctx, v) }
func sameEmbedded(ctx context.Context, v embedded) (embedded, error) { return same(ctx, v) }
func sameCoded(ctx context.Context, v map[string]coded) (map[string]coded, error) {
	return same(ctx, v)
}
func sameBig(ctx context.Context, v *big.Int) (*big.Int, error)          { return same(ctx, v) }
func sameAddr(ctx context.Context, v []netip.Addr) ([]netip.Addr, error) { return same(ctx, v) }
func sameInts(ctx context.Context, v *int) (*int, error)                 { return same(ctx, v) }
func sameNone(ctx context.Context, v struct{}) (struct{}, error)         { return same(ctx, v) }
func failing(context.Context, int) (int, error)                          { return 0, errBroken }

// remote sends v through a defined function as an executor elsewhere does.
func remote[T any](t *testing.T, name string, v T) T {
	t.Helper()
	d, ok := work.Lookup(name)
	if !ok || d.Name != name {
		t.Fatalf("%s is not defined", name)
	}
	arg, err := work.Gob.Encode(&v)
	if err != nil {
		t.Fatalf("%s: encode: %v", name, err)
	}
	result, err := d.Call(t.Context(), work.Gob, arg)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var back T
	if err := work.Gob.Decode(result, &back); err != nil {
		t.Fatalf("%s: decode: %v", name, err)
	}
	return back
}

func TestDefinedFunctionsRoundTrip(t *testing.T) {
	expect := func(name string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	expect("plain", remote(t, "test/plain", 7), 7)
	expect("func1", remote(t, "test/func1", 7), 7)
	expect("tree", remote(t, "test/tree", &tree{&tree{Value: 1}, nil, 2}), &tree{&tree{Value: 1}, nil, 2})
	expect("no tree", remote(t, "test/tree", (*tree)(nil)), (*tree)(nil))
	expect("embedded", remote(t, "test/embedded", embedded{Base{"x"}}), embedded{Base{"x"}})
	expect("coded", remote(t, "test/coded", map[string]coded{"a": {1}}), map[string]coded{"a": {1}})
	expect("big", remote(t, "test/big", big.NewInt(1<<40)), big.NewInt(1<<40))
	expect("no big", remote(t, "test/big", (*big.Int)(nil)), (*big.Int)(nil))
	expect("addr", remote(t, "test/addr", []netip.Addr{netip.IPv6Loopback()}), []netip.Addr{netip.IPv6Loopback()})
	expect("pointer to zero", *remote(t, "test/ints", new(int)), 0)
	expect("none", remote(t, "test/none", struct{}{}), struct{}{})
	now := time.Now()
	if got := remote(t, "test/time", now); !got.Equal(now) {
		t.Errorf("time: got %v, want %v", got, now)
	}
}

func TestCallOfADefinition(t *testing.T) {
	d, _ := work.Lookup("test/fails")
	arg := 1
	data, _ := work.Gob.Encode(&arg)
	if _, err := d.Call(t.Context(), work.Gob, data); err != errBroken {
		t.Errorf("the function's error is %v", err)
	}
	if _, err := d.Call(t.Context(), work.Gob, []byte("rubbish")); err == nil || !strings.Contains(err.Error(), `argument of "test/fails"`) {
		t.Errorf("rubbish: %v", err)
	}
	if _, ok := work.Lookup("test/nobody"); ok {
		t.Error("a function is found that was not defined")
	}
	if names := work.Defined(); !slices.IsSorted(names) || !slices.Contains(names, "test/plain") {
		t.Errorf("Defined: %v", names)
	}
}

func TestGobRefusesWhatItCannotEncode(t *testing.T) {
	list := []*int{nil}
	if _, err := work.Gob.Encode(&list); err == nil {
		t.Error("a nil pointer in a list")
	}
	for _, data := range [][]byte{nil, {}, {0, 1}, {2}, {1}, {1, 255}} {
		var p *int
		if err := work.Gob.Decode(data, &p); err == nil {
			t.Errorf("%v was decoded as %v", data, p)
		}
	}
	var none struct{}
	if err := work.Gob.Decode([]byte{1}, &none); err == nil {
		t.Error("data for an empty struct")
	}
}

func FuzzGobDecode(f *testing.F) {
	for _, v := range []*tree{nil, {}, {&tree{Value: 3}, &tree{}, -1}} {
		data, err := work.Gob.Encode(&v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var v *tree
		if work.Gob.Decode(data, &v) != nil {
			return
		}
		again, err := work.Gob.Encode(&v)
		if err != nil {
			t.Fatalf("what was decoded cannot be encoded: %v", err)
		}
		var w *tree
		if err := work.Gob.Decode(again, &w); err != nil || !reflect.DeepEqual(v, w) {
			t.Fatalf("%+v came back as %+v: %v", v, w, err)
		}
	})
}
