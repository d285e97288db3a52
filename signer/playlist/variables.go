package playlist

import (
	"net/url"
	"strings"

	"example.com/privatecdn/signer"
)

// variables are the variables of an HLS playlist that are defined so far.
type variables map[string]string

const maxVariables = 1000

// unknown is the value of a variable whose value is not known: expand refuses
// it, as it does any value that holds a reference.
const unknown = "{$"

// define adds the variable of an EXT-X-DEFINE: a value of its own, of the
// query of the playlist's URL, or of the playlist that leads here. What players
// do not read alike is ErrVariable: a second definition, a name that is not
// one, a tag that defines two.
func (v variables) define(list string, w *rewrite) error {
	given := map[string]string{}
	for a := range attributes(list) {
		if _, twice := given[a.name]; twice {
			return ErrVariable
		}
		given[a.name] = list[a.start:a.end]
	}
	var name, value string
	kinds, known := 0, false
	var err error
	for kind, n := range given {
		switch kind {
		case "NAME":
			value, known = given["VALUE"]
			value, err = v.expand(value)
		case "IMPORT":
			value, known = w.Variables[n]
		case "QUERYPARAM":
			// Of one that is there twice, and of a query that does not parse,
			// players may read another value.
			parameters, malformed := url.ParseQuery(w.base.query)
			value, known = parameters.Get(n), malformed == nil && len(parameters[n]) == 1
		default:
			continue
		}
		name = n
		kinds++
	}
	if _, twice := v[name]; twice || kinds != 1 || !isName(name) || len(v) == maxVariables {
		return ErrVariable
	}
	if !known {
		value = unknown
	}
	v[name] = value
	return err
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// expand replaces each {$NAME} by its value. A result that is longer than a URL
// can be, that another pass would change, or that would end an attribute is
// ErrVariable.
func (v variables) expand(s string) (string, error) {
	if !strings.Contains(s, "{$") {
		return s, nil
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "{$")
		b.WriteString(before)
		if !found {
			break
		}
		name, rest, closed := strings.Cut(after, "}")
		value, defined := v[name]
		if !closed || !defined || b.Len()+len(value) > signer.MaxURL {
			return "", ErrVariable
		}
		b.WriteString(value)
		s = rest
	}
	if strings.Contains(b.String(), "{$") || strings.Contains(b.String(), `"`) {
		return "", ErrVariable
	}
	return b.String(), nil
}
