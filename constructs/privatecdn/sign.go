package privatecdn

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/keys"
)

// GrantSign lets grantee sign, and no more: read the deployment document, and
// use the keys that can be signing before the role is deployed again, be that to
// sign with them in KMS or to read them from Secrets Manager or SSM. Those are
// the key that signs and, during a rotation, the next one and the previous one
// until it is retired: signers follow the document, which CloudFormation changes
// before or after the role. The document has the keys of the first ring alone
// as signing, the distribution's own where it has one.
func (d *distribution) GrantSign(grantee awsiam.IGrantable) {
	if grantee == nil {
		d.found.add("GrantSign", "pass a role, or what has one", "the grantee is nil")
		return
	}
	statements := append([]*awsiam.PolicyStatementProps{allow(*d.parameter.ParameterArn(), "ssm:GetParameter")},
		d.useOfKeys()...)
	principal := grantee.GrantPrincipal()
	added := true
	var texts []string
	for _, props := range statements {
		statement := awsiam.NewPolicyStatement(props)
		texts = append(texts, string(resolved(d.in.stack, statement.ToStatementJson())))
		added = *principal.AddToPrincipalPolicy(statement).StatementAdded && added
	}
	if !added || !isMutable(grantee) {
		warn(d, "grantSign",
			"GrantSign: CDK cannot change what this grantee may do; add these statements to the role that signs: "+
				strings.Join(texts, ", "))
		return
	}
	if account := principal.PrincipalAccount(); account != nil && !isToken(*account) && !isToken(d.in.account) &&
		*account != d.in.account {
		warn(d, "grantSignAccount", "GrantSign: the grantee is in account "+*account+
			", whose policies alone cannot allow it to read the parameter or to use the keys of account "+d.in.account+
			"; give the signer the output Deployment as a file, and add a statement for the role to the KMS key's policy")
	}
}

// useOfKeys returns the statements for the keys that the document has as
// signing, and warns of those that no policy can allow.
func (d *distribution) useOfKeys() (statements []*awsiam.PolicyStatementProps) {
	trusted := d.trusted()
	if len(trusted) == 0 || trusted[0].Ring() == nil {
		return nil
	}
	if len(trusted) > 1 {
		awscdk.Annotations_Of(d).AddInfoV2(new("privatecdn:grantSignRings"), new(
			"GrantSign: the grantee may sign with the keys of "+*trusted[0].Node().Path()+" alone, "+
				"not with those of the other key groups"))
	}
	for _, key := range trusted[0].Ring().Trusted() {
		if key.State == keys.Retiring && !key.Until.IsZero() {
			continue
		}
		if statement := d.useOf(key.Private); statement != nil {
			statements = append(statements, statement)
		} else {
			warn(d, "keyFile", "GrantSign: the private key "+key.Short()+" is a file, which no policy reaches; give "+
				"it to the signer yourself, or make the next key with `privatecdn keys new --store kms:alias/NAME`")
		}
	}
	return statements
}

// isMutable reports whether a statement for a grantee has come to a policy. CDK
// says so of roles that it cannot change, too.
func isMutable(grantee awsiam.IGrantable) bool {
	for _, g := range []any{grantee, grantee.GrantPrincipal()} {
		c, ok := g.(constructs.IConstruct)
		if !ok {
			continue
		}
		for _, part := range *c.Node().FindAll(constructs.ConstructOrder_PREORDER) {
			if r, ok := part.(awscdk.CfnResource); ok && strings.HasPrefix(*r.CfnResourceType(), "AWS::IAM::") &&
				strings.HasSuffix(*r.CfnResourceType(), "Policy") {
				return true
			}
		}
	}
	return false
}

// useOf returns the statement that lets a signer use the private key at uri, nil
// for one that is not in AWS.
func (d *distribution) useOf(uri string) *awsiam.PolicyStatementProps {
	scheme, name, _ := strings.Cut(uri, ":")
	switch scheme {
	case "kms":
		_, alias, isAlias := strings.Cut(name, "alias/")
		if !isAlias {
			return allow(d.arn("kms", "key/", name, ""), "kms:GetPublicKey", "kms:Sign")
		}
		// A key's actions are not granted on an alias.
		statement := allow(d.arn("kms", "key/", "*", ""), "kms:GetPublicKey", "kms:Sign")
		statement.Conditions = &map[string]any{"StringEquals": map[string]any{"kms:RequestAlias": "alias/" + alias}}
		return statement
	case "secretsmanager":
		// Secrets Manager ends a secret's ARN in six characters of its own.
		return allow(d.arn("secretsmanager", "secret:", name, "-??????"), "secretsmanager:GetSecretValue")
	case "ssm":
		return allow(d.arn("ssm", "parameter/", strings.TrimPrefix(name, "/"), ""), "ssm:GetParameter")
	}
	return nil
}

func allow(resource string, actions ...string) *awsiam.PolicyStatementProps {
	return &awsiam.PolicyStatementProps{Actions: jsii.Strings(actions...), Resources: jsii.Strings(resource)}
}

// arn returns the ARN of a resource in the stack's account and Region, unless
// its name is an ARN.
func (d *distribution) arn(service, kind, name, suffix string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return "arn:" + *d.in.stack.Partition() + ":" + service + ":" + d.in.region + ":" + d.in.account + ":" +
		kind + name + suffix
}
