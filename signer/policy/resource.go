package policy

import (
	"fmt"
	"net/url"
	"strings"
)

// reserved are the query parameters that carry a signature.
var reserved = []string{"Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"}

// IsReserved reports whether a query parameter's raw name is, letter by letter,
// one that carries a signature.
func IsReserved(name string) bool {
	switch name {
	case "Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm":
		return true
	}
	return false
}

// checkQuery refuses the reserved parameters in any case and any encoding.
func checkQuery(u string) error {
	_, query, _ := strings.Cut(u, "?")
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, _, _ := strings.Cut(pair, "=")
		if strings.Contains(name, "%") {
			name, _ = url.QueryUnescape(name)
		}
		for _, r := range reserved {
			if len(r) == len(name) && strings.EqualFold(r, name) {
				return refuse(ErrReserved, r)
			}
		}
	}
	return nil
}

// checkResource refuses a resource that is not one EncodeResource would leave
// as it is, apart from \?, which is a documented way to begin the query.
func checkResource(resource string) error {
	if resource == "" {
		return refuse(ErrNoResource, "")
	}
	plain := strings.ReplaceAll(resource, `\?`, "?")
	encoded, err := EncodeResource(plain)
	if err != nil {
		return err
	}
	if encoded != plain {
		return refuse(ErrNotEncoded, fmt.Sprintf("%q would be %q", plain, encoded))
	}
	return nil
}
