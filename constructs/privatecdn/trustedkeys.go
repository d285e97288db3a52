package privatecdn

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudfront"
	"github.com/aws/constructs-go/constructs/v10"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/keys"
)

// TrustedKeysProps are the properties of TrustedKeys.
type TrustedKeysProps struct {
	// Keys is the ring. It is required unless KeyGroupID is given.
	Keys *keys.Ring
	// Deployed is what is deployed now. With it, synthesis refuses a step of a
	// rotation until the previous step has been deployed.
	Deployed *deployment.Deployment
	// KeyGroupID is a key group that exists, used in place of a new one. A signer
	// knows those of its keys whose ID the ring has.
	KeyGroupID string
}

// TrustedKeys is a key group with the ring's keys. A Distribution makes its
// own; make one yourself to share it between stacks, or to use a key group or
// public keys that exist.
type TrustedKeys interface {
	constructs.Construct
	// KeyGroup is the trusted key group.
	KeyGroup() awscloudfront.IKeyGroup
	// PublicKeys are the public keys in it, as far as they are known, in ring
	// order.
	PublicKeys() []awscloudfront.IPublicKey
	// SigningKeyPairID is the Key-Pair-Id of the key that signs, a token; empty
	// if it is not known.
	SigningKeyPairID() *string
	// Ring is the ring the keys come from, nil if there is none.
	Ring() *keys.Ring

	document() []deployment.Key // as the deployment document has them
}

type trustedKeys struct {
	constructs.Construct
	props   TrustedKeysProps // Keys is nil unless it was opened
	found   mistakes
	name    string // the beginning of its parts' names
	counts  *account
	group   awscloudfront.IKeyGroup
	public  []awscloudfront.IPublicKey
	listed  []deployment.Key
	signing *string
}

// NewTrustedKeys puts the ring's keys that are to be accepted, those pending,
// signing and retiring, into a key group.
func NewTrustedKeys(scope constructs.Construct, id *string, props *TrustedKeysProps) TrustedKeys {
	in := placeOf(scope)
	t := newTrustedKeys(scope, id, or(props), in, accountOf(in))
	t.found.refuse(t.Ring() == nil && t.props.KeyGroupID == "", "Keys", "open the ring with keys.Open and pass it",
		"it is missing")
	return t
}

func newTrustedKeys(scope constructs.Construct, id *string, props TrustedKeysProps, in place, counts *account,
) *trustedKeys {
	t := &trustedKeys{props: props, signing: new(""), counts: counts}
	t.props.Keys = opened(props.Keys)
	constructs.NewConstruct_Override(t, scope, id)
	t.name = physicalName(t, in.region)
	t.found.checkText("KeyGroupID", "key group ID", "use the ID that CloudFront shows", keyGroupID.MatchString,
		props.KeyGroupID)
	if ring := t.Ring(); ring != nil {
		t.addKeys(ring)
		if props.Deployed != nil { // a step too many since the last deployment is refused
			t.found.addError("Keys", ring.Check(props.Deployed.RingKeys()))
		}
		for _, e := range ring.Overdue() {
			warn(t, e.Fingerprint, e.String()+": run `privatecdn keys rotate`")
		}
	}
	t.addGroup()
	atSynthesis(t, func(m *mistakes) {
		*m = append(*m, t.found...)
		if props.KeyGroupID == "" {
			Limits{KeysPerGroup: len(t.public)}.check(m, counts.limits)
		}
	})
	return t
}

// addKeys makes the distribution's own key group, or finds the one that a
// distribution before it in the same stack made of the same ring. After a
// mistake there is always one.
func (d *distribution) addKeys() {
	props := TrustedKeysProps{Keys: d.props.Keys, Deployed: d.props.Deployed}
	if d.keys = d.props.TrustedKeys; d.keys == nil && (props.Keys != nil || len(d.found) > 0) {
		d.keys = shared(d, fmt.Sprintf("keys %p", props.Keys), func() TrustedKeys {
			return newTrustedKeys(d, new("Keys"), props, d.in, d.counts)
		})
	}
}

func (s *settled) checkKeys(m *mistakes) {
	given := s.Keys != nil || s.TrustedKeys != nil
	needed := func(b Behavior) bool { return b.Access == Signed && len(b.TrustedKeys) == 0 }
	m.refuseBoth(s.Keys != nil && s.TrustedKeys != nil, "Keys", "TrustedKeys")
	m.refuse(!given && slices.ContainsFunc(s.all(), needed), "Keys",
		"open the ring with keys.Open and pass it (`privatecdn keys new` makes one)", "it is missing")
	m.refuse(given && s.open(), "Keys", "remove it, or make a behavior Signed",
		"it has no effect, since no behavior is Signed")
}

// open reports whether no behavior is Signed, as far as can be known.
func (s *settled) open() bool {
	return !slices.ContainsFunc(s.all(), func(b Behavior) bool { return b.Access != Public && b.Access != Presigned })
}

// opened returns nil for a ring that was not opened, as for none.
func opened(r *keys.Ring) *keys.Ring {
	if r == nil || r.Dir() == "" {
		return nil
	}
	return r
}

// keyGroupID matches the ID of a key group, or none.
var keyGroupID = regexp.MustCompile(`^([A-Za-z0-9-]{10,40}|)$`)

