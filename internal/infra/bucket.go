package infra

import (
	"cmp"
	"strings"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/cloudformation"
)

func (r *reader) bucket(res *cloudformation.Resource, p *bucketProperties) error {
	b := &Bucket{
		Stack:             res.Stack.Name,
		LogicalID:         res.LogicalID,
		Region:            res.Stack.Region,
		PublicAccessBlock: p.PublicAccessBlockConfiguration,
	}
	for name, into := range map[string]*string{"Ref": &b.Name, "Arn": &b.ARN} {
		v, err := res.Attribute(name)
		if err != nil {
			return err
		}
		*into, _ = v.(string)
	}
	for _, rule := range p.BucketEncryption.ServerSideEncryptionConfiguration {
		b.Encryption = rule.ServerSideEncryptionByDefault.SSEAlgorithm
	}
	for _, rule := range p.CorsConfiguration.CorsRules {
		b.CORS = append(b.CORS, CORS{
			AllowHeaders:  rule.AllowedHeaders,
			AllowMethods:  rule.AllowedMethods,
			AllowOrigins:  rule.AllowedOrigins,
			ExposeHeaders: rule.ExposedHeaders,
			MaxAge:        seconds(rule.MaxAge),
		})
	}
	if acl := p.AccessControl; strings.HasPrefix(acl, "Public") || acl == "AuthenticatedRead" {
		r.note(res, "access control lists are not evaluated: by "+acl+" nobody may read, the bucket policy decides")
	}
	if w := p.WebsiteConfiguration; w != nil {
		if (w.IndexDocument == "") == (w.RedirectAllRequestsTo == nil) || strings.Contains(w.IndexDocument, "/") {
			return res.At().Key("Properties.WebsiteConfiguration").Invalid(
				"a website has an IndexDocument without slashes or RedirectAllRequestsTo")
		}
		b.Website = &Website{Index: w.IndexDocument, Error: w.ErrorDocument}
		if to := w.RedirectAllRequestsTo; to != nil {
			b.Website.Redirect = cmp.Or(to.Protocol, "http") + "://" + to.HostName
		}
	}
	r.tmpl.Buckets = append(r.tmpl.Buckets, b)
	return nil
}

func (r *reader) bucketPolicy(res *cloudformation.Resource, p *bucketPolicyProperties) error {
	statements, err := bucketpolicy.Parse(res.At().Key("Properties.PolicyDocument"), p.PolicyDocument)
	if err != nil {
		return err
	}
	if b := r.bucketNamed(p.Bucket); b != nil {
		b.Policy = append(b.Policy, statements...)
	} else {
		r.note(res, "the bucket "+p.Bucket+" is in none of the templates given")
	}
	return nil
}

// bucketNamed returns the bucket with a name, nil if there is none.
func (r *reader) bucketNamed(name string) *Bucket {
	for _, b := range r.tmpl.Buckets {
		if b.Name == name {
			return b
		}
	}
	return nil
}

// bucketByHost returns the bucket at a host of the service. One that is in none
// of the templates is made up, External; nil means that host is no bucket's.
func (r *reader) bucketByHost(s *cloudformation.Stack, host string, service awsname.Service) *Bucket {
	at, ok := awsname.ParseS3Host(host)
	if !ok || at.Bucket == "" || at.Service != service {
		return nil
	}
	if b := r.bucketNamed(at.Bucket); b != nil {
		return b
	}
	b := &Bucket{
		Name:              at.Bucket,
		ARN:               "arn:" + s.Partition().ID + ":s3:::" + at.Bucket,
		Region:            cmp.Or(at.Region, s.Region),
		PublicAccessBlock: PublicAccessBlock{true, true, true, true},
		External:          true,
	}
	if service == awsname.S3Website { // which only serves what everyone may read
		b.PublicAccessBlock = PublicAccessBlock{}
		b.Website = &Website{Index: "index.html"}
		b.Policy = []bucketpolicy.Statement{{SID: "Assumed", Effect: "Allow", Actions: []string{"s3:GetObject"},
			Principals: []bucketpolicy.Principal{{Kind: "*", Value: "*"}}, Resources: []string{b.ARN + "/*"}}}
	}
	r.tmpl.Buckets = append(r.tmpl.Buckets, b)
	return b
}

// assumeGrants gives buckets that are in none of the templates, and whose
// policy is not either, the one they need: that the distribution's origin
// access may read their objects.
func (r *reader) assumeGrants() {
	assumed, granted := map[*Bucket]bool{}, map[*Origin]bool{}
	grant := func(d *Distribution, o *Origin) {
		b := o.Bucket
		if granted[o] || b == nil || !b.External || o.OAI == nil && o.OAC == nil || b.Policy != nil && !assumed[b] {
			return
		}
		if !assumed[b] {
			r.noteOf(d.Stack, d.LogicalID, typeDistribution, "the bucket "+b.Name+" is in none of the templates given: "+
				"its policy is assumed to let the distribution read")
		}
		assumed[b], granted[o] = true, true
		b.Policy = append(b.Policy, needed(d, o))
	}
	for _, d := range r.tmpl.Distributions {
		for _, b := range d.Behaviors {
			for _, o := range b.Origins() {
				grant(d, o)
			}
		}
	}
}

// needed is the statement by which a bucket lets a distribution read.
func needed(d *Distribution, o *Origin) bucketpolicy.Statement {
	s := bucketpolicy.Statement{
		SID: "Assumed", Effect: "Allow", Actions: []string{"s3:GetObject"}, Resources: []string{o.Bucket.ARN + "/*"},
		Principals: []bucketpolicy.Principal{{Kind: "Service", Value: "cloudfront.amazonaws.com"}},
		Conditions: []bucketpolicy.Condition{{Operator: "StringEquals", Key: "AWS:SourceArn", Values: []string{d.ARN}}},
	}
	if o.OAI != nil {
		s.Principals, s.Conditions = []bucketpolicy.Principal{{Kind: "CanonicalUser", Value: o.OAI.CanonicalUserID}}, nil
	}
	return s
}
