package cloudformation_test

import (
	"errors"
	"fmt"
	"testing"

	"example.com/privatecdn/internal/cloudformation"
)

// TestConditions decides an Fn::If and whether an output is there.
func TestConditions(t *testing.T) {
	t.Parallel()
	for condition, want := range map[string]struct {
		holds bool
		err   error
	}{
		"!Equals [a, a]":                           {true, nil},
		"!Equals [a, b]":                           {false, nil},
		"!Equals [a]":                              {false, cloudformation.ErrInvalid},
		"!Equals [a, a, a]":                        {false, cloudformation.ErrInvalid},
		"!Equals [!Ref Nobody, a]":                 {false, cloudformation.ErrInvalid},
		"!Equals ['', !Ref Nobody]":                {false, cloudformation.ErrInvalid},
		"!Not [!Condition Yes]":                    {false, nil},
		"!Not [!Condition No]":                     {true, nil},
		"!Not [!Equals [!Ref Nobody, a]]":          {false, cloudformation.ErrInvalid},
		"!Not [!Condition Yes, !Condition No]":     {false, cloudformation.ErrInvalid},
		"!And [!Condition Yes, !Condition Yes]":    {true, nil},
		"!And [!Condition Yes, !Condition No]":     {false, nil},
		"!And [!Condition No, !Condition Yes]":     {false, nil},
		"!And [!Condition Yes, !Condition Nobody]": {false, cloudformation.ErrInvalid},
		"!Or [!Condition No, !Condition No]":       {false, nil},
		"!Or [!Condition No, !Condition Yes]":      {true, nil},
		"!Or [!Condition Yes, !Condition No]":      {true, nil},
		"!Or [!Condition No, !Condition Nobody]":   {false, cloudformation.ErrInvalid},
		"!Condition Yes":                           {true, nil},
		"{Condition: []}":                          {false, cloudformation.ErrInvalid},
		"{Condition: [Yes, No]}":                   {false, cloudformation.ErrInvalid},
		"!Contains [a, b]":                         {false, cloudformation.ErrUnsupported},
		"yes":                                      {false, cloudformation.ErrInvalid},
	} {
		s, err := parse(fmt.Sprintf(`
Conditions: {Yes: !Equals [a, a], No: !Equals [a, b], C: %s}
Resources: {}
Outputs:
  If: {Value: !If [C, "true", "false"]}
  There: {Value: x, Condition: C}
`, condition))
		if err != nil {
			t.Errorf("%s: %v", condition, err)
			continue
		}
		chosen, _, err := s.Output("If")
		if !errors.Is(err, want.err) || err == nil && chosen != fmt.Sprint(want.holds) {
			t.Errorf("Fn::If of %s: %s, %v", condition, chosen, err)
		}
		value, there, err := s.Output("There")
		if !errors.Is(err, want.err) || there != want.holds || there && value != "x" {
			t.Errorf("an output on %s: %q, %v, %v", condition, value, there, err)
		}
	}
}
