package privatecdn

import (
	"fmt"

	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// problems are the mistakes found in a construct's properties. Added to the
// construct's node, they stop synthesis, where CDK lists those of all
// constructs at once, each behind its construct's path.
type problems []string

// add notes one mistake: the property, what is wrong with it and what to do.
func (p *problems) add(property, format string, args ...any) {
	*p = append(*p, property+": "+fmt.Sprintf(format, args...))
}

// validation is what constructs.IValidation asks for.
type validation struct{ found *problems }

// Validate implements constructs.IValidation.
func (v *validation) Validate() *[]*string { return jsii.Strings(*v.found...) }

// report stops synthesis if anything is, or will be, in p.
func (p *problems) report(c constructs.Construct) {
	var v constructs.IValidation = &validation{p}
	c.Node().AddValidation(v)
}
