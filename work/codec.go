package work

import (
	"bytes"
	"encoding"
	"encoding/gob"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// A Codec turns arguments and results into bytes and back, for executors elsewhere.
type Codec interface {
	// Encode encodes what ptr points to.
	Encode(ptr any) ([]byte, error)
	// Decode decodes into what ptr points to.
	Decode(data []byte, ptr any) error
}

// Gob is the codec of package encoding/gob, with pointers that may be nil. As there, a slice, map or
// struct's field that is empty or zero comes back as nil or zero, and a pointer to zero in a field
// as nil; a list with a nil pointer in it, or values that refer to themselves, cannot be encoded.
var Gob Codec = gobCodec{}

type gobCodec struct{}

// Pointers, which gob would look through, are preceded by one of these.
const (
	nilPointer = 0
	pointer    = 1
)

// Encode implements Codec.
func (c gobCodec) Encode(ptr any) (data []byte, err error) {
	if isEmptyStruct(ptr) {
		return nil, nil // gob refuses a type without fields
	}
	if v := reflect.ValueOf(ptr).Elem(); v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return []byte{nilPointer}, nil
		}
		data, err := c.Encode(v.Interface())
		return append([]byte{pointer}, data...), err
	}
	defer rescue(&err)
	var b bytes.Buffer
	err = gob.NewEncoder(&b).Encode(ptr)
	return b.Bytes(), err
}

// Decode implements Codec.
func (c gobCodec) Decode(data []byte, ptr any) (err error) {
	if isEmptyStruct(ptr) {
		if len(data) > 0 {
			return errors.New("data for an empty struct")
		}
		return nil
	}
	if v := reflect.ValueOf(ptr).Elem(); v.Kind() == reflect.Pointer {
		switch {
		case len(data) == 0 || data[0] > pointer || data[0] == nilPointer && len(data) > 1:
			return errors.New("not the encoding of a pointer")
		case data[0] == nilPointer:
			v.SetZero()
			return nil
		}
		to := reflect.New(v.Type().Elem())
		if err := c.Decode(data[1:], to.Interface()); err != nil {
			return err
		}
		v.Set(to)
		return nil
	}
	defer rescue(&err)
	return gob.NewDecoder(bytes.NewReader(data)).Decode(ptr)
}

// rescue turns a panic, of gob or of a method by which a value encodes itself, into an error.
func rescue(err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("panic: %v", v)
	}
}

func isEmptyStruct(ptr any) bool {
	t := reflect.TypeOf(ptr).Elem()
	return t.Kind() == reflect.Struct && t.NumField() == 0
}

// survives says why a value of type t would not come out of a codec as it went in.
func survives(t reflect.Type) error {
	return (&survey{seen: map[node]bool{}}).check(t, t.String(), true)
}

type survey struct{ seen map[node]bool }

// A node is a type in a place where its values have an address, or have none.
type node struct {
	reflect.Type
	addressable bool
}

func (s *survey) check(t reflect.Type, path string, addressable bool) error {
	if s.seen[node{t, addressable}] {
		return nil
	}
	s.seen[node{t, addressable}] = true
	if encodesItself(t) {
		if !addressable && !implementsAny(t, gobEncoder, binaryMarshaler) {
			return fmt.Errorf("%s encodes itself by a method of *%s, which the values of a map cannot use; make it a map of pointers", path, t)
		}
		return nil
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Uintptr:
		return fmt.Errorf("%s is a %s, which means nothing in another process", path, t.Kind())
	case reflect.Interface:
		return fmt.Errorf("%s is an interface; use the concrete type, as the other process cannot know which it is", path)
	case reflect.Pointer:
		return s.check(t.Elem(), path, true)
	case reflect.Slice:
		return s.check(t.Elem(), path+"[]", true)
	case reflect.Array:
		return s.check(t.Elem(), path+"[]", addressable)
	case reflect.Map:
		if err := s.check(t.Key(), path+" key", false); err != nil {
			return err
		}
		return s.check(t.Elem(), path+"[]", false)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() {
				return fmt.Errorf("field %s.%s is unexported and would be dropped silently; export it, or give %s the methods MarshalBinary and UnmarshalBinary", path, f.Name, t)
			}
			if err := s.check(f.Type, path+"."+f.Name, addressable); err != nil {
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

// encodesItself reports whether t, or a pointer to t, has the methods for it.
func encodesItself(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface {
		return false
	}
	p := reflect.PointerTo(t)
	return implementsAny(p, gobEncoder, binaryMarshaler) && implementsAny(p, gobDecoder, binaryDecoder)
}

func implementsAny(t reflect.Type, some ...reflect.Type) bool {
	return slices.ContainsFunc(some, t.Implements)
}
