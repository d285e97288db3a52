package bucketpolicy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"example.com/privatecdn/internal/cloudformation"
)

// maxPolicy is the size of the largest bucket policy S3 accepts, in bytes.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
const maxPolicy = 20 << 10

type location = cloudformation.Location

// Parse reads the document of a bucket policy, in which every intrinsic
// function is resolved. Its error is a *cloudformation.Error at a place of it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
func Parse(at location, document any) ([]Statement, error) {
	if text, ok := document.(string); ok && json.Unmarshal([]byte(text), &document) != nil {
		return nil, at.Invalid("the policy is not valid JSON")
	}
	if text, _ := json.Marshal(document); len(text) > maxPolicy {
		return nil, at.Invalid("the policy has %d bytes, S3 accepts %d", len(text), maxPolicy)
	}
	var source any
	err := members(at, document, "a policy document is an object", func(at location, key string, v any) error {
		switch key {
		case "Version", "Id":
		case "Statement":
			source = v
		default:
			return at.Unsupported("remove it", "unknown element of a policy")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	at = at.Key("Statement")
	list, isList := source.([]any)
	if !isList {
		s, err := readStatement(at, source)
		return []Statement{s}, err
	}
	statements := make([]Statement, len(list))
	for i, v := range list {
		if statements[i], err = readStatement(at.Index(i), v); err != nil {
			return nil, err
		}
	}
	return statements, nil
}

// members calls visit with every member of an object, by name. expected is what
// to say of any other value.
func members(at location, v any, expected string, visit func(at location, key string, v any) error) error {
	o, ok := v.(map[string]any)
	if !ok {
		return at.Invalid(expected)
	}
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if err := visit(at.Key(key), key, o[key]); err != nil {
			return err
		}
	}
	return nil
}

func readStatement(at location, v any) (s Statement, err error) {
	err = members(at, v, "a statement is an object", func(at location, key string, v any) (err error) {
		switch key {
		case "Sid":
			s.SID, err = single(at, v)
		case "Effect":
			s.Effect, err = single(at, v)
		case "Principal", "NotPrincipal":
			s.NotPrincipal = key == "NotPrincipal"
			s.Principals, err = readPrincipals(at, v)
		case "Action", "NotAction":
			s.NotAction = key == "NotAction"
			s.Actions, err = values(at, v)
		case "Resource", "NotResource":
			s.NotResource = key == "NotResource"
			s.Resources, err = values(at, v)
		case "Condition":
			s.Conditions, err = readConditions(at, v)
		default:
			err = at.Unsupported("remove it", "unknown element of a statement")
		}
		return err
	})
	switch {
	case err != nil:
	case s.Effect != "Allow" && s.Effect != "Deny":
		err = at.Key("Effect").Invalid("expected Allow or Deny")
	case len(s.Principals) == 0 || len(s.Actions) == 0 || len(s.Resources) == 0:
		err = at.Invalid("a statement of a bucket policy needs Principal, Action and Resource")
	}
	return s, err
}

func readPrincipals(at location, v any) (all []Principal, err error) {
	if v == "*" {
		return []Principal{{Kind: "*", Value: "*"}}, nil
	}
	err = members(at, v, `a principal is "*" or an object`, func(at location, kind string, v any) error {
		if !slices.Contains([]string{"AWS", "Service", "CanonicalUser", "Federated"}, kind) {
			return at.Unsupported("use AWS, Service, CanonicalUser or Federated", "unknown kind of principal")
		}
		list, err := values(at, v)
		for _, value := range list {
			p := Principal{Kind: kind, Value: value}
			if kind == "AWS" && value == "*" {
				p.Kind = "*"
			}
			all = append(all, p)
		}
		return err
	})
	return all, err
}

func readConditions(at location, v any) (all []Condition, err error) {
	err = members(at, v, "conditions are an object", func(at location, operator string, v any) error {
		return members(at, v, "the keys of a condition are an object", func(at location, key string, v any) error {
			list, err := values(at, v)
			all = append(all, Condition{Operator: operator, Key: key, Values: list})
			return err
		})
	})
	return all, err
}

func single(at location, v any) (string, error) {
	list, err := values(at, v)
	switch {
	case err != nil:
		return "", err
	case len(list) != 1:
		return "", at.Invalid("expected one value")
	}
	return list[0], nil
}

// values makes a list of a value or a list of them.
func values(at location, v any) ([]string, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	texts := make([]string, len(list))
	for i, e := range list {
		switch e := e.(type) {
		case string:
			texts[i] = e
		case bool, json.Number:
			texts[i] = fmt.Sprint(e)
		default:
			return nil, at.Invalid("expected a value or a list of values")
		}
	}
	return texts, nil
}
