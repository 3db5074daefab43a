package work

import (
	"bytes"
	"encoding"
	"encoding/gob"
	"errors"
	"fmt"
	"reflect"
)

// A Codec turns arguments and results into bytes and back, for executors elsewhere.
type Codec interface {
	// Encode encodes what ptr points to.
	Encode(ptr any) ([]byte, error)
	// Decode decodes into what ptr points to.
	Decode(data []byte, ptr any) error
}

// Gob is the codec of package encoding/gob. A nil slice or map inside a struct comes back as nil,
// and so does an empty one.
var Gob Codec = gobCodec{}

type gobCodec struct{}

// Encode implements Codec.
func (gobCodec) Encode(ptr any) ([]byte, error) {
	if isEmptyStruct(ptr) {
		return nil, nil // gob refuses a type without fields
	}
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(ptr)
	return b.Bytes(), err
}

// Decode implements Codec.
func (gobCodec) Decode(data []byte, ptr any) error {
	if isEmptyStruct(ptr) {
		if len(data) > 0 {
			return errors.New("data for an empty struct")
		}
		return nil
	}
	return gob.NewDecoder(bytes.NewReader(data)).Decode(ptr)
}

func isEmptyStruct(ptr any) bool {
	t := reflect.TypeOf(ptr).Elem()
	return t.Kind() == reflect.Struct && t.NumField() == 0
}

// survives says why a value of type t would not come out of a codec as it went in.
func survives(t reflect.Type) error {
	return (&survey{seen: map[reflect.Type]bool{}}).check(t, t.String())
}

type survey struct{ seen map[reflect.Type]bool }

func (s *survey) check(t reflect.Type, path string) error {
	if s.seen[t] || encodesItself(t) {
		return nil
	}
	s.seen[t] = true
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Uintptr:
		return fmt.Errorf("%s is a %s, which means nothing in another process", path, t.Kind())
	case reflect.Interface:
		return fmt.Errorf("%s is an interface; use the concrete type, as the other process cannot know which it is", path)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return s.check(t.Elem(), path+"[]")
	case reflect.Map:
		if err := s.check(t.Key(), path+" key"); err != nil {
			return err
		}
		return s.check(t.Elem(), path+"[]")
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() {
				return fmt.Errorf("field %s.%s is unexported and would be dropped silently; export it, or give %s the methods MarshalBinary and UnmarshalBinary", path, f.Name, t)
			}
			if err := s.check(f.Type, path+"."+f.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

var (
	gobEncoder      = reflect.TypeFor[gob.GobEncoder]()
	gobDecoder      = reflect.TypeFor[gob.GobDecoder]()
	binaryMarshaler = reflect.TypeFor[encoding.BinaryMarshaler]()
	binaryDecoder   = reflect.TypeFor[encoding.BinaryUnmarshaler]()
)

func encodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return t.Implements(gobEncoder) && p.Implements(gobDecoder) ||
		t.Implements(binaryMarshaler) && p.Implements(binaryDecoder)
}
