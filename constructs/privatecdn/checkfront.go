package privatecdn

import (
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/jsii-runtime-go"
)

func (p *problems) checkFront(props *DistributionProps) {
	f := &props.Front
	p.checkNames(f)
	p.checkTLS(f)
	p.checkCountries(f)
	p.checkErrorResponses(f.ErrorResponses)
	checkEnum(p, "Front.PriceClass", f.PriceClass, awscloudfront.PriceClass_PRICE_CLASS_100, awscloudfront.PriceClass_PRICE_CLASS_200,
		awscloudfront.PriceClass_PRICE_CLASS_ALL)
	checkEnum(p, "Front.HTTPVersion", f.HTTPVersion, awscloudfront.HttpVersion_HTTP1_1, awscloudfront.HttpVersion_HTTP2,
		awscloudfront.HttpVersion_HTTP2_AND_3, awscloudfront.HttpVersion_HTTP3)
	if props.IPRestrictedSigning && !f.IPv4Only {
		p.add("Front.IPv4Only", "must be set with IPRestrictedSigning: a signed policy can name IPv4 addresses only, "+
			"so a viewer who comes over IPv6 would be refused")
	}
	if strings.HasPrefix(f.DefaultRootObject, "/") {
		p.add("Front.DefaultRootObject", "%q begins with a slash; CloudFront wants the name alone, like index.html", f.DefaultRootObject)
	}
	if f.WebACL != "" && !isToken(f.WebACL) && !strings.Contains(f.WebACL, ":us-east-1:") {
		p.add("Front.WebACL", "%q is not the ARN of a web ACL for CloudFront; make one of scope CLOUDFRONT in us-east-1", f.WebACL)
	}
}

// checkEnum refuses what is none of an enum's values, since jsii would panic.
func checkEnum[E ~string](p *problems, property string, v E, known ...E) {
	if v != "" && !slices.Contains(known, v) {
		p.add(property, "is %q; use one of %q", v, known)
	}
}

func isToken(s string) bool { return *awscdk.Token_IsUnresolved(jsii.String(s)) }

// hostName is a host as a distribution can answer it; its first label may be *.
var hostName = regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$`)

func (p *problems) checkNames(f *Front) {
	for i, name := range f.DomainNames {
		if slices.Contains(f.DomainNames[:i], name) {
			p.add("Front.DomainNames", "holds %s twice; name it once", name)
		}
		if !isToken(name) && !hostName.MatchString(name) {
			p.add("Front.DomainNames", "%q is no host name; give it in lower case, without scheme and port, like media.example.com", name)
		}
	}
	switch {
	case len(f.DomainNames) > 0 && f.Certificate == nil:
		p.add("Front.Certificate", "is missing; CloudFront answers to %s only with a certificate for it, made in us-east-1", f.DomainNames[0])
	case len(f.DomainNames) == 0 && f.Certificate != nil:
		p.add("Front.DomainNames", "is missing; say which hosts the Certificate is for")
	}
	if f.Certificate != nil {
		p.checkRegion(f.Certificate)
	}
	if f.HostedZone == nil {
		return
	}
	if len(f.DomainNames) == 0 {
		p.add("Front.HostedZone", "has no record to take; give DomainNames, or leave it out")
	}
	zone := *f.HostedZone.ZoneName()
	for _, name := range f.DomainNames {
		if !isToken(zone) && !isToken(name) && name != zone && !strings.HasSuffix(name, "."+zone) {
			p.add("Front.HostedZone", "%s cannot hold a record for %s; give the zone it belongs to, or make the record there", zone, name)
		}
	}
}

// checkRegion holds the certificate to the one Region CloudFront takes it from.
func (p *problems) checkRegion(c awscertificatemanager.ICertificate) {
	region := *c.Env().Region
	if arn := *c.CertificateArn(); !isToken(arn) {
		region = strings.Join(slices.Concat(strings.Split(arn, ":"), make([]string, 4))[3:4], "")
	}
	switch {
	case isToken(region):
		// A stack that leaves its Region open: CloudFormation will say.
	case region != "us-east-1":
		p.add("Front.Certificate", "is in %q, and CloudFront takes certificates from us-east-1 only; make it in a stack there", region)
	}
}

func (p *problems) checkTLS(f *Front) {
	switch f.MinimumTLS {
	case "":
	case awscloudfront.SecurityPolicyProtocol_SSL_V3, awscloudfront.SecurityPolicyProtocol_TLS_V1,
		awscloudfront.SecurityPolicyProtocol_TLS_V1_2016, awscloudfront.SecurityPolicyProtocol_TLS_V1_1_2016:
		p.add("Front.MinimumTLS", "%s lets TLS before 1.2 in; use TLS_V1_2_2021 or newer", f.MinimumTLS)
	default:
		if f.Certificate == nil {
			p.add("Front.MinimumTLS", "has no effect without a Certificate: on its own host CloudFront decides; give one, or leave it out")
		}
	}
}

func (p *problems) checkCountries(f *Front) {
	if len(f.AllowCountries) > 0 && len(f.DenyCountries) > 0 {
		p.add("Front.DenyCountries", "is given together with AllowCountries; keep one of them")
	}
	for _, c := range slices.Concat(f.AllowCountries, f.DenyCountries) {
		if len(c) != 2 || strings.Trim(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			p.add("Front.AllowCountries", "%q is no country code; give two capital letters as in ISO 3166-1, like DE", c)
		}
	}
}

// errorStatuses are the errors that a page can stand in for, and that it can
// have as its own status, as it can 200.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
var errorStatuses = []int{400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}

func (p *problems) checkErrorResponses(list []ErrorResponse) {
	for i, e := range list {
		if slices.ContainsFunc(list[:i], func(other ErrorResponse) bool { return other.Status == e.Status }) {
			p.add("Front.ErrorResponses", "status %d stands twice; keep one of them", e.Status)
		}
		if e.Page == "" && e.ResponseStatus == 0 && e.TTL == 0 {
			p.add("Front.ErrorResponses", "the one for %d changes nothing; give Page and ResponseStatus, or TTL", e.Status)
		}
		if e.ResponseStatus != 0 && e.ResponseStatus != 200 && !slices.Contains(errorStatuses, e.ResponseStatus) {
			p.add("Front.ErrorResponses", "the one for %d has the response status %d; use 200, 400, 403, 404, 405, 414, 416 or 500 to 504",
				e.Status, e.ResponseStatus)
		}
		if !slices.Contains(errorStatuses, e.Status) {
			p.add("Front.ErrorResponses", "no response can stand in for status %d; CloudFront knows 400, 403, 404, 405, 414, 416 and 500 to 504", e.Status)
		}
		if (e.Page == "") != (e.ResponseStatus == 0) {
			p.add("Front.ErrorResponses", "the one for %d has one of Page and ResponseStatus; give both or neither", e.Status)
		}
		if e.Page != "" && !strings.HasPrefix(e.Page, "/") {
			p.add("Front.ErrorResponses", "the page %q for %d does not begin with a slash; give its path", e.Page, e.Status)
		}
		p.checkSeconds("Front.ErrorResponses TTL", e.TTL)
	}
}
