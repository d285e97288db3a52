package infra

import (
	"cmp"
	"strings"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/cloudformation"
)

// attribute is what a Ref ("Ref") or a Fn::GetAtt of a resource gives.
func (r *reader) attribute(s *cloudformation.Stack, res *cloudformation.Resource, name string) (any, error) {
	var own map[string]string
	var err error
	switch res.Type {
	case typeBucket:
		own, err = read(s, res, bucketAttributes)
	case typePublicKey:
		own, err = read(s, res, publicKeyAttributes)
	case typeParameter:
		own, err = read(s, res, parameterAttributes)
	case typeFunction:
		own, err = read(s, res, functionAttributes)
	case typeReader:
		return r.imported(s, res, name)
	}
	if value, ok := own[name]; ok || err != nil {
		return value, err
	}
	if format, ok := attributes[res.Type][name]; ok {
		return fill(format, s, res), nil
	}
	return nil, s.UnknownAttribute(res, name)
}

// read returns the attributes that follow from a resource's properties.
func read[P any](s *cloudformation.Stack, res *cloudformation.Resource,
	attributes func(*cloudformation.Stack, *cloudformation.Resource, *P) (map[string]string,
		error)) (map[string]string, error) {
	var p P
	if err := s.Properties(res, &p); err != nil {
		return nil, err
	}
	return attributes(s, res, &p)
}

// attributes are the attributes that follow from stack and logical ID alone.
// In braces: id, a CloudFront ID; domain; uuid; canonical, a canonical user
// ID; name, a name as CloudFormation makes one; and what the stack is in.
var attributes = map[string]map[string]string{
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
	typeKMSKey: {
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

func fill(format string, s *cloudformation.Stack, r *cloudformation.Resource) string {
	return strings.NewReplacer(
		"{id}", "E"+shortID(s, r, "id"),
		"{domain}", "d"+strings.ToLower(shortID(s, r, "domain"))+".cloudfront.net",
		"{uuid}", uuid(s, r),
		"{canonical}", canonicalUserID(s, r),
		"{name}", s.Name+"-"+r.LogicalID,
		"{partition}", s.Partition().ID,
		"{region}", s.Region,
		"{account}", s.Account,
	).Replace(format)
}

func bucketAttributes(s *cloudformation.Stack, r *cloudformation.Resource, p *bucketProperties) (
	map[string]string, error) {
	bucket, suffix := cmp.Or(p.BucketName, bucketName(s, r)), s.Partition().DNSSuffix
	return map[string]string{
		"Ref":                 bucket,
		"Arn":                 "arn:" + s.Partition().ID + ":s3:::" + bucket,
		"DomainName":          bucket + ".s3." + suffix,
		"RegionalDomainName":  awsname.BucketHost(bucket, s.Region),
		"DualStackDomainName": bucket + ".s3.dualstack." + s.Region + "." + suffix,
		"WebsiteURL":          "http://" + awsname.WebsiteHost(bucket, s.Region),
	}, nil
}

func publicKeyAttributes(s *cloudformation.Stack, r *cloudformation.Resource, p *publicKeyProperties) (
	map[string]string, error) {
	key, err := parseKey(s.At(r).Key("Properties"), p)
	if err != nil {
		return nil, err
	}
	return map[string]string{"Ref": key.LocalID(), "Id": key.LocalID()}, nil
}

func parameterAttributes(s *cloudformation.Stack, r *cloudformation.Resource, p *parameterProperties) (
	map[string]string, error) {
	return map[string]string{"Ref": p.name(s, r), "Type": p.Type, "Value": p.Value}, nil
}

func functionAttributes(s *cloudformation.Stack, _ *cloudformation.Resource, p *functionProperties) (
	map[string]string, error) {
	arn := "arn:" + s.Partition().ID + ":cloudfront::" + s.Account + ":function/" + p.Name
	return map[string]string{"Ref": arn, "FunctionARN": arn, "FunctionMetadata.FunctionARN": arn, "Stage": "LIVE"}, nil
}
