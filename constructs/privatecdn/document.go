package privatecdn

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/constructs-go/constructs/v10"

	"example.com/privatecdn/deployment"
)

// addDocument writes the deployment document into a parameter.
func (d *distribution) addDocument() {
	doc := deployment.Deployment{
		Version: deployment.Version,
		Stack:   d.in.name,
		Hosts:   append([]string{*d.distribution.DistributionDomainName()}, d.props.Viewer.DomainNames...),
		Bucket:  documentBucket(d.bucket),
		Keys:    []deployment.Key{},
	}
	for i, t := range d.trusted() {
		for _, key := range t.document() {
			if i > 0 { // a signer of this distribution signs with the first ring's key
				key.State, key.PrivateKey = "", ""
			}
			doc.Keys = append(doc.Keys, key)
		}
		if ring := t.Ring(); ring != nil {
			// With several rings, the least any of them grants.
			limit := int64(ring.MaxLifetime() / time.Second)
			doc.MaxLifetime = cmp.Or(min(limit, doc.MaxLifetime), limit)
		}
	}
	for _, b := range d.props.all() {
		doc.Behaviors = append(doc.Behaviors, d.documentBehavior(b))
	}
	text, _ := json.MarshalIndent(doc, "", "") // one member a line; it has nothing that does not marshal
	d.found.refuse(len(text) > maxDocument, "Behaviors", "join some behaviors, or trust fewer keys",
		"the deployment document has %d bytes, and a parameter has room for %d", len(text), maxDocument)
	d.parameter = awsssm.NewStringParameter(d, new("Deployment"), &awsssm.StringParameterProps{
		ParameterName: new(parameterName(d)),
		SimpleName:    new(false), // it begins with a slash, also where the stack's name is a token
		Description:   new("What a signer has to know of " + d.path),
		StringValue:   joined(string(text)),
		Tier:          awsssm.ParameterTier_INTELLIGENT_TIERING, // 4 KB are soon too few
	})
}

// joined returns JSON as CloudFormation joins it, each line and each token a
// part of its own: `cdk diff` compares the parts, and CDK alone would join the
// lines. The tokens stand for names and IDs, which need no escaping in JSON.
func joined(text string) *string {
	const cut = "\x00" // which JSON escapes
	text = token.ReplaceAllString(strings.ReplaceAll(text, "\n", "\n"+cut), cut+"$0"+cut)
	parts := strings.FieldsFunc(text, func(r rune) bool { return string(r) == cut })
	return awscdk.Token_AsString(map[string]any{"Fn::Join": []any{"", parts}}, nil)
}

var token = regexp.MustCompile(`\$\{Token\[.*?\]\}`)

// maxDocument is the longest value of a parameter.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
const maxDocument = 8192

// documentBucket returns a bucket as the deployment document has it.
func documentBucket(b awss3.IBucket) deployment.Bucket {
	return deployment.Bucket{Name: *b.BucketName(), Region: *b.Env().Region}
}

func (d *distribution) documentBehavior(b Behavior) deployment.Behavior {
	doc := deployment.Behavior{PathPattern: cmp.Or(b.PathPattern, "*"), Access: b.Access}
	doc.MaxTTL = int64(d.props.cacheOf(b).MaxTTL / time.Second)
	doc.QueryParameters = d.props.queryParameters(b)
	for _, k := range listed(d.trustedBy(b)) {
		doc.Keys = append(doc.Keys, k.ID)
	}
	if b.Access == Presigned {
		doc.Exposure = int64(b.Presign.Exposure / time.Second)
		if b.Bucket != nil && b.Bucket != d.bucket {
			doc.Bucket = new(documentBucket(b.Bucket))
		}
	}
	return doc
}

// listed returns the keys of these groups as the deployment document has them.
func listed(groups []TrustedKeys) (all []deployment.Key) {
	for _, t := range groups {
		all = append(all, t.document()...)
	}
	return all
}

// trusted returns all key groups of the distribution, each once, its own first.
func (d *distribution) trusted() []TrustedKeys {
	var all []TrustedKeys
	for _, b := range append([]Behavior{{Access: Signed}}, d.props.all()...) {
		for _, t := range d.trustedBy(b) {
			if !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return all
}

// Outputs makes stack outputs of what people and programs read from a stack:
// Deployment, the document a signer loads, DistributionId,
// DistributionDomainName, BucketName, DeploymentParameter and, where it logs,
// LogBucketName and, where keys open it, KeyGroupId and KeyPairId. In a stack
// as scope they have just these names; for the second distribution of a stack
// pass a construct of its own, made with constructs.NewConstruct.
func Outputs(scope constructs.Construct, d Distribution) {
	output := func(name, description string, value *string) {
		awscdk.NewCfnOutput(scope, &name, &awscdk.CfnOutputProps{Value: value, Description: &description})
	}
	output("Deployment", "The deployment document: what a signer has to know", d.Deployment())
	output("DeploymentParameter", "The SSM parameter with the deployment document", d.Parameter().ParameterName())
	output("DistributionId", "The distribution, for invalidations", d.Distribution().DistributionId())
	output("DistributionDomainName", "The host that serves the content", d.Distribution().DistributionDomainName())
	output("BucketName", "The private bucket to put content into", d.Bucket().BucketName())
	if logs := d.LogBucket(); logs != nil {
		output("LogBucketName", "The bucket that takes the access logs", logs.BucketName())
	}
	if t := d.TrustedKeys(); t != nil {
		output("KeyGroupId", "The trusted key group", t.KeyGroup().KeyGroupId())
		output("KeyPairId", "The Key-Pair-Id of the key that signs", t.SigningKeyPairID())
	}
}
