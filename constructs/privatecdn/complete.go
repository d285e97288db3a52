package privatecdn

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
)

// complete returns props with every default filled in, and the mistakes in
// them. With a mistake the properties returned are those of a distribution that
// stands in for the one meant until synthesis stops.
func complete(props *DistributionProps) (DistributionProps, problems) {
	if props == nil {
		props = &DistributionProps{}
	}
	p := *props
	p.Behaviors = slices.Clone(p.Behaviors)
	found := check(&p)
	if len(found) > 0 {
		p = DistributionProps{Keys: p.Keys, TrustedKeys: p.TrustedKeys, Destroy: p.Destroy}
	}
	p.fill()
	return p, found
}

func (p *DistributionProps) fill() {
	if p.OriginAccess == "" {
		p.OriginAccess = OAI
	}
	if p.PriceClass == "" {
		p.PriceClass = awscloudfront.PriceClass_PRICE_CLASS_200
	}
	p.Cache = p.Cache.withDefaults()
	p.CORS = p.CORS.withDefaults()
	p.SecurityHeaders = p.SecurityHeaders.withDefaults()
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
	if b.Cache != nil {
		c := b.Cache.withDefaults()
		b.Cache = &c
	}
}
