package edge

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
	"time"

	"example.com/privatecdn/edge/internal/cffunction"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/infra"
)

// chooseOrigin sends the request to the origin that a function chose. What the
// function does not give stays as it is.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/helper-functions-origin-modification.html
func (q *request) chooseOrigin(change *cffunction.Origin) error {
	c := q.edge.config.Load()
	base := q.behavior.Origin
	if change.ID != "" {
		if base = q.dist.Origins[change.ID]; base == nil {
			return &fault.Error{Kind: cffunction.ErrInvalid,
				What: fmt.Sprintf("there is no origin %q to select", change.ID)}
		}
	}
	o := *base
	o.Failover = nil
	if change.DomainName != "" && change.DomainName != o.DomainName {
		c.readdress(&o, change.DomainName)
	}
	if change.OriginPath != nil {
		o.Path = strings.TrimSuffix(*change.OriginPath, "/")
	}
	if change.CustomHeaders != nil {
		o.Headers = maps.Clone(change.CustomHeaders)
	}
	o.Attempts = cmp.Or(change.ConnectionAttempts, o.Attempts)
	o.ReadTimeout = cmp.Or(time.Duration(change.Timeouts.ReadTimeout)*time.Second, o.ReadTimeout)
	o.ConnectTimeout = cmp.Or(time.Duration(change.Timeouts.ConnectionTimeout)*time.Second, o.ConnectTimeout)
	if custom := change.CustomOriginConfig; custom != nil && o.Bucket == nil {
		o.Custom = &infra.CustomOrigin{Protocol: custom.Protocol + "-only", HTTPPort: custom.Port, HTTPSPort: custom.Port}
	}
	if access := change.OriginAccessControlConfig; access != nil && o.Bucket != nil {
		o.OAI, o.OAC = nil, nil
		if access.Enabled {
			o.OAC = &infra.OAC{Type: "s3", Behavior: cmp.Or(access.SigningBehavior, "always")}
		}
	}
	q.chosen = q.edge.newContentOrigin(c, q.dist.Distribution, &o)
	if o.Bucket == nil {
		q.chosen.host = cmp.Or(change.HostHeader, change.DomainName)
	}
	return nil
}

// readdress makes an origin another one, by its domain name: a bucket of the
// template, or an HTTP origin.
func (c *config) readdress(o *infra.Origin, domain string) {
	o.ID, o.DomainName, o.Bucket, o.Website = domain, domain, nil, nil
	at, isS3 := awsname.ParseS3Host(domain)
	if b, known := c.buckets[at.Bucket]; isS3 && at.Service == awsname.S3 && known {
		o.Bucket, o.Custom = b.Bucket, nil
		return
	}
	o.OAI, o.OAC = nil, nil
	if o.Custom == nil {
		o.Custom = &infra.CustomOrigin{Protocol: "https-only"}
	}
}
