package bucketpolicy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// condition is one operator on one key.
type condition struct {
	key      string // in lower case
	operator string // without quantifier and IfExists
	values   []string
	tests    []test // of a value in the request, for each of values
	negated  bool
	ifExists bool
	forAll   bool // ForAllValues: every value of the request, also of none
	forAny   bool // ForAnyValue: at least one value of the request
}

var operatorForm = regexp.MustCompile(`(?s)^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$`)

func compileCondition(at location, source Condition) (condition, error) {
	form := operatorForm.FindStringSubmatch(source.Operator)
	c := condition{key: strings.ToLower(source.Key), operator: form[2], values: source.Values,
		forAll: form[1] == "ForAllValues:", forAny: form[1] == "ForAnyValue:", ifExists: form[3] != ""}
	if _, known := knownKeys[c.key]; !known {
		return c, unsupported(at, "the condition key %s", source.Key)
	}
	op, known := operators[c.operator]
	if !known || c.operator == null && source.Operator != null {
		return c, unsupported(at, "the condition operator %s", source.Operator)
	}
	c.negated = op.negated
	for _, v := range c.values {
		if strings.Contains(v, "${") {
			return c, unsupported(at, "the policy variable in condition %s: %s", source.Key, v)
		}
		test := op.compile(v)
		if test == nil {
			return c, at.Invalid("condition %s on %s: %q is not a valid value", source.Operator, source.Key, v)
		}
		c.tests = append(c.tests, test)
	}
	return c, nil
}

// holds follows the IAM User Guide, "Condition element": a key the request
// does not have fails a condition, fulfils a negated one and one with
// IfExists, fulfils ForAllValues and fails ForAnyValue.
func (c condition) holds(lookup Lookup) bool {
	got, present := lookup(c.key)
	if c.operator == null {
		return c.matches(strconv.FormatBool(!present))
	}
	if !present || len(got) == 0 {
		return c.ifExists || c.forAll || c.negated && !c.forAny
	}
	for _, v := range got {
		if (c.matches(v) != c.negated) != c.forAll {
			return !c.forAll
		}
	}
	return c.forAll
}

func (c condition) matches(got string) bool {
	return slices.ContainsFunc(c.tests, func(matches test) bool { return matches(got) })
}
