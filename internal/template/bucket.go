package template

import (
	"maps"
	"slices"
	"strings"

	"example.com/privatecdn/internal/cfn"
)

func (r *reader) bucket(s *cfn.Stack, res *cfn.Resource) error {
	var p bucketProperties
	if err := s.Properties(res, &p); err != nil {
		return err
	}
	b := &Bucket{
		Stack:             s.Name,
		LogicalID:         res.LogicalID,
		Region:            s.Region,
		PublicAccessBlock: p.PublicAccessBlockConfiguration,
		Versioned:         p.VersioningConfiguration.Status == "Enabled",
		Retained:          res.Retained,
	}
	for into, name := range map[*string]string{&b.Name: "Ref", &b.ARN: "Arn", &b.RegionalDomain: "RegionalDomainName"} {
		v, err := s.Attribute(res, name)
		if err != nil {
			return err
		}
		*into, _ = v.(string)
	}
	for _, rule := range p.BucketEncryption.ServerSideEncryptionConfiguration {
		b.Encryption = rule.ServerSideEncryptionByDefault.SSEAlgorithm
		b.KMSKey = r.kmsKeyOf(rule.ServerSideEncryptionByDefault.KMSMasterKeyID)
	}
	for _, rule := range p.CorsConfiguration.CorsRules {
		b.CORS = append(b.CORS, BucketCORS{
			AllowHeaders:  rule.AllowedHeaders,
			AllowMethods:  rule.AllowedMethods,
			AllowOrigins:  rule.AllowedOrigins,
			ExposeHeaders: rule.ExposedHeaders,
			MaxAge:        seconds(float64(rule.MaxAge)),
		})
	}
	r.infra.Buckets = append(r.infra.Buckets, b)
	return nil
}

func (r *reader) bucketPolicy(s *cfn.Stack, res *cfn.Resource) error {
	var p bucketPolicyProperties
	if err := s.Properties(res, &p); err != nil {
		return err
	}
	statements, err := readPolicy(s.At(res).Key("Properties.PolicyDocument"), p.PolicyDocument)
	if err != nil {
		return err
	}
	for _, b := range r.infra.Buckets {
		if b.Name == p.Bucket {
			b.Policy = append(b.Policy, statements...)
			return nil
		}
	}
	r.note(s, res, "the bucket "+p.Bucket+" is in none of the templates given")
	return nil
}

// bucketByHost returns the bucket whose address host is. One that is in none
// of the templates is made up, External; nil means that host is no bucket's.
func (r *reader) bucketByHost(s *cfn.Stack, host string) *Bucket {
	name, region, ok := bucketHost(strings.ToLower(host), s.URLSuffix())
	if !ok {
		return nil
	}
	for _, b := range r.infra.Buckets {
		if b.Name == name {
			return b
		}
	}
	if region == "" {
		region = s.Region
	}
	b := &Bucket{
		Name:              name,
		ARN:               "arn:" + s.Partition() + ":s3:::" + name,
		Region:            region,
		RegionalDomain:    name + ".s3." + region + "." + s.URLSuffix(),
		PublicAccessBlock: PublicAccessBlock{true, true, true, true},
		External:          true,
	}
	r.infra.Buckets = append(r.infra.Buckets, b)
	return b
}

// assumeGrants gives a bucket whose policy is not in the templates the one it
// needs: that the distribution's origin access may read its objects.
func (r *reader) assumeGrants(s *cfn.Stack, res *cfn.Resource, d *Distribution, origins map[string]*Origin) {
	for _, id := range slices.Sorted(maps.Keys(origins)) {
		o := origins[id]
		if o.Bucket == nil || !o.Bucket.External || o.OAI == nil && o.OAC == nil {
			continue
		}
		grant := Statement{SID: "Assumed", Effect: "Allow", Actions: []string{"s3:GetObject"}, Resources: []string{o.Bucket.ARN + "/*"}}
		if o.OAI != nil {
			grant.Principals = []Principal{{Kind: "CanonicalUser", Value: o.OAI.CanonicalUserID}}
		} else {
			grant.Principals = []Principal{{Kind: "Service", Value: "cloudfront.amazonaws.com"}}
			grant.Conditions = []Condition{{Operator: "StringEquals", Key: "AWS:SourceArn", Values: []string{d.ARN}}}
		}
		o.Bucket.Policy = append(o.Bucket.Policy, grant)
		r.note(s, res, "the bucket "+o.Bucket.Name+" is in none of the templates given: its policy is assumed to let the distribution read")
	}
}

// bucketHost takes NAME.s3.REGION.SUFFIX apart, and its older and dual-stack
// forms. Website endpoints are not among them: they are HTTP origins.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
func bucketHost(host, suffix string) (name, region string, ok bool) {
	host, ok = strings.CutSuffix(host, "."+suffix)
	if !ok {
		return "", "", false
	}
	if name, ok := strings.CutSuffix(host, ".s3"); ok {
		return name, "", name != ""
	}
	i := strings.LastIndex(host, ".s3.")
	if i < 0 {
		i = strings.LastIndex(host, ".s3-")
	}
	if i <= 0 {
		return "", "", false
	}
	region = strings.TrimPrefix(host[i+len(".s3."):], "dualstack.")
	if region == "" || strings.Contains(region, ".") || strings.HasPrefix(region, "website") {
		return "", "", false
	}
	return host[:i], region, true
}
