package policy

import (
	"fmt"
	"net/url"
	"strings"

	"example.com/privatecdn/internal/fault"
)

// checkQuery refuses the reserved parameters in any case and any encoding.
func checkQuery(u string) error {
	_, query, ok := strings.Cut(u, "?")
	if !ok {
		return nil
	}
	if _, after, ok := strings.Cut(u, queryStart); ok {
		query = after
	}
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, _, _ := strings.Cut(pair, "=")
		if strings.Contains(name, "%") {
			name, _ = url.QueryUnescape(name)
		}
		for _, r := range Params() {
			if len(r) == len(name) && strings.EqualFold(r, name) {
				return refuse(ErrReserved, r)
			}
		}
	}
	return nil
}

// checkResource refuses a resource that EncodeResource would change.
func checkResource(resource string) error {
	if resource == "" {
		return refuse(ErrNoResource, "")
	}
	encoded, err := EncodeResource(resource)
	if err != nil {
		return err
	}
	if encoded != resource {
		return refuse(ErrNotEncoded, fmt.Sprintf("%s would be %s", fault.Printable(resource), fault.Printable(encoded)))
	}
	return nil
}
