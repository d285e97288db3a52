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
	key, err := parseKey(s.At(res).Key("Properties"), &p)
	if err != nil {
		return nil, err
	}
	return &PublicKey{LogicalID: res.LogicalID, ID: key.LocalID(), Key: key}, nil
}

func parseKey(at cloudformation.Location, p *publicKeyProperties) (*keys.Public, error) {
	key, err := keys.ParsePublic([]byte(p.PublicKeyConfig.EncodedKey))
	if err != nil {
		at = at.Key("PublicKeyConfig.EncodedKey")
		return nil, at.Errorf(err, fault.Hint(err), "%v", err) // which holds no key material
	}
	return key, nil
}

func (r *reader) keyGroup(s *cloudformation.Stack, res *cloudformation.Resource) error {
	var p keyGroupProperties
	if err := s.Properties(res, &p); err != nil {
		return err
	}
	id := uuid(s, res)
	group, err := r.newKeyGroup(s, s.At(res).Key("Properties"), res.LogicalID, id, &p)
	r.groups[id] = group
	return err
}

func (r *reader) newKeyGroup(s *cloudformation.Stack, at cloudformation.Location, logicalID, id string,
	p *keyGroupProperties) (*KeyGroup, error) {
	group := &KeyGroup{LogicalID: logicalID, ID: id}
	at = at.Key("KeyGroupConfig.Items")
	for i, id := range p.KeyGroupConfig.Items {
		key, ok := r.keys[id]
		if !ok {
			var err error
			if key, err = r.outsideKey(s, at.Index(i), id); err != nil {
				return nil, err
			}
		}
		if key != nil {
			group.Keys = append(group.Keys, key)
		}
	}
	return group, nil
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
	oac := p.read(res.LogicalID, fill("{id}", s, res))
	r.oacs[oac.ID] = oac
	return nil
}

func (p *oacProperties) read(logicalID, id string) *OAC {
	c := &p.OriginAccessControlConfig
	return &OAC{LogicalID: logicalID, ID: id, Type: c.OriginAccessControlOriginType, Behavior: c.SigningBehavior}
}
