package privatecdn

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/jsii-runtime-go"
)

// Front is the distribution as viewers see it.
type Front struct {
	// DomainNames are the hosts it answers beside its own; they take a
	// Certificate.
	DomainNames []string
	// Certificate for the DomainNames; it must be in us-east-1.
	Certificate awscertificatemanager.ICertificate
	// HostedZone gets an A and, with IPv6, an AAAA record for each of the
	// DomainNames.
	HostedZone awsroute53.IHostedZone
	// MinimumTLS is the oldest TLS policy a viewer may use; TLS_V1_2_2021 by
	// default. Without a Certificate CloudFront decides.
	MinimumTLS awscloudfront.SecurityPolicyProtocol
	// HTTPVersion is HTTP2_AND_3 by default.
	HTTPVersion awscloudfront.HttpVersion
	// IPv4Only turns IPv6 off.
	IPv4Only bool
	// WebACL is the ARN of an AWS WAF web ACL of scope CLOUDFRONT.
	WebACL string
	// AllowCountries or DenyCountries, not both, restrict from where viewers
	// may come: ISO 3166-1 codes of two letters.
	AllowCountries, DenyCountries []string
	// PriceClass says from where the content is served. The default is
	// PRICE_CLASS_200.
	PriceClass awscloudfront.PriceClass
	// DefaultRootObject is what / stands for, like index.html.
	DefaultRootObject string
	// ErrorResponses stand in for CloudFront's own and the origin's.
	ErrorResponses []ErrorResponse
	// Comment describes the distribution.
	Comment string
}

// ErrorResponse stands in for an error of CloudFront's or the origin's.
type ErrorResponse struct {
	// Status is the error's: 400, 403, 404, 405, 414, 416 or 500 to 504.
	Status int
	// Page is the path of an object served in its place, with a leading slash,
	// and ResponseStatus the status it gets; both or neither.
	Page           string
	ResponseStatus int
	// TTL is how long the error is cached; CloudFront's default is 10 seconds.
	TTL time.Duration
}

func (f *Front) geoRestriction() awscloudfront.GeoRestriction {
	switch {
	case len(f.AllowCountries) > 0:
		return awscloudfront.GeoRestriction_Allowlist(*jsii.Strings(f.AllowCountries...)...)
	case len(f.DenyCountries) > 0:
		return awscloudfront.GeoRestriction_Denylist(*jsii.Strings(f.DenyCountries...)...)
	}
	return nil
}

func (f *Front) errorResponses() *[]*awscloudfront.ErrorResponse {
	list := make([]*awscloudfront.ErrorResponse, len(f.ErrorResponses))
	for i, e := range f.ErrorResponses {
		list[i] = &awscloudfront.ErrorResponse{
			HttpStatus:       jsii.Number(float64(e.Status)),
			ResponsePagePath: optional(e.Page),
		}
		if e.ResponseStatus != 0 {
			list[i].ResponseHttpStatus = jsii.Number(float64(e.ResponseStatus))
		}
		if e.TTL != 0 {
			list[i].Ttl = seconds(e.TTL)
		}
	}
	return &list
}

// addRecords points the domain names at the distribution.
func (d *distribution) addRecords() {
	f := d.props.Front
	if f.HostedZone == nil {
		return
	}
	target := awsroute53.RecordTarget_FromAlias(awsroute53targets.NewCloudFrontTarget(d.distribution))
	for _, name := range f.DomainNames {
		awsroute53.NewARecord(d, jsii.String("A "+name), &awsroute53.ARecordProps{
			Zone: f.HostedZone, RecordName: jsii.String(name + "."), Target: target,
		})
		if !f.IPv4Only {
			awsroute53.NewAaaaRecord(d, jsii.String("AAAA "+name), &awsroute53.AaaaRecordProps{
				Zone: f.HostedZone, RecordName: jsii.String(name + "."), Target: target,
			})
		}
	}
}
