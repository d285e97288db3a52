package bucketpolicy

import (
	"fmt"
	"slices"
	"strings"
)

// condition is one operator on one key.
type condition struct {
	key      string // in lower case
	operator string // without quantifier and IfExists
	values   []string
	match    func(got string) bool // whether got matches one of values
	negated  bool
	ifExists bool
	forAll   bool // ForAllValues: every value of the request, also of none
	forAny   bool // ForAnyValue: at least one value of the request
}

func compileCondition(statement string, source Condition) (condition, error) {
	c := condition{key: strings.ToLower(source.Key), values: source.Values}
	if err := checkKey(statement, source.Key); err != nil {
		return c, err
	}
	op := source.Operator
	if rest, found := strings.CutPrefix(op, "ForAllValues:"); found {
		op, c.forAll = rest, true
	} else if rest, found := strings.CutPrefix(op, "ForAnyValue:"); found {
		op, c.forAny = rest, true
	}
	if rest, found := strings.CutSuffix(op, "IfExists"); found {
		op, c.ifExists = rest, true
	}
	c.operator = op
	for _, v := range source.Values {
		if strings.Contains(v, "${") {
			return c, &UnsupportedError{statement, "the policy variable in condition " + source.Key + ": " + v}
		}
	}
	if source.Operator == "Null" {
		return c, c.compileNull(statement)
	}
	known, ok := operators[op] // which has no Null: nothing can be added to it
	if !ok {
		return c, &UnsupportedError{statement, "the condition operator " + source.Operator}
	}
	c.negated = known.negated
	return c, c.compileValues(statement, known)
}

func (c *condition) compileValues(statement string, op operator) error {
	var tests []func(string) bool
	for _, v := range c.values {
		test, err := op.compile(v)
		if err != nil {
			return &InvalidError{statement, fmt.Sprintf("condition %s on %s: %v", c.operator, c.key, err)}
		}
		tests = append(tests, test)
	}
	c.match = func(got string) bool {
		return slices.ContainsFunc(tests, func(test func(string) bool) bool { return test(got) })
	}
	return nil
}

func (c *condition) compileNull(statement string) error {
	for _, v := range c.values {
		if v != "true" && v != "false" {
			return &InvalidError{statement, fmt.Sprintf("condition Null on %s: %q is neither true nor false", c.key, v)}
		}
	}
	return nil
}

// holds follows the IAM User Guide, "Condition element": a key the request
// does not have fails a condition, fulfils a negated one and one with
// IfExists, fulfils ForAllValues and fails ForAnyValue.
func (c condition) holds(lookup Lookup) bool {
	got, present := lookup(c.key)
	if c.operator == "Null" {
		return slices.ContainsFunc(c.values, func(v string) bool { return (v == "true") != present })
	}
	if !present || len(got) == 0 {
		return c.ifExists || c.forAll || c.negated && !c.forAny
	}
	for _, v := range got {
		if (c.match(v) != c.negated) != c.forAll {
			return !c.forAll
		}
	}
	return c.forAll
}
