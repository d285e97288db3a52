package infra

import (
	"errors"

	"example.com/privatecdn/internal/cloudformation"
)

func (r *reader) kmsKey(s *cloudformation.Stack, res *cloudformation.Resource) error {
	var p kmsKeyProperties
	err := s.Properties(res, &p)
	if errors.Is(err, cloudformation.ErrUnresolved) {
		// A policy may name principals of all kinds that no viewer is.
		r.note(s, res, err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	if p.Enabled != nil && !*p.Enabled {
		return s.At(res).Key("Properties.Enabled").Unsupported("enable the key", "nothing can be read with a key that is disabled")
	}
	key := &KMSKey{LogicalID: res.LogicalID, ID: uuid(s, res), ARN: fill(attributes[typeKMSKey]["Arn"], s, res)}
	if p.KeyPolicy != nil {
		if key.Policy, err = readPolicy(s.At(res).Key("Properties.KeyPolicy"), p.KeyPolicy); err != nil {
			return err
		}
	}
	r.kmsKeys = append(r.kmsKeys, key)
	return nil
}

// kmsKeyOf returns the key with an ID or an ARN, nil when it is none of the
// templates'.
func (r *reader) kmsKeyOf(id string) *KMSKey {
	for _, k := range r.kmsKeys {
		if id == k.ID || id == k.ARN {
			return k
		}
	}
	return nil
}
