package infra

import (
	"cmp"
	"strings"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/keys"
)

// attribute is what a Ref ("Ref") or a Fn::GetAtt of a resource gives.
func (r *reader) attribute(res *cloudformation.Resource, name string) (any, error) {
	if res.Type == typeReader {
		return r.imported(res, name)
	}
	own, err := ownValues(res)
	if err != nil {
		return nil, err
	}
	if format, ok := attributes[res.Type][name]; ok {
		return fill(format, res, own...), nil
	}
	return nil, res.UnknownAttribute(name)
}

// ownValues returns, as [fill] takes it, what of a resource's properties its
// attributes are made of.
func ownValues(res *cloudformation.Resource) (own []string, err error) {
	switch res.Type {
	case typeBucket:
		var p bucketProperties
		err = res.Decode(&p)
		name := cmp.Or(p.BucketName, bucketName(res))
		own = []string{"{name}", name, "{host}", awsname.BucketHost(name, res.Stack.Region),
			"{website}", awsname.WebsiteHost(name, res.Stack.Region)}
	case typePublicKey:
		var p publicKeyProperties
		var key *keys.Public
		if err = res.Decode(&p); err == nil {
			key, err = parseKey(res.At().Key("Properties"), &p)
		}
		if err == nil {
			own = []string{"{id}", key.LocalID()}
		}
	case typeParameter:
		var p parameterProperties
		err = res.Decode(&p)
		own = []string{"{name}", p.name(res), "{type}", p.Type, "{value}", p.Value}
	case typeFunction:
		var p functionProperties
		err = res.Decode(&p)
		own = []string{"{name}", p.Name}
	}
	return own, err
}

const functionARN = "arn:{partition}:cloudfront::{account}:function/{name}"

// attributes are the attributes that follow from stack, logical ID and the
// resource's own values. In braces: id, a CloudFront ID; domain; uuid; canonical,
// a canonical user ID; name, the resource's or one as CloudFormation makes it;
// and what the stack is in.
var attributes = map[string]map[string]string{
	typeBucket: {
		"Ref": "{name}", "Arn": "arn:{partition}:s3:::{name}", "DomainName": "{name}.s3.{suffix}",
		"RegionalDomainName": "{host}", "DualStackDomainName": "{name}.s3.dualstack.{region}.{suffix}",
		"WebsiteURL": "http://{website}",
	},
	typePublicKey: {"Ref": "{id}", "Id": "{id}"},
	typeParameter: {"Ref": "{name}", "Type": "{type}", "Value": "{value}"},
	typeFunction: {
		"Ref": functionARN, "FunctionARN": functionARN, "FunctionMetadata.FunctionARN": functionARN, "Stage": "LIVE",
	},
	typeDistribution:        {"Ref": "{id}", "Id": "{id}", "DomainName": "{domain}"},
	typeOAI:                 {"Ref": "{id}", "Id": "{id}", "S3CanonicalUserId": "{canonical}"},
	typeOAC:                 {"Ref": "{id}", "Id": "{id}"},
	typeKeyGroup:            {"Ref": "{uuid}", "Id": "{uuid}"},
	typeCachePolicy:         {"Ref": "{uuid}", "Id": "{uuid}"},
	typeOriginRequestPolicy: {"Ref": "{uuid}", "Id": "{uuid}"},
	typeResponseHeaders:     {"Ref": "{uuid}", "Id": "{uuid}"},
	typeKeyValueStore: {
		"Ref": "{name}", "Id": "{uuid}", "Status": "READY",
		"Arn": "arn:{partition}:cloudfront::{account}:key-value-store/{uuid}",
	},
	"AWS::CertificateManager::Certificate": {"Ref": "arn:{partition}:acm:{region}:{account}:certificate/{uuid}"},
	"AWS::IAM::Role":                       {"Ref": "{name}", "Arn": "arn:{partition}:iam::{account}:role/{name}"},
	"AWS::IAM::User":                       {"Ref": "{name}", "Arn": "arn:{partition}:iam::{account}:user/{name}"},
	"AWS::KMS::Key": {
		"Ref": "{uuid}", "KeyId": "{uuid}", "Arn": "arn:{partition}:kms:{region}:{account}:key/{uuid}",
	},
	"AWS::Lambda::Function": {
		"Ref": "{name}", "Arn": "arn:{partition}:lambda:{region}:{account}:function:{name}",
	},
	"AWS::Logs::LogGroup": {
		"Ref": "{name}", "Arn": "arn:{partition}:logs:{region}:{account}:log-group:{name}:*",
	},
	"AWS::SecretsManager::Secret": {
		"Ref": "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}",
		"Id":  "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}",
	},
	"AWS::SNS::Topic": {
		"Ref":      "arn:{partition}:sns:{region}:{account}:{name}",
		"TopicArn": "arn:{partition}:sns:{region}:{account}:{name}",
	},
	"AWS::WAFv2::WebACL": {
		"Ref": "{name}|{uuid}|CLOUDFRONT", "Id": "{uuid}",
		"Arn": "arn:{partition}:wafv2:{region}:{account}:global/webacl/{name}/{uuid}",
	},
}

// fill puts values in their places: own, pairs of a place and its value, before
// what stack and logical ID give.
func fill(format string, res *cloudformation.Resource, own ...string) string {
	s := res.Stack
	return strings.NewReplacer(append(own,
		"{id}", "E"+shortID(res, "id"),
		"{domain}", "d"+strings.ToLower(shortID(res, "domain"))+".cloudfront.net",
		"{uuid}", uuid(res),
		"{canonical}", canonicalUserID(res),
		"{name}", s.Name+"-"+res.LogicalID,
		"{partition}", s.Partition().ID,
		"{suffix}", s.Partition().DNSSuffix,
		"{region}", s.Region,
		"{account}", s.Account,
	)...).Replace(format)
}
