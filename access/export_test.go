package access

import "example.com/privatecdn/internal/infra"

// NewTemplate returns a Template that was not read.
func NewTemplate(i *infra.Template) *Template { return &Template{i} }

// Kinds are all kinds of finding.
var Kinds = kinds
