package privatecdn

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/internal/awsname"
)

// Viewer is the distribution as viewers see it.
type Viewer struct {
	// DomainNames are the hosts it responds to beside its own; they require a
	// Certificate.
	DomainNames []string
	// Certificate for the DomainNames; it must be in us-east-1.
	Certificate awscertificatemanager.ICertificate
	// HostedZones get an A and, with IPv6, an AAAA record for each of the
	// DomainNames, which goes to the zone with the longest matching name.
	HostedZones []awsroute53.IHostedZone
	// MinimumProtocolVersion is the oldest TLS policy a viewer may use;
	// TLS_V1_2_2021 by default. Without a Certificate CloudFront decides.
	MinimumProtocolVersion awscloudfront.SecurityPolicyProtocol
	// HTTPVersion is HTTP2_AND_3 by default.
	HTTPVersion awscloudfront.HttpVersion
	// DisableIPv6 turns IPv6 off. Set it if policies name viewers' addresses: a
	// policy can name IPv4 addresses only.
	DisableIPv6 bool
	// WebACLID is the ARN of an AWS WAF web ACL of scope CLOUDFRONT.
	WebACLID string
	// AllowCountries or DenyCountries, not both, restrict where viewers may be:
	// ISO 3166-1 codes of two letters.
	AllowCountries, DenyCountries []string
	// PriceClass says which edge locations serve the content; PRICE_CLASS_200 by
	// default.
	PriceClass awscloudfront.PriceClass
	// DefaultRootObject is the object for /, such as index.html.
	DefaultRootObject string
	// ErrorResponses replace CloudFront's own errors and the origin's.
	ErrorResponses []ErrorResponse
	// Comment describes the distribution.
	Comment string
}

func (v Viewer) withDefaults() Viewer {
	v.PriceClass = cmp.Or(v.PriceClass, awscloudfront.PriceClass_PRICE_CLASS_200)
	v.HTTPVersion = cmp.Or(v.HTTPVersion, awscloudfront.HttpVersion_HTTP2_AND_3)
	if v.Certificate != nil {
		v.MinimumProtocolVersion = cmp.Or(v.MinimumProtocolVersion, awscloudfront.SecurityPolicyProtocol_TLS_V1_2_2021)
	}
	return v
}

func (v *Viewer) check(m *mistakes) {
	v.checkNames(m)
	v.checkZones(m)
	v.checkTLS(m)
	m.refuseBoth(len(v.AllowCountries) > 0 && len(v.DenyCountries) > 0, "Viewer.DenyCountries", "AllowCountries")
	const useISO = "use two capital letters as in ISO 3166-1, such as DE"
	m.checkText("Viewer.AllowCountries", "country code", useISO, countryCode.MatchString, v.AllowCountries...)
	m.checkText("Viewer.DenyCountries", "country code", useISO, countryCode.MatchString, v.DenyCountries...)
	checkEnum(m, "Viewer.PriceClass", v.PriceClass, awscloudfront.PriceClass_PRICE_CLASS_100,
		awscloudfront.PriceClass_PRICE_CLASS_200, awscloudfront.PriceClass_PRICE_CLASS_ALL)
	checkEnum(m, "Viewer.HTTPVersion", v.HTTPVersion, awscloudfront.HttpVersion_HTTP1_1,
		awscloudfront.HttpVersion_HTTP2, awscloudfront.HttpVersion_HTTP2_AND_3, awscloudfront.HttpVersion_HTTP3)
	m.refuse(strings.HasPrefix(v.DefaultRootObject, "/"), "Viewer.DefaultRootObject",
		"write the name alone, such as index.html", "%q begins with a slash", v.DefaultRootObject)
	m.checkText("Viewer.WebACLID", "web ACL ARN for CloudFront", "make one of scope CLOUDFRONT in us-east-1",
		func(arn string) bool { return arn == "" || strings.Contains(arn, ":us-east-1:") }, v.WebACLID)
}

// set sets what CDK's distribution has of v.
func (v *Viewer) set(props *awscloudfront.DistributionProps) {
	props.Comment = optional(v.Comment)
	props.DefaultRootObject = optional(v.DefaultRootObject)
	props.EnableIpv6 = new(!v.DisableIPv6)
	props.ErrorResponses = v.errorResponses()
	props.HttpVersion = v.HTTPVersion
	props.MinimumProtocolVersion = v.MinimumProtocolVersion
	props.PriceClass = v.PriceClass
	props.WebAclId = optional(v.WebACLID)
	if v.Certificate != nil {
		props.Certificate = v.Certificate
		props.DomainNames = jsii.Strings(v.DomainNames...)
	}
	if codes := jsii.Strings(v.AllowCountries...); len(*codes) > 0 {
		props.GeoRestriction = awscloudfront.GeoRestriction_Allowlist(*codes...)
	} else if codes := jsii.Strings(v.DenyCountries...); len(*codes) > 0 {
		props.GeoRestriction = awscloudfront.GeoRestriction_Denylist(*codes...)
	}
}

