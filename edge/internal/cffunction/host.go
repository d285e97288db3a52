package cffunction

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"

	"github.com/dop251/goja"
)

// host is what the prelude asks of Go.
func (f *Function) host(vm *goja.Runtime, log func(string)) *goja.Object {
	h := vm.NewObject()
	set := func(name string, value any) { _ = h.Set(name, value) } // a plain object takes every property
	set("version", f.version)
	set("unsupported", unsupportedCF)
	set("log", log)
	set("encode", func(data goja.Value, encoding string) string {
		return throwing(vm)(encode(bytesOf(vm, data), encoding))
	})
	set("decode", func(text, encoding string) goja.Value {
		b, err := decode(text, encoding)
		throw(vm, err)
		return vm.ToValue(toUint8Array(vm, b))
	})
	set("hash", func(name string) *goja.Object { return hasher(vm, name, nil) })
	set("hmac", func(name string, key goja.Value) *goja.Object { return hasher(vm, name, bytesOf(vm, key)) })
	set("store", func(id string) *goja.Object { return f.store(vm, id) })
	return h
}

func (f *Function) store(vm *goja.Runtime, id string) *goja.Object {
	s, err := f.findStore(id)
	throw(vm, err)
	o := vm.NewObject()
	_ = o.Set("count", func() int { return len(s.Data) })
	_ = o.Set("get", func(key string) goja.Value {
		if v, ok := s.Data[key]; ok {
			return vm.ToValue(v)
		}
		return goja.Null()
	})
	return o
}

func (f *Function) findStore(id string) (*Store, error) {
	for i, s := range f.stores {
		if id == "" || s.ID == id || s.Name == id {
			return &f.stores[i], nil
		}
	}
	if len(f.stores) == 0 {
		return nil, fmt.Errorf("no key value store is associated with the function %s", f.name)
	}
	return nil, fmt.Errorf("the key value store %q is not associated with the function %s", id, f.name)
}

func hasher(vm *goja.Runtime, name string, key []byte) *goja.Object {
	algorithm := map[string]func() hash.Hash{"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New}[strings.ToLower(name)]
	if algorithm == nil {
		throw(vm, fmt.Errorf("the hash %q is not supported: use md5, sha1 or sha256", name))
	}
	h := algorithm()
	if key != nil {
		h = hmac.New(algorithm, key)
	}
	o := vm.NewObject()
	_ = o.Set("update", func(data goja.Value) { h.Write(bytesOf(vm, data)) })
	_ = o.Set("sum", func() goja.Value { return vm.ToValue(toUint8Array(vm, h.Sum(nil))) })
	return o
}

// throw raises err as an exception of the script.
func throw(vm *goja.Runtime, err error) {
	if err != nil {
		panic(vm.NewGoError(err))
	}
}

func throwing(vm *goja.Runtime) func(string, error) string {
	return func(s string, err error) string {
		throw(vm, err)
		return s
	}
}

func bytesOf(vm *goja.Runtime, v goja.Value) []byte {
	var b []byte
	throw(vm, vm.ExportTo(v, &b))
	return b
}

func toUint8Array(vm *goja.Runtime, b []byte) *goja.Object {
	array, err := vm.New(vm.Get("Uint8Array"), vm.ToValue(vm.NewArrayBuffer(b)))
	throw(vm, err)
	return array
}

func encode(b []byte, encoding string) (string, error) {
	switch strings.ToLower(encoding) {
	case "utf8", "utf-8":
		return string(b), nil
	case "hex":
		return hex.EncodeToString(b), nil
	case "base64":
		return base64.StdEncoding.EncodeToString(b), nil
	case "base64url":
		return base64.RawURLEncoding.EncodeToString(b), nil
	case "latin1", "binary", "ascii":
		runes := make([]rune, len(b))
		for i, c := range b {
			runes[i] = rune(c)
		}
		return string(runes), nil
	}
	return "", fmt.Errorf("the encoding %q is not supported", encoding)
}

func decode(text, encoding string) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "utf8", "utf-8":
		return []byte(text), nil
	case "hex":
		return hex.DecodeString(text)
	case "base64", "base64url":
		text = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(text), "=")
		return base64.RawStdEncoding.DecodeString(text)
	case "latin1", "binary", "ascii":
		b := make([]byte, 0, len(text))
		for _, r := range text {
			b = append(b, byte(r))
		}
		return b, nil
	}
	return nil, fmt.Errorf("the encoding %q is not supported", encoding)
}
