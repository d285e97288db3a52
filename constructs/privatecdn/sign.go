package privatecdn

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// GrantSign gives grantee what signing needs and no more: to read the
// deployment document, and to use the key that signs, be that to sign with it
// in KMS or to read it from Secrets Manager or SSM.
func (d *distribution) GrantSign(grantee awsiam.IGrantable) {
	principal := grantee.GrantPrincipal()
	principal.AddToPrincipalPolicy(awsiam.NewPolicyStatement(allow(*d.parameter.ParameterArn(), "ssm:GetParameter")))
	if d.keys == nil || d.keys.Ring() == nil {
		return
	}
	key, ok := d.keys.Ring().Signing()
	if !ok {
		return
	}
	statement := d.useOf(key.Private)
	if statement == nil {
		awscdk.Annotations_Of(d).AddWarningV2(jsii.String("privatecdn:keyFile"), jsii.String(
			"GrantSign: the private half of the signing key is a file, which no policy reaches; "+
				"give it to the signer yourself, or make the next key with `privatecdn keys new --store kms:alias/NAME`"))
		return
	}
	principal.AddToPrincipalPolicy(awsiam.NewPolicyStatement(statement))
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
