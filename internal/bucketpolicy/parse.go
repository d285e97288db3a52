package bucketpolicy

import (
	"encoding/json"
	"maps"
	"slices"

	"example.com/privatecdn/internal/cloudformation"
)

// maxPolicy is the size of the largest bucket policy S3 accepts, in bytes.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
const maxPolicy = 20 << 10

// Parse reads the document of a bucket policy, in which every intrinsic
// function is resolved. Its error is a *cloudformation.Error at a place of it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
func Parse(at cloudformation.Location, document any) ([]Statement, error) {
	if text, ok := document.(string); ok {
		if err := json.Unmarshal([]byte(text), &document); err != nil {
			return nil, at.Invalid("the policy is not valid JSON")
		}
	}
	o, ok := document.(map[string]any)
	if !ok {
		return nil, at.Invalid("a policy document is an object")
	}
	if text, _ := json.Marshal(o); len(text) > maxPolicy {
		return nil, at.Invalid("the policy has %d bytes, S3 accepts %d", len(text), maxPolicy)
	}
	for key := range o {
		if key != "Version" && key != "Id" && key != "Statement" {
			return nil, at.Key(key).Unsupported("remove it", "unknown element of a policy")
		}
	}
	at = at.Key("Statement")
	list, ok := o["Statement"].([]any)
	if !ok {
		statement := make([]Statement, 1)
		return statement, readStatement(at, o["Statement"], &statement[0])
	}
	statements := make([]Statement, len(list))
	for i, v := range list {
		if err := readStatement(at.Index(i), v, &statements[i]); err != nil {
			return nil, err
		}
	}
	return statements, nil
}

func readStatement(at cloudformation.Location, v any, s *Statement) error {
	o, ok := v.(map[string]any)
	if !ok {
		return at.Invalid("a statement is an object")
	}
	for _, key := range slices.Sorted(maps.Keys(o)) {
		var err error
		here := at.Key(key)
		switch key {
		case "Sid":
			s.SID, err = single(here, o[key])
		case "Effect":
			s.Effect, err = single(here, o[key])
		case "Principal", "NotPrincipal":
			s.NotPrincipal = key == "NotPrincipal"
			s.Principals, err = readPrincipals(here, o[key])
		case "Action", "NotAction":
			s.NotAction = key == "NotAction"
			s.Actions, err = values(here, o[key])
		case "Resource", "NotResource":
			s.NotResource = key == "NotResource"
			s.Resources, err = values(here, o[key])
		case "Condition":
			s.Conditions, err = readConditions(here, o[key])
		default:
			err = here.Unsupported("remove it", "unknown element of a statement")
		}
		if err != nil {
			return err
		}
	}
	if s.Effect != "Allow" && s.Effect != "Deny" {
		return at.Key("Effect").Invalid("expected Allow or Deny")
	}
	if len(s.Principals) == 0 || len(s.Actions) == 0 || len(s.Resources) == 0 {
		return at.Invalid("a statement of a bucket policy needs Principal, Action and Resource")
	}
	return nil
}

func readPrincipals(at cloudformation.Location, v any) ([]Principal, error) {
	if v == "*" {
		return []Principal{{Kind: "*", Value: "*"}}, nil
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, at.Invalid(`a principal is "*" or an object`)
	}
	var principals []Principal
	for _, kind := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains([]string{"AWS", "Service", "CanonicalUser", "Federated"}, kind) {
			return nil, at.Key(kind).Unsupported("use AWS, Service, CanonicalUser or Federated", "unknown kind of principal")
		}
		list, err := values(at.Key(kind), o[kind])
		if err != nil {
			return nil, err
		}
		for _, value := range list {
			p := Principal{Kind: kind, Value: value}
			if kind == "AWS" && value == "*" {
				p.Kind = "*"
			}
			principals = append(principals, p)
		}
	}
	return principals, nil
}

func readConditions(at cloudformation.Location, v any) ([]Condition, error) {
	operators, ok := v.(map[string]any)
	if !ok {
		return nil, at.Invalid("conditions are an object")
	}
	var conditions []Condition
	for _, operator := range slices.Sorted(maps.Keys(operators)) {
		keys, ok := operators[operator].(map[string]any)
		if !ok {
			return nil, at.Key(operator).Invalid("the keys of a condition are an object")
		}
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			list, err := values(at.Key(operator).Key(key), keys[key])
			if err != nil {
				return nil, err
			}
			conditions = append(conditions, Condition{Operator: operator, Key: key, Values: list})
		}
	}
	return conditions, nil
}

func single(at cloudformation.Location, v any) (string, error) {
	list, err := values(at, v)
	if err == nil && len(list) != 1 {
		err = at.Invalid("expected one value")
	}
	if err != nil {
		return "", err
	}
	return list[0], nil
}

// values makes a list of a value or a list of them.
func values(at cloudformation.Location, v any) ([]string, error) {
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
			text, _ := json.Marshal(e)
			texts[i] = string(text)
		default:
			return nil, at.Invalid("expected a value or a list of values")
		}
	}
	return texts, nil
}
