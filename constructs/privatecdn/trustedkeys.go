package privatecdn

import (
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudfront"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

// TrustedKeysProps are the properties of TrustedKeys.
type TrustedKeysProps struct {
	// Keys is the ring; required.
	Keys *keys.Ring
	// Deployed is what is deployed now. With it, synthesis refuses a step of a
	// rotation that is taken before the one before it is deployed.
	Deployed *deployment.Deployment
	// Limits are the account's quotas, where they were raised.
	Limits Limits
}

// TrustedKeys is a key group with the ring's keys. A Distribution makes its
// own; make one yourself to share it, since an account has room for 10 key
// groups and 10 public keys.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
type TrustedKeys interface {
	constructs.Construct
	// KeyGroup is the trusted key group.
	KeyGroup() awscloudfront.KeyGroup
	// PublicKeys are the public keys in it, in ring order.
	PublicKeys() []awscloudfront.PublicKey
	// SigningKeyPairID is the Key-Pair-Id of the key that signs, a token.
	SigningKeyPairID() *string
	// Ring is the ring the keys come from.
	Ring() *keys.Ring

	document() []deployment.Key // as the deployment document has them
}

type trustedKeys struct {
	constructs.Construct
	name    string // what the names of its parts begin with
	group   awscloudfront.KeyGroup
	public  []awscloudfront.PublicKey
	listed  []deployment.Key
	signing *string
	ring    *keys.Ring
}

// NewTrustedKeys puts the ring's keys that are to be accepted, those pending,
// signing and retiring, into a key group.
func NewTrustedKeys(scope constructs.Construct, id *string, props *TrustedKeysProps) TrustedKeys {
	if props == nil {
		props = &TrustedKeysProps{}
	}
	stack := awscdk.Stack_Of(scope)
	return newTrustedKeys(scope, id, props, accountOf(stack), *stack.Region())
}

func newTrustedKeys(scope constructs.Construct, id *string, props *TrustedKeysProps, a *account, region string) TrustedKeys {
	t := &trustedKeys{ring: opened(props.Keys), signing: jsii.String("")}
	constructs.NewConstruct_Override(t, scope, id)
	t.name = physicalName(t, region)
	var found problems
	if t.ring == nil {
		found.add("Keys", "is missing; open the ring with keys.Open and pass it")
	} else {
		t.addKeys(&found)
		t.checkRotation(&found, props.Deployed)
	}
	t.addGroup()
	found.checkLimit("KeysPerGroup", len(t.public), props.Limits.withDefaults().KeysPerGroup, "public keys for one key group", "retire and drop some")
	a.raise(props.Limits)
	a.made.PublicKeys += len(t.public)
	a.made.KeyGroups++
	if len(found) > 0 {
		found.report(t)
	}
	return t
}

// opened is nil for a ring that was not opened, as for none.
func opened(r *keys.Ring) *keys.Ring {
	if r == nil || r.Dir() == "" {
		return nil
	}
	return r
}

// addKeys makes a public key of each of the ring's trusted keys. Its construct
// ID is the fingerprint: CloudFront never changes a public key in place, so
// another key must be another resource, and the same key the same one.
func (t *trustedKeys) addKeys(found *problems) {
	for _, k := range t.ring.Trusted() {
		public, err := t.ring.Public(k.Fingerprint)
		if err != nil {
			found.add("Keys", "%v; %s", err, fault.Hint(err))
			continue
		}
		short := shortFingerprint(k.Fingerprint)
		key := awscloudfront.NewPublicKey(t, jsii.String(k.Fingerprint), &awscloudfront.PublicKeyProps{
			EncodedKey:    jsii.String(public.PEM()),
			PublicKeyName: jsii.String(t.name + "-" + short),
			Comment:       jsii.String(k.Fingerprint),
		})
		keyID := key.PublicKeyId()
		t.public = append(t.public, key)
		t.listed = append(t.listed, deployment.Key{
			ID:          *keyID,
			Fingerprint: k.Fingerprint,
			Algorithm:   public.Algorithm(),
			State:       k.State,
			PrivateKey:  privateKey(t.ring.Dir(), k.Private),
		})
		if k.State == keys.Signing {
			t.signing = keyID
		}
	}
	if len(t.public) == 0 && len(*found) == 0 {
		found.add("Keys", "the ring in %s has no key; add one with `privatecdn keys new`", t.ring.Dir())
	}
}

// checkRotation refuses a step too many since the last deployment, and reminds
// of one that is due.
func (t *trustedKeys) checkRotation(found *problems, deployed *deployment.Deployment) {
	if deployed != nil {
		if err := t.ring.Check(deployed.RingKeys()); err != nil {
			for _, e := range fault.All(err) {
				found.add("Keys", "%v; %s", e, fault.Hint(e))
			}
		}
	}
	for _, r := range t.ring.Reminders() {
		awscdk.Annotations_Of(t).AddWarningV2(jsii.String("privatecdn:"+r.Fingerprint), jsii.String(r.Text))
	}
}

// privateKey is the URI of a private half as the deployment document has it. A
// file's is told only when it means the same to all who check the ring out.
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
	items := make([]interfacesawscloudfront.IPublicKeyRef, len(t.public))
	for i, k := range t.public {
		items[i] = k
	}
	t.group = awscloudfront.NewKeyGroup(t, jsii.String("KeyGroup"), &awscloudfront.KeyGroupProps{
		Items:        &items,
		KeyGroupName: &t.name,
	})
}

// shortFingerprint is the part of a fingerprint that files and names carry.
func shortFingerprint(fingerprint string) string {
	hex := strings.TrimPrefix(fingerprint, "SHA256:")
	return hex[:min(16, len(hex))]
}

func (t *trustedKeys) KeyGroup() awscloudfront.KeyGroup      { return t.group }
func (t *trustedKeys) PublicKeys() []awscloudfront.PublicKey { return t.public }
func (t *trustedKeys) SigningKeyPairID() *string             { return t.signing }
func (t *trustedKeys) Ring() *keys.Ring                      { return t.ring }
func (t *trustedKeys) document() []deployment.Key            { return t.listed }
