package work

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/skein-go/skein"
)

// A Definition is a defined function without its types: what an executor elsewhere finds by name.
type Definition struct {
	Name string // the name it was defined by
	// Call decodes the argument, runs the function and encodes its result.
	Call func(ctx context.Context, c Codec, arg []byte) (result []byte, err error)
}

var defined struct {
	sync.Mutex
	byName map[string]Definition
}

// Define makes a Func that executors in other processes can run too, where the same program looks
// it up by name. It belongs in a package-level variable, so that every process has it:
//
//	var FindRobots = work.Define("findrobots", findRobots)
//
// The function must stand alone: a top-level function, no closure, method or generic instance,
// as those carry what another process does not have. Its argument and result are encoded, so they
// must survive that: no channels, functions or interfaces in them, and no unexported fields unless
// the type encodes itself. Define panics, in words, if any of that is not so, or if the name is
// taken. Local executors never encode.
func Define[A, T any](name string, fn func(ctx context.Context, a A) (T, error)) *Func[A, T] {
	refuse := func(format string, args ...any) {
		panic(fmt.Sprintf("work: Define(%q): ", name) + fmt.Sprintf(format, args...))
	}
	if name == "" {
		refuse("the name is empty; other processes find the function by it")
	}
	if fn == nil {
		refuse("the function is nil")
	}
	if why := notAlone(runtime.FuncForPC(reflect.ValueOf(fn).Pointer()).Name()); why != "" {
		refuse("%s; define a top-level function, or use Wrap for executors of this process", why)
	}
	if err := survives(reflect.TypeFor[A]()); err != nil {
		refuse("the argument does not survive encoding: %v", err)
	}
	if err := survives(reflect.TypeFor[T]()); err != nil {
		refuse("the result does not survive encoding: %v", err)
	}
	f := &Func[A, T]{fn: fn, kind: skein.NewPromiseKind(name, fn), name: name}
	defined.Lock()
	defer defined.Unlock()
	if _, taken := defined.byName[name]; taken {
		refuse("the name is taken by another function")
	}
	if defined.byName == nil {
		defined.byName = make(map[string]Definition)
	}
	defined.byName[name] = Definition{Name: name, Call: f.callEncoded}
	return f
}

// Lookup finds a defined function.
func Lookup(name string) (Definition, bool) {
	defined.Lock()
	defer defined.Unlock()
	d, ok := defined.byName[name]
	return d, ok
}

// Defined lists the names of the defined functions, sorted.
func Defined() []string {
	defined.Lock()
	defer defined.Unlock()
	names := make([]string, 0, len(defined.byName))
	for name := range defined.byName {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (f *Func[A, T]) callEncoded(ctx context.Context, c Codec, arg []byte) ([]byte, error) {
	var a A
	if err := c.Decode(arg, &a); err != nil {
		return nil, fmt.Errorf("work: the argument of %q: %w", f.name, err)
	}
	v, err := f.fn(ctx, a)
	if err != nil {
		return nil, err
	}
	result, err := c.Encode(&v)
	if err != nil {
		return nil, fmt.Errorf("work: the result of %q: %w", f.name, err)
	}
	return result, nil
}

var closureName = regexp.MustCompile(`\.(func|gowrap)\d+(\.|$)`)

// notAlone says what kind of function the runtime's name for it shows it to be, if it is one that
// cannot be found again elsewhere.
func notAlone(name string) string {
	base := name[strings.LastIndexByte(name, '/')+1:]
	switch {
	case strings.HasSuffix(base, "-fm"):
		return "it is a method value, which carries its receiver"
	case strings.Contains(base, "["):
		return "it is an instance of a generic function, which has no name of its own"
	case strings.Count(base, ".") == 1: // package.function
		return ""
	case closureName.MatchString(base):
		return "it is a function literal, which may carry variables"
	}
	return "it is a method expression"
}
