package privatecdn

import (
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
)

// complete returns props with every default filled in, and the mistakes in
// them for a stack in region. With a mistake the properties returned are those of a distribution that
// stands in for the one meant until synthesis stops.
func complete(props *DistributionProps, region string) (DistributionProps, problems) {
	if props == nil {
		props = &DistributionProps{}
	}
	p := *props
	p.Keys = opened(p.Keys)
	p.Behaviors = slices.Clone(p.Behaviors)
	found := check(&p, region)
	if len(found) > 0 {
		p = DistributionProps{Keys: p.Keys, TrustedKeys: p.TrustedKeys, Destroy: p.Destroy}
		if p.TrustedKeys != nil {
			p.Keys = nil
		}
	}
	p.fill()
	return p, found
}

func (p *DistributionProps) fill() {
	if p.OriginAccess == "" {
		p.OriginAccess = OAI
	}
	if p.EncryptionKey != nil {
		p.KMS = true
	}
	p.Front.fill()
	p.Cache = p.Cache.withDefaults()
	if len(p.CookieOrigins) > 0 {
		p.CORS = CORS{Origins: p.CookieOrigins, Credentials: true}
	}
	p.CORS = p.CORS.withDefaults()
	p.SecurityHeaders = p.SecurityHeaders.withDefaults()
	p.Logging = p.Logging.withDefaults()
	p.Default.fill()
	for i := range p.Behaviors {
		p.Behaviors[i].fill()
	}
}

func (b *Behavior) fill() {
	if b.Access == "" {
		b.Access = Signed
	}
	if b.Methods == "" {
		b.Methods = MethodsGetHeadOptions
	}
	if b.Access == Presigned {
		b.Presign = b.Presign.withDefaults()
		b.Cache = presignedCache(b.Presign)
	}
	if b.Cache != nil {
		c := b.Cache.withDefaults()
		b.Cache = &c
	}
}

func (f *Front) fill() {
	if f.PriceClass == "" {
		f.PriceClass = awscloudfront.PriceClass_PRICE_CLASS_200
	}
	if f.HTTPVersion == "" {
		f.HTTPVersion = awscloudfront.HttpVersion_HTTP2_AND_3
	}
	if f.MinimumTLS == "" && f.Certificate != nil {
		f.MinimumTLS = awscloudfront.SecurityPolicyProtocol_TLS_V1_2_2021
	}
}

func (p Presign) withDefaults() Presign {
	if p.Lifetime == 0 {
		p.Lifetime = time.Hour
	}
	if p.Exposure == 0 {
		p.Exposure = p.Lifetime + p.Lifetime/2
	}
	return p
}
