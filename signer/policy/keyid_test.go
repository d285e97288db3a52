package policy_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/privatecdn/signer/policy"
)

func TestCheckKeyPairID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]error{
		"K2JCJMDEHXQW5F":                       nil,
		"APKAIOSFODNN7EXAMPLE":                 nil,
		"":                                     policy.ErrKeyID,
		"K":                                    policy.ErrKeyID,
		"undefined":                            policy.ErrKeyID,
		"null":                                 policy.ErrKeyID,
		"k2jcjmdehxqw5f":                       policy.ErrKeyID,
		"AKIAIOSFODNN7EXAMPLE":                 policy.ErrKeyID,
		"ASIAIOSFODNN7EXAMPLE":                 policy.ErrKeyID,
		"APKA":                                 policy.ErrKeyID,
		"E2QWRUHAPOMQZL":                       policy.ErrKeyID,
		"111122223333":                         policy.ErrKeyID,
		"K2JCJMDEHXQW5F ":                      policy.ErrKeyID,
		"K2&Policy=x":                          policy.ErrKeyID,
		"KMHN1LQ1HEUPL":                        nil,
		"K" + strings.Repeat("A", 14):          nil,
		"K" + strings.Repeat("A", 15):          policy.ErrKeyID,
		"APKA" + strings.Repeat("A", 28):       nil,
		"APKA" + strings.Repeat("A", 29):       policy.ErrKeyID,
		"E":                                    policy.ErrKeyID,
		"b3ee3859-1111-2222-3333-444455556666": policy.ErrKeyGroupID,
		"b3ee3859111122223333444455556666":     policy.ErrKeyGroupID,
		"B3EE3859-1111-2222-3333-444455556666": policy.ErrKeyGroupID,
		"b3ee385911112222333344445555666":      policy.ErrKeyID,
	} {
		err := policy.CheckKeyPairID(id)
		var refused *policy.Error
		if !errors.Is(err, want) || want != nil && (!errors.As(err, &refused) || refused.Remedy == "") {
			t.Errorf("%q: %v; want %v", id, err, want)
		}
	}
	for id, want := range map[string]string{
		"AKIAIOSFODNN7EXAMPLE": "IAM access key", "E2QWRUHAPOMQZL": "distribution", "": `ID "" is empty`,
		"k": `ID "k" is not valid`,
	} {
		if err := policy.CheckKeyPairID(id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", id, err)
		}
	}
}
