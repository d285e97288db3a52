package access

import "example.com/privatecdn/internal/infra"

// NewTemplate returns a Template of an infrastructure that no template
// describes.
func NewTemplate(i *infra.Infrastructure) *Template { return &Template{i} }

// Kinds are all kinds of finding.
var Kinds = kinds
