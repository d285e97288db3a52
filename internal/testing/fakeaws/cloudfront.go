package fakeaws

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Quotas of an account.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
const (
	maxPublicKeys   = 10
	maxKeysPerGroup = 5
)

// named is where the name of a resource stands that must be unique in an
// account, by type.
var named = map[string][2]string{
	"AWS::CloudFront::PublicKey":             {"PublicKeyConfig", "Name"},
	"AWS::CloudFront::KeyGroup":              {"KeyGroupConfig", "Name"},
	"AWS::CloudFront::CachePolicy":           {"CachePolicyConfig", "Name"},
	"AWS::CloudFront::OriginRequestPolicy":   {"OriginRequestPolicyConfig", "Name"},
	"AWS::CloudFront::ResponseHeadersPolicy": {"ResponseHeadersPolicyConfig", "Name"},
	"AWS::CloudFront::OriginAccessControl":   {"OriginAccessControlConfig", "Name"},
	"AWS::CloudFront::Function":              {"", "Name"},
}

// allow refuses what CloudFront refuses of a resource that is created or, if
// old is not nil, updated.
func (s *Server) allow(k *stack, old, w *resource) error {
	if at, ok := named[w.typ]; ok {
		name := w.at(at[0], at[1])
		for r := range s.all(w.typ) {
			if r != old && r.at(at[0], at[1]) == name {
				return fmt.Errorf("Resource of type '%s' with identifier '%v' already exists.", w.typ, name)
			}
		}
	}
	switch w.typ {
	case "AWS::CloudFront::PublicKey":
		return s.allowPublicKey(old, w)
	case "AWS::CloudFront::KeyGroup":
		items, _ := w.at("KeyGroupConfig", "Items").([]any)
		if len(items) > maxKeysPerGroup {
			return fmt.Errorf("Invalid request: The maximum number of public keys in a key group is %d "+
				"(TooManyPublicKeysInKeyGroup)", maxKeysPerGroup)
		}
		for _, item := range items {
			if !slices.ContainsFunc(slices.Collect(s.all("AWS::CloudFront::PublicKey")),
				func(r *resource) bool { return r.physicalID == item }) {
				return fmt.Errorf("Invalid request: The public key %v does not exist (InvalidArgument)", item)
			}
		}
	}
	return nil
}

// allowPublicKey holds that a public key's comment alone can be changed.
// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdatePublicKey.html
func (s *Server) allowPublicKey(old, w *resource) error {
	if old == nil {
		if len(slices.Collect(s.all(w.typ))) >= maxPublicKeys {
			return fmt.Errorf("Invalid request: Your request exceeds the maximum number of public keys (TooManyPublicKeys)")
		}
		return nil
	}
	for _, name := range []string{"EncodedKey", "CallerReference", "Name"} {
		if !reflect.DeepEqual(old.at("PublicKeyConfig", name), w.at("PublicKeyConfig", name)) {
			return fmt.Errorf("Invalid request: %s cannot be changed (CannotChangeImmutablePublicKeyFields)", name)
		}
	}
	return nil
}

// usedBy returns the logical ID of a resource that uses another, so that
// CloudFront does not delete it, or "".
func (s *Server) usedBy(r *resource) string {
	users := map[string]string{
		"AWS::CloudFront::PublicKey":             "AWS::CloudFront::KeyGroup",
		"AWS::CloudFront::KeyGroup":              "AWS::CloudFront::Distribution",
		"AWS::CloudFront::CachePolicy":           "AWS::CloudFront::Distribution",
		"AWS::CloudFront::Function":              "AWS::CloudFront::Distribution",
		"AWS::CloudFront::ResponseHeadersPolicy": "AWS::CloudFront::Distribution",
		"AWS::CloudFront::OriginAccessControl":   "AWS::CloudFront::Distribution",
	}
	for user := range s.all(users[r.typ]) {
		if strings.Contains(fmt.Sprint(user.properties), r.physicalID) {
			return user.logicalID
		}
	}
	return ""
}

// all yields the resources of a type that exist.
func (s *Server) all(typ string) func(func(*resource) bool) {
	return func(yield func(*resource) bool) {
		for _, k := range s.stacks {
			for _, r := range k.resources {
				if r.typ == typ && !yield(r) {
					return
				}
			}
		}
	}
}

// exists reports whether a resource of a type has a name, which an ARN may end
// in.
func (s *Server) exists(typ, name string) bool {
	return slices.ContainsFunc(slices.Collect(s.all(typ)), func(r *resource) bool {
		return r.physicalID == name[strings.LastIndexByte(name, '/')+1:]
	})
}

func (r *resource) at(outer, inner string) any {
	p := r.properties
	if outer != "" {
		p, _ = p[outer].(map[string]any)
	}
	return p[inner]
}

// Break makes every change of a resource fail, by its logical ID, or none.
func (s *Server) Break(logicalIDs ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = map[string]bool{}
	for _, id := range logicalIDs {
		s.broken[id] = true
	}
}
