package infra

import (
	"strings"

	"example.com/privatecdn/internal/cloudformation"
)

// attribute is what a Ref ("Ref") or a Fn::GetAtt of a resource gives.
func (r *reader) attribute(s *cloudformation.Stack, res *cloudformation.Resource, name string) (any, error) {
	switch res.Type {
	case typeBucket:
		return bucketAttribute(s, res, name)
	case typePublicKey:
		return publicKeyAttribute(s, res, name)
	case typeParameter:
		return parameterAttribute(s, res, name)
	case typeFunction:
		return functionAttribute(s, res, name)
	case typeReader:
		return r.imported(s, res, name)
	}
	if format, ok := attributes[res.Type][name]; ok {
		return fill(format, s, res), nil
	}
	return nil, s.UnknownAttribute(res, name)
}

// attributes are the attributes that follow from stack and logical ID alone.
// In braces: id, a CloudFront ID; domain; uuid; canonical, a canonical user
// ID; name, a name as CloudFormation makes one; and what the stack is in.
var attributes = map[string]map[string]string{
	typeDistribution:        {"Ref": "{distribution}", "Id": "{distribution}", "DomainName": "{domain}"},
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
		"{distribution}", distributionID(s, r),
		"{domain}", distributionDomain(s, r),
		"{uuid}", uuid(s, r),
		"{canonical}", canonicalUserID(s, r),
		"{name}", s.Name+"-"+r.LogicalID,
		"{partition}", s.Partition(),
		"{region}", s.Region,
		"{account}", s.Account,
	).Replace(format)
}

func bucketAttribute(s *cloudformation.Stack, r *cloudformation.Resource, name string) (any, error) {
	var p bucketProperties
	if err := s.Properties(r, &p); err != nil {
		return nil, err
	}
	bucket := p.BucketName
	if bucket == "" {
		bucket = bucketName(s, r)
	}
	domain := "." + s.URLSuffix()
	switch name {
	case "Ref":
		return bucket, nil
	case "Arn":
		return "arn:" + s.Partition() + ":s3:::" + bucket, nil
	case "DomainName":
		return bucket + ".s3" + domain, nil
	case "RegionalDomainName":
		return bucket + ".s3." + s.Region + domain, nil
	case "DualStackDomainName":
		return bucket + ".s3.dualstack." + s.Region + domain, nil
	case "WebsiteURL":
		return "http://" + bucket + ".s3-website-" + s.Region + domain, nil
	}
	return nil, s.UnknownAttribute(r, name)
}

func publicKeyAttribute(s *cloudformation.Stack, r *cloudformation.Resource, name string) (any, error) {
	if name != "Ref" && name != "Id" {
		return nil, s.UnknownAttribute(r, name)
	}
	var p publicKeyProperties
	if err := s.Properties(r, &p); err != nil {
		return nil, err
	}
	key, err := parseKey(s.At(r).Key("Properties"), &p)
	if err != nil {
		return nil, err
	}
	return key.LocalID(), nil
}

func parameterAttribute(s *cloudformation.Stack, r *cloudformation.Resource, name string) (any, error) {
	var p parameterProperties
	if err := s.Properties(r, &p); err != nil {
		return nil, err
	}
	switch name {
	case "Ref":
		return p.name(s, r), nil
	case "Type":
		return p.Type, nil
	case "Value":
		return p.Value, nil
	}
	return nil, s.UnknownAttribute(r, name)
}

func functionAttribute(s *cloudformation.Stack, r *cloudformation.Resource, name string) (any, error) {
	var p functionProperties
	if err := s.Properties(r, &p); err != nil {
		return nil, err
	}
	switch name {
	case "Ref", "FunctionARN", "FunctionMetadata.FunctionARN":
		return "arn:" + s.Partition() + ":cloudfront::" + s.Account + ":function/" + p.Name, nil
	case "Stage":
		return "LIVE", nil
	}
	return nil, s.UnknownAttribute(r, name)
}
