package edge

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/infra"
)

// CheckNames returns an error, [ErrUnknownName], if Buckets, Endpoints, Origins,
// KeyValueStores or Values name what the template does not have. New ignores such
// names, so that one set of options serves several templates.
func (e *Edge) CheckNames() error {
	c := e.config.Load()
	var buckets, origins, stores []string
	for _, b := range c.buckets {
		buckets = append(buckets, b.Name, b.LogicalID)
	}
	for _, s := range c.template.KeyValueStores {
		stores = append(stores, s.Name, s.LogicalID)
	}
	for _, d := range c.distributions {
		for _, o := range d.Origins {
			origins = append(origins, o.ID, o.DomainName)
		}
		if slices.ContainsFunc(d.Behaviors, func(b *infra.Behavior) bool {
			return b.ViewerRequest != nil && strings.Contains(b.ViewerRequest.Code, "RequestOrigin")
		}) { // whose function may name origins of its own, by their domain names
			origins = slices.AppendSeq(origins, maps.Keys(e.options.Origins))
		}
	}
	if unused := c.template.UnusedValues; len(unused) > 0 {
		return &Error{Kind: ErrUnknownName, Where: "Values", Remedy: "correct its name, or leave it out",
			What: "nothing in the template needs the value " + fault.Quote(unused[0])}
	}
	return cmp.Or(
		unknownName("Buckets", "bucket", e.options.Buckets, buckets),
		unknownName("Endpoints", "bucket", e.options.Endpoints, buckets),
		unknownName("KeyValueStores", "key value store", e.options.KeyValueStores, stores),
		unknownName("Origins", "origin", e.options.Origins, origins),
	)
}

func unknownName[T any](option, kind string, given map[string]T, names []string) error {
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	slices.Sort(names)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if name == "" || slices.Contains(names, name) {
			continue
		}
		remedy := "leave it out"
		if len(names) > 0 {
			remedy = "use one of " + strings.Join(slices.Compact(names), ", ")
		}
		return &Error{Kind: ErrUnknownName, Where: option, Remedy: remedy,
			What: "the template has no " + kind + " " + fault.Quote(name)}
	}
	return nil
}
