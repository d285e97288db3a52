package infra

import (
	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

func (r *reader) publicKey(s *cloudformation.Stack, res *cloudformation.Resource) error {
	key, err := readPublicKey(s, res)
	if err != nil {
		return err
	}
	r.keys[key.ID] = key
	return nil
}

func readPublicKey(s *cloudformation.Stack, res *cloudformation.Resource) (*PublicKey, error) {
	var p publicKeyProperties
	if err := s.Properties(res, &p); err != nil {
		return nil, err
	}
	key, err := keys.ParsePublic([]byte(p.PublicKeyConfig.EncodedKey))
	if err != nil {
		at := s.At(res).Key("Properties.PublicKeyConfig.EncodedKey")
		return nil, at.Errorf(err, fault.Hint(err), "%v", err) // which holds no key material
	}
	return &PublicKey{LogicalID: res.LogicalID, ID: key.LocalID(), Key: key}, nil
}

func (r *reader) keyGroup(s *cloudformation.Stack, res *cloudformation.Resource) error {
	var p keyGroupProperties
	if err := s.Properties(res, &p); err != nil {
		return err
	}
	group := &KeyGroup{LogicalID: res.LogicalID, ID: uuid(s, res)}
	at := s.At(res).Key("Properties.KeyGroupConfig.Items")
	for i, id := range p.KeyGroupConfig.Items {
		key, ok := r.keys[id]
		if !ok {
			return at.Index(i).Unsupported("give the template that has it, too", "the public key %q is in none of the templates given", id)
		}
		group.Keys = append(group.Keys, key)
	}
	r.groups[group.ID] = group
	return nil
}

func (r *reader) oai(s *cloudformation.Stack, res *cloudformation.Resource) error {
	var p oaiProperties
	if err := s.Properties(res, &p); err != nil {
		return err
	}
	oai := &OAI{LogicalID: res.LogicalID, ID: fill("{id}", s, res), CanonicalUserID: canonicalUserID(s, res)}
	r.oais[oai.ID] = oai
	return nil
}

func (r *reader) oac(s *cloudformation.Stack, res *cloudformation.Resource) error {
	var p oacProperties
	if err := s.Properties(res, &p); err != nil {
		return err
	}
	oac := &OAC{LogicalID: res.LogicalID, ID: fill("{id}", s, res), Behavior: p.OriginAccessControlConfig.SigningBehavior}
	r.oacs[oac.ID] = oac
	return nil
}
