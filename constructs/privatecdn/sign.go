package privatecdn

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/keys"
)

// GrantSign gives grantee what signing needs and no more: to read the
// deployment document, and to use the keys that can be signing before the role
// is deployed again, be that to sign with them in KMS or to read them from
// Secrets Manager or SSM. Those are the key that signs and, during a rotation,
// the next one and the one before until it is retired: signers follow the
// document, which CloudFormation changes before or after the role.
func (d *distribution) GrantSign(grantee awsiam.IGrantable) {
	if grantee == nil {
		found := problems{"GrantSign: is given nil; pass a role, or what has one"}
		found.report(d)
		return
	}
	principal := grantee.GrantPrincipal()
	added := principal.AddToPrincipalPolicy(awsiam.NewPolicyStatement(allow(*d.parameter.ParameterArn(), "ssm:GetParameter")))
	if !*added.StatementAdded {
		d.warn("grantSign", "GrantSign: CDK cannot change what this grantee may do; pass the role that signs")
		return
	}
	if d.keys == nil || d.keys.Ring() == nil {
		return
	}
	for _, key := range d.keys.Ring().Trusted() {
		if key.State == keys.Retiring && !key.Until.IsZero() {
			continue
		}
		statement := d.useOf(key.Private)
		if statement == nil {
			d.warn("keyFile", "GrantSign: the private half of key "+shortFingerprint(key.Fingerprint)+" is a file, which no policy reaches; "+
				"give it to the signer yourself, or make the next key with `privatecdn keys new --store kms:alias/NAME`")
			continue
		}
		principal.AddToPrincipalPolicy(awsiam.NewPolicyStatement(statement))
	}
}

func (d *distribution) warn(id, text string) {
	awscdk.Annotations_Of(d).AddWarningV2(jsii.String("privatecdn:"+id), &text)
}

// useOf is the statement that lets a signer use the private half at uri, nil
// for one that is not in AWS.
func (d *distribution) useOf(uri string) *awsiam.PolicyStatementProps {
	scheme, name, _ := strings.Cut(uri, ":")
	switch scheme {
	case "kms":
		return d.useOfKMS(name)
	case "secretsmanager":
		if !isARN(name) {
			// Secrets Manager ends a secret's ARN in six characters of its own.
			name = d.arn("secretsmanager", "secret:"+name+"-??????")
		}
		return allow(name, "secretsmanager:GetSecretValue")
	case "ssm":
		if !isARN(name) {
			name = d.arn("ssm", "parameter/"+strings.TrimPrefix(name, "/"))
		}
		return allow(name, "ssm:GetParameter")
	}
	return nil
}

func (d *distribution) useOfKMS(name string) *awsiam.PolicyStatementProps {
	actions := []string{"kms:GetPublicKey", "kms:Sign"}
	arn := isARN(name)
	alias := strings.HasPrefix(name, "alias/") || arn && strings.Contains(name, ":alias/")
	switch {
	case alias:
		// An alias is no resource that a key's actions could be granted on.
		statement := allow(d.arn("kms", "key/*"), actions...)
		statement.Conditions = &map[string]any{
			"StringEquals": map[string]any{"kms:RequestAlias": name[strings.Index(name, "alias/"):]},
		}
		return statement
	case arn:
		return allow(name, actions...)
	}
	return allow(d.arn("kms", "key/"+name), actions...)
}

func allow(resource string, actions ...string) *awsiam.PolicyStatementProps {
	return &awsiam.PolicyStatementProps{Actions: jsii.Strings(actions...), Resources: jsii.Strings(resource)}
}

func isARN(s string) bool { return strings.HasPrefix(s, "arn:") }

// arn names a resource in the stack's account and Region.
func (d *distribution) arn(service, resource string) string {
	return "arn:" + *d.stack.Partition() + ":" + service + ":" + d.region + ":" + *d.stack.Account() + ":" + resource
}