// addKeys makes a public key of each of the ring's trusted keys. Its construct
// ID is the fingerprint: CloudFront never changes a public key in place, so
// another key must be another resource, and the same key the same one.
func (t *trustedKeys) addKeys(ring *keys.Ring) {
	trusted := ring.Trusted()
	t.found.refuse(len(trusted) == 0, "Keys", "add one with `privatecdn keys new`", "the ring in %s has no keys",
		ring.Dir())
	for _, k := range trusted {
		public, _ := ring.Public(k.Fingerprint) // a ring has the public key of each of its keys
		if k.ID == "" && t.props.KeyGroupID != "" {
			continue // a key group that exists gets no new keys
		}
		key := t.publicKey(k, public.PEM())
		t.public = append(t.public, key)
		t.listed = append(t.listed, deployment.Key{
			ID: *key.PublicKeyId(), Fingerprint: k.Fingerprint, Algorithm: public.Algorithm(), State: k.State,
			PrivateKey: privateKey(ring.Dir(), k.Private),
		})
		if k.State == keys.Signing {
			t.signing = key.PublicKeyId()
		}
	}
}

// publicKey returns a key as CloudFront has it: the one that the ring names, or a
// new one.
func (t *trustedKeys) publicKey(k keys.Key, pem string) awscloudfront.IPublicKey {
	if k.ID != "" {
		return awscloudfront.PublicKey_FromPublicKeyId(t, &k.Fingerprint, &k.ID)
	}
	t.counts.made.PublicKeys++
	return awscloudfront.NewPublicKey(t, &k.Fingerprint, &awscloudfront.PublicKeyProps{
		EncodedKey: &pem, PublicKeyName: new(t.name + "-" + k.Short()), Comment: &k.Fingerprint,
	})
}

// privateKey returns the URI of a private key as the deployment document has it.
// A file's is written only if it means the same to all who check the ring out.
func privateKey(ring, uri string) string {
	file, isFile := strings.CutPrefix(uri, "file:")
	switch {
	case !isFile:
		return uri
	case filepath.IsAbs(ring) || filepath.IsAbs(file):
		return ""
	}
	return "file:" + filepath.ToSlash(filepath.Join(ring, file))
}

func (t *trustedKeys) addGroup() {
	if id := t.props.KeyGroupID; id != "" {
		t.group = awscloudfront.KeyGroup_FromKeyGroupId(t, new("KeyGroup"), &id)
		return
	}
	t.counts.made.KeyGroups++
	items := make([]interfacesawscloudfront.IPublicKeyRef, len(t.public))
	for i, k := range t.public {
		items[i] = k
	}
	props := &awscloudfront.KeyGroupProps{Items: &items, KeyGroupName: &t.name}
	t.group = awscloudfront.NewKeyGroup(t, new("KeyGroup"), props)
}

func (t *trustedKeys) KeyGroup() awscloudfront.IKeyGroup      { return t.group }
func (t *trustedKeys) PublicKeys() []awscloudfront.IPublicKey { return t.public }
func (t *trustedKeys) SigningKeyPairID() *string              { return t.signing }
func (t *trustedKeys) Ring() *keys.Ring                       { return t.props.Keys }
func (t *trustedKeys) document() []deployment.Key             { return t.listed }

// reader is a distribution's use of a bucket, for which its signatures stand.
type reader struct {
	path, bucket, originPath string
	trusted                  []TrustedKeys
}

// warnOfTenants names distributions and behaviors with different keys whose
// signatures open each other's objects.
func (d *distribution) warnOfTenants() {
	for _, r := range d.props.routes {
		if r.Access != Signed || r.Origin != nil {
			continue
		}
		bucket := cmp.Or(r.Bucket, d.bucket)
		me := reader{d.path, *bucket.BucketName(), or(r.BucketOrigin).path(), d.trustedBy(r.Behavior)}
		for _, other := range d.counts.readers {
			if other.opens(me) {
				warn(d, "tenants", fmt.Sprintf("%s and %s read the bucket %s with different keys, "+
					"so signatures for one open objects of the other; give each a Bucket of its own, or a "+
					"BucketOrigin.Path that does not begin with the other's", other.path, me.path, *bucket.Node().Path()))
				return
			}
		}
		d.counts.readers = append(d.counts.readers, me)
	}
}

// warnOfTenantPaths names behaviors with key groups of their own whose signatures
// open each other's paths: by a key that both trust, or by an escape.
func (d *distribution) warnOfTenantPaths() {
	ofAll := func(r route) bool { return len(r.TrustedKeys) == 0 }
	tenants := slices.DeleteFunc(slices.Clone(d.props.routes), ofAll)
	var finder pathpattern.Finder
	for _, a := range tenants {
		for _, b := range tenants {
			if a.property == b.property || slices.Equal(a.TrustedKeys, b.TrustedKeys) {
				continue
			}
			if key := sharedKey(a.TrustedKeys, b.TrustedKeys); key != "" && a.property < b.property {
				warn(d, "tenantKeys", a.property+" and "+b.property+" both trust the key "+key+
					", so its signatures open the paths of both; give each keys of its own")
			}
			spelled, plain, found, _ := finder.Respell(b.paths(), a.paths())
			if found && d.props.sameContent(a, b) {
				warn(d, "tenantPaths", "a signature for "+b.property+" opens "+plain+" of "+a.property+", as "+spelled+
					"; give each a Bucket of its own, or use a pattern without a slash after its start")
			}
		}
	}
}

// sharedKey returns a key that is in a group of both, "" if there is none.
func sharedKey(a, b []TrustedKeys) string {
	for _, key := range listed(a) {
		if slices.ContainsFunc(listed(b), func(k deployment.Key) bool { return k.Fingerprint == key.Fingerprint }) {
			return key.Fingerprint
		}
	}
	return ""
}

// opens reports whether a signature for one distribution opens objects of the
// other that its own keys do not sign for.
func (r reader) opens(other reader) bool {
	if r.path == other.path || r.bucket != other.bucket || slices.Equal(r.trusted, other.trusted) {
		return false
	}
	a, b := r.originPath+"/", other.originPath+"/"
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}