var countryCode = regexp.MustCompile("^[A-Z]{2}$")

// hostName matches the names a distribution can have; the first label may be *.
var hostName = regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$`)

func (v *Viewer) checkNames(m *mistakes) {
	const property = "Viewer.DomainNames"
	checkList(m, property, v.DomainNames, func(name string) string { return name })
	m.checkText(property, "host name", "write it in lower case, without scheme and port, such as media.example.com",
		hostName.MatchString, v.DomainNames...)
	m.refuse(len(v.DomainNames) > 0 && v.Certificate == nil, "Viewer.Certificate",
		"pass a certificate for the names, made in us-east-1", "it is missing; DomainNames require one")
	m.refuse(len(v.DomainNames) == 0 && v.Certificate != nil, property, "list the hosts the Certificate is for",
		"it is missing")
	if v.Certificate != nil {
		checkCertificate(m, v.Certificate)
	}
}

// checkCertificate enforces the one Region CloudFront takes certificates from,
// as far as the ARN, or the stack of a certificate made in this app, tells.
func checkCertificate(m *mistakes, c awscertificatemanager.ICertificate) {
	region, known := *c.Env().Region, c.Node().DefaultChild() != nil
	if arn := *c.CertificateArn(); !isToken(arn) {
		region, known = awsname.ARNRegion(arn), true
	}
	m.refuse(known && !isToken(region) && region != "us-east-1", "Viewer.Certificate",
		"make it in a stack in us-east-1", "it is in %q, and CloudFront uses certificates of us-east-1 only", region)
}

func (v *Viewer) checkTLS(m *mistakes) {
	const property = "Viewer.MinimumProtocolVersion"
	switch v.MinimumProtocolVersion {
	case "":
	case awscloudfront.SecurityPolicyProtocol_SSL_V3, awscloudfront.SecurityPolicyProtocol_TLS_V1,
		awscloudfront.SecurityPolicyProtocol_TLS_V1_2016, awscloudfront.SecurityPolicyProtocol_TLS_V1_1_2016:
		m.add(property, "use TLS_V1_2_2021 or newer", "%s allows TLS before 1.2", v.MinimumProtocolVersion)
	default:
		m.refuse(v.Certificate == nil, property, "pass a Certificate, or remove it",
			"it has no effect without a Certificate: CloudFront decides for its own host")
	}
}

// zoneName returns a zone's name without a final dot, or "" if only Route 53
// knows it: CDK panics when asked for the name of a zone imported by its ID.
func zoneName(zone awsroute53.IHostedZone) (name string) {
	defer func() { _ = recover() }()
	return strings.TrimSuffix(*zone.ZoneName(), ".")
}

// zoneFor returns the zone that a name's record goes to.
func (v *Viewer) zoneFor(name string) (zone awsroute53.IHostedZone) {
	longest := -1
	for _, z := range v.HostedZones {
		of := zoneName(z)
		known := of != "" && !isToken(of) && !isToken(name)
		if len(of) > longest && (!known || name == of || strings.HasSuffix(name, "."+of)) {
			zone, longest = z, len(of)
		}
	}
	return zone
}

func (v *Viewer) checkZones(m *mistakes) {
	const property = "Viewer.HostedZones"
	checkList(m, property, v.HostedZones, func(z awsroute53.IHostedZone) string {
		name := zoneName(z)
		m.refuse(len(v.HostedZones) > 1 && (name == "" || isToken(name)), property,
			"import the zone with HostedZone_FromHostedZoneAttributes",
			"the name of one of several zones is unknown at synthesis, so the records cannot be assigned")
		return cmp.Or(name, *z.HostedZoneId())
	})
	if len(v.HostedZones) == 0 || slices.Contains(v.HostedZones, nil) {
		return
	}
	m.refuse(len(v.DomainNames) == 0, property, "set DomainNames, or remove it", "DomainNames is empty")
	for _, name := range v.DomainNames {
		m.refuse(v.zoneFor(name) == nil, property, "add the zone the name belongs to, or make the record there",
			"none of the zones matches %s", name)
	}
}

// addRecords points the domain names at the distribution.
func (d *distribution) addRecords() {
	v := d.props.Viewer
	if len(v.HostedZones) == 0 {
		return
	}
	target := awsroute53.RecordTarget_FromAlias(awsroute53targets.NewCloudFrontTarget(d.distribution))
	for i, name := range v.DomainNames {
		zone, id := v.zoneFor(name), name
		if isToken(name) {
			id = fmt.Sprint(i) // a construct's ID is known before deployment
		}
		record := awsroute53.ARecordProps{Zone: zone, RecordName: new(name + "."), Target: target}
		awsroute53.NewARecord(d, new("A "+id), &record)
		if !v.DisableIPv6 {
			ipv6 := &awsroute53.AaaaRecordProps{}
			copyFields(ipv6, &record)
			awsroute53.NewAaaaRecord(d, new("AAAA "+id), ipv6)
		}
	}
}
