package forwarding

import (
	"net/http"
	"slices"
	"strings"

	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// selection decides by name which headers, cookies or query strings one policy
// includes.
type selection struct {
	kind  string
	names []string
	fold  bool // names are headers, which have no case
}

func selectionOf(s infra.Selection) selection { return selection{kind: s.Kind, names: s.Names} }

func headerSelection(s infra.Selection) selection {
	sel := selection{kind: s.Kind, fold: true}
	for _, n := range s.Names {
		sel.names = append(sel.names, http.CanonicalHeaderKey(n))
	}
	return sel
}

func (s selection) includes(name string) bool {
	switch s.kind {
	case "all":
		return true
	case "allViewer", "allViewerAndWhitelistCloudFront":
		return !IsCloudFront(name) || s.lists(name)
	case "allExcept":
		return !s.lists(name) && (!s.fold || !IsCloudFront(name))
	case "whitelist":
		return s.lists(name)
	default:
		return false
	}
}

// lists allows wildcards, which names of cookies may contain.
func (s selection) lists(name string) bool {
	return slices.ContainsFunc(s.names, func(n string) bool {
		return n == name || !s.fold && pathpattern.Glob(n, name)
	})
}

// either includes what one of several policies includes.
type either []selection

func (e either) includes(name string) bool {
	return slices.ContainsFunc(e, func(s selection) bool { return s.includes(name) })
}

// filterQuery returns the included parameters of a raw query, in order and byte
// for byte.
func filterQuery(raw string, includes func(string) bool) string {
	if raw == "" {
		return ""
	}
	var kept []string
	for part := range strings.SplitSeq(raw, "&") {
		if name, _, _ := strings.Cut(part, "="); includes(name) {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}
