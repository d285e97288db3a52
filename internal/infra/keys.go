package infra

import (
	"errors"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

func (r *reader) publicKey(from source, p *publicKeyProperties) (*PublicKey, error) {
	key, err := parseKey(from.at, p)
	return &PublicKey{LogicalID: from.logicalID, ID: from.id, Key: key}, err
}

func parseKey(at cloudformation.Location, p *publicKeyProperties) (*keys.Public, error) {
	key, err := keys.ParsePublic([]byte(p.PublicKeyConfig.EncodedKey))
	if err != nil {
		at = at.Key("PublicKeyConfig.EncodedKey")
		return nil, at.Errorf(err, fault.Hint(err), "%v", err) // which holds no key material
	}
	return key, nil
}

func (r *reader) keyGroup(from source, p *keyGroupProperties) (*KeyGroup, error) {
	group := &KeyGroup{}
	at := from.at.Key("KeyGroupConfig.Items")
	for i, id := range p.KeyGroupConfig.Items {
		key, err := find(r, at.Index(i), "public key", id, (*reader).publicKey)
		if r.opensNothing(at, typeKeyGroup, err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		group.Keys = append(group.Keys, key)
	}
	return group, nil
}

// opensNothing reports, with a note, whether an error says that a key or a key
// group is not known: until it is given, no signature is good for it.
func (r *reader) opensNothing(at cloudformation.Location, typ string, err error) bool {
	if !errors.Is(err, cloudformation.ErrUnresolved) {
		return false
	}
	r.noteAt(at, typ, reason(err)+"; until then it opens nothing")
	return true
}

func (r *reader) oai(from source, _ *oaiProperties) (*OAI, error) {
	return &OAI{ID: from.id, CanonicalUserID: canonicalUserID(from.at.Stack.Resources[from.logicalID])}, nil
}

func (r *reader) oac(_ source, p *oacProperties) (*OAC, error) {
	c := &p.OriginAccessControlConfig
	return &OAC{Type: c.OriginAccessControlOriginType, Behavior: c.SigningBehavior}, nil
}
