package cffunction

import (
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/tetratelabs/wazero/api"
)

// call is one call of a function, on the host's side.
type call struct {
	function *Function
	now      time.Time
	lines    []string // of the console
	logged   int      // bytes
}

type callKey struct{}

// maxLog limits what one call may write to the console, in bytes.
const maxLog = 10 << 10

// hostFunction returns the engine's import of a given name: the time, modules,
// and one function for everything that the prelude requests from Go. There are
// no files.
func hostFunction(name string) api.GoModuleFunc {
	do := map[string]func(*guest, []uint64) uint64{
		"host_call": hostCall,
		"host_module_normalize": func(g *guest, args []uint64) uint64 {
			return g.write(g.cString(args[1]))
		},
		"host_module_load": func(g *guest, args []uint64) uint64 {
			source := moduleSource(g.cString(args[0]))
			g.module.Memory().WriteUint32Le(uint32(args[1]), uint32(len(source)))
			return g.write(source)
		},
		"clock_time_get": func(g *guest, args []uint64) uint64 {
			g.module.Memory().WriteUint64Le(uint32(args[2]), uint64(g.onHost().now.UnixNano()))
			return 0
		},
	}[name]
	return func(ctx context.Context, m api.Module, stack []uint64) {
		switch {
		case do != nil:
			stack[0] = do(&guest{ctx: ctx, module: m}, stack)
		case strings.HasPrefix(name, "fd_"):
			stack[0] = 52 // ENOSYS
		default:
			stack[0] = 0
		}
	}
}

// onHost returns the call that a host function is a part of.
func (g *guest) onHost() *call { return g.ctx.Value(callKey{}).(*call) }

// moduleSource returns a module that exports what require returns.
func moduleSource(name string) string {
	return fmt.Sprintf("const m = require(%q); export default m; export const {%s} = m;",
		name, strings.Join(modules[name], ", "))
}

// hostCall implements host(operation, …) of the prelude. There are three
// arguments, all of them strings; bytes are strings of the characters U+0000 to
// U+00FF. It returns a string, or 0 for an exception.
func hostCall(g *guest, stack []uint64) uint64 {
	args := make([]string, stack[3])
	for n := range stack[3] {
		args[n] = g.text(uint64(g.word(stack[4] + 4*n)))
	}
	if g.err != nil {
		return 0
	}
	result, err := g.onHost().answer(args[0], args[1:])
	if err != nil {
		g.call("qjs_throw", g.newString(err.Error()))
		return 0
	}
	return g.newString(result)
}

func (c *call) answer(operation string, args []string) (string, error) {
	switch operation {
	case "runtime":
		return c.function.runtime, nil
	case "random":
		return fmt.Sprint(rand.Float64()), nil
	case "log":
		c.log(args[0])
		return "", nil
	case "encode", "decode":
		e, known := encodings[strings.ToLower(args[1])]
		if !known {
			return "", fmt.Errorf("the encoding %q is not supported", args[1])
		}
		if operation == "encode" {
			return e.encode(bytesOf(args[0])), nil
		}
		b, err := e.decode(args[0])
		return textOf(b), err
	case "hash", "hmac":
		return digest(args[0], operation == "hmac", bytesOf(args[1]), bytesOf(args[2]))
	}
	s, err := c.function.findStore(args[0])
	if err != nil {
		return "", err
	}
	if operation == "count" {
		return strconv.Itoa(len(s.Data)), nil
	}
	if v, ok := s.Data[args[1]]; ok {
		return "=" + v, nil
	}
	return "", nil
}

func (c *call) log(line string) {
	if c.logged += len(line); c.logged <= maxLog {
		c.lines = append(c.lines, line)
	}
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

var algorithms = map[string]func() hash.Hash{"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New}

func digest(name string, keyed bool, key, data []byte) (string, error) {
	algorithm := algorithms[strings.ToLower(name)]
	if algorithm == nil {
		return "", fmt.Errorf("the hash %q is not supported: use md5, sha1 or sha256", name)
	}
	h := algorithm()
	if keyed {
		h = hmac.New(algorithm, key)
	}
	h.Write(data)
	return textOf(h.Sum(nil)), nil
}

// textOf and bytesOf convert between bytes and characters up to U+00FF.
func textOf(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

func bytesOf(text string) []byte {
	b := make([]byte, 0, len(text))
	for _, r := range text {
		b = append(b, byte(r))
	}
	return b
}

// encoding is a way to write bytes as text.
type encoding struct {
	encode func([]byte) string
	decode func(string) ([]byte, error)
}

var encodings = func() map[string]encoding {
	utf8 := encoding{
		func(b []byte) string { return string(b) },
		func(text string) ([]byte, error) { return []byte(text), nil },
	}
	latin1 := encoding{textOf, func(text string) ([]byte, error) { return bytesOf(text), nil }}
	unpadded := func(text string) ([]byte, error) { // in either alphabet
		text = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(text), "=")
		return base64.RawStdEncoding.DecodeString(text)
	}
	return map[string]encoding{
		"utf8": utf8, "utf-8": utf8, "latin1": latin1, "binary": latin1, "ascii": latin1,
		"hex":       {hex.EncodeToString, hex.DecodeString},
		"base64":    {base64.StdEncoding.EncodeToString, unpadded},
		"base64url": {base64.RawURLEncoding.EncodeToString, unpadded},
	}
}()
