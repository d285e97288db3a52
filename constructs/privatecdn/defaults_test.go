package privatecdn_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// resource is one resource of a template.
type resource struct {
	Type           string
	DeletionPolicy string
	Properties     map[string]any
}

// at follows a path of names, and of numbers for items of a list.
func (r resource) at(path string) any {
	var v any = r.Properties
	for name := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

func (r resource) list(path string) string {
	items, _ := r.at(path).([]any)
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = fmt.Sprint(item)
	}
	return strings.Join(names, ", ")
}

// TestDefaults compares the table of default settings in docs/construct.md with
// the template of a stack that sets none.
func TestDefaults(t *testing.T) {
	template := map[string]resource{}
	for id, r := range readTemplate(t, "default") {
		template[strings.TrimRight(strings.TrimPrefix(id, "Media"), "0123456789ABCDEF")] = r
	}
	bucket, policy, logs := template["Bucket"], template["BucketPolicy"], template["Logs"]
	cdn, cache, headers := template["Distribution"], template["Cache"], template["ResponseHeaders"]
	behavior := func(path string) any { return cdn.at("DistributionConfig.DefaultCacheBehavior." + path) }
	keyed := func(path string) any {
		return cache.at("CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin." + path)
	}
	security := func(path string) any {
		return headers.at("ResponseHeadersPolicyConfig.SecurityHeadersConfig." + path)
	}
	cors := "ResponseHeadersPolicyConfig.CorsConfig."
	blocks := 0
	for _, name := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls",
		"RestrictPublicBuckets"} {
		if bucket.at("PublicAccessBlockConfiguration."+name) == true &&
			logs.at("PublicAccessBlockConfiguration."+name) == true {
			blocks++
		}
	}
	when := func(holds bool, text string) string {
		if holds {
			return text
		}
		return "(not so)"
	}
	none := func(paths ...string) string {
		for _, p := range paths {
			if v := cdn.at("DistributionConfig." + p); v != nil {
				return fmt.Sprint(p, " ", v)
			}
		}
		return "none"
	}
	want := map[string]string{
		"bucket, public access": when(blocks == 4, "all four public access blocks"),
		"bucket, transport": when(policy.at("PolicyDocument.Statement.0.Effect") == "Deny" &&
			policy.at("PolicyDocument.Statement.0.Condition.Bool.aws:SecureTransport") == "false", "TLS only"),
		"bucket, encryption": fmt.Sprint(bucket.at("BucketEncryption.ServerSideEncryptionConfiguration.0."+
			"ServerSideEncryptionByDefault.SSEAlgorithm"), ", S3's own keys"),
		"bucket, ownership": fmt.Sprint(bucket.at("OwnershipControls.Rules.0.ObjectOwnership"),
			": no ACLs"),
		"buckets, when the stack goes": when(bucket.DeletionPolicy == logs.DeletionPolicy, bucket.DeletionPolicy),
		"origin access": when(cdn.at("DistributionConfig.Origins.0.S3OriginConfig.OriginAccessIdentity") != nil,
			fmt.Sprintf("an origin access identity, %v alone", policy.at("PolicyDocument.Statement.1.Action"))),
		"default behavior": when(behavior("TrustedKeyGroups.0") != nil, "signed by a key of the trusted key group"),
		"viewer protocol":  fmt.Sprint(behavior("ViewerProtocolPolicy")),
		"methods": cdn.list("DistributionConfig.DefaultCacheBehavior.AllowedMethods") + "; cached: " +
			cdn.list("DistributionConfig.DefaultCacheBehavior.CachedMethods"),
		"compression": when(behavior("Compress") == true && keyed("EnableAcceptEncodingGzip") == true &&
			keyed("EnableAcceptEncodingBrotli") == true, "gzip, Brotli"),
		"cache, least / default / longest time": fmt.Sprintf("%v / %v / %v s",
			cache.at("CachePolicyConfig.MinTTL"), cache.at("CachePolicyConfig.DefaultTTL"),
			cache.at("CachePolicyConfig.MaxTTL")),
		"cache key": when(keyed("HeadersConfig.HeaderBehavior") == "none" &&
			keyed("CookiesConfig.CookieBehavior") == "none" &&
			keyed("QueryStringsConfig.QueryStringBehavior") == "none",
			"the path; no headers, cookies or query strings"),
		"to the origin": when(behavior("OriginRequestPolicyId") == "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
			"the managed policy CORS-S3Origin"),
		"CORS": fmt.Sprintf("origins %s, headers %s, methods %s, %s, %v s",
			headers.list(cors+"AccessControlAllowOrigins.Items"),
			headers.list(cors+"AccessControlAllowHeaders.Items"), headers.list(cors+"AccessControlAllowMethods.Items"),
			when(headers.at(cors+"AccessControlAllowCredentials") == false, "no credentials"),
			headers.at(cors+"AccessControlMaxAgeSec")),
		"Strict-Transport-Security": fmt.Sprintf("max-age=%.0f",
			security("StrictTransportSecurity.AccessControlMaxAgeSec")),
		"X-Content-Type-Options": when(security("ContentTypeOptions") != nil, "nosniff"),
		"X-Frame-Options":        fmt.Sprint(security("FrameOptions.FrameOption")),
		"Referrer-Policy":        fmt.Sprint(security("ReferrerPolicy.ReferrerPolicy")),
		"X-XSS-Protection": when(security("XSSProtection.Protection") == true &&
			security("XSSProtection.ModeBlock") == true, "1; mode=block"),
		"price class": fmt.Sprint(cdn.at("DistributionConfig.PriceClass")),
		"HTTP":        fmt.Sprint(cdn.at("DistributionConfig.HttpVersion")),
		"IPv6":        when(cdn.at("DistributionConfig.IPV6Enabled") == true, "on"),
		"certificate": when(none("ViewerCertificate") == "none",
			"CloudFront's own; with one of yours "+minimumTLS(t)+" and newer"),
		"countries, WAF, root object, error pages": none("Restrictions", "WebACLId", "DefaultRootObject",
			"CustomErrorResponses"),
		"logs": when(cdn.at("DistributionConfig.Logging.Bucket") != nil &&
			bucket.at("LoggingConfiguration.DestinationBucketName") != nil,
			fmt.Sprintf("standard logs and S3 access logs, %v days",
				logs.at("LifecycleConfiguration.Rules.0.ExpirationInDays"))),
		"alarms, dashboard": when(template["Dashboard"].Type == "" && template["ServerErrors"].Type == "", "none"),
		"deployment document": when(template["Deployment"].at("Name") == "/privatecdn/Stack/Media",
			"SSM parameter /privatecdn/STACK/CONSTRUCT"),
	}
	got := defaultsTable(t)
	for setting, value := range want {
		if got[setting] != value {
			t.Errorf("construct.md: %s: %q, the template says %q", setting, got[setting], value)
		}
		delete(got, setting)
	}
	for setting := range got {
		t.Errorf("construct.md: nothing compares %q with the template", setting)
	}
}

func readTemplate(t *testing.T, scenario string) map[string]resource {
	t.Helper()
	data, err := os.ReadFile(goldenFile(scenario))
	if err != nil {
		t.Fatal(err)
	}
	var template struct{ Resources map[string]resource }
	if err := json.Unmarshal(data, &template); err != nil {
		t.Fatal(err)
	}
	return template.Resources
}

// minimumTLS is the default with a certificate.
func minimumTLS(t *testing.T) string {
	t.Helper()
	for _, r := range readTemplate(t, "front") {
		if v := r.at("DistributionConfig.ViewerCertificate.MinimumProtocolVersion"); v != nil {
			return fmt.Sprint(v)
		}
	}
	return "(not so)"
}

// defaultsTable returns the page's table: the default of each setting.
func defaultsTable(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile("../../docs/construct.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "<!-- defaults -->")
	table, _, found := strings.Cut(rest, "<!-- /defaults -->")
	if !found {
		t.Fatal("docs/construct.md has no table between <!-- defaults --> and <!-- /defaults -->")
	}
	defaults := map[string]string{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) == 5 && !strings.HasPrefix(line, "|---") && !strings.HasPrefix(line, "| setting") {
			defaults[strings.TrimSpace(cells[1])] = strings.TrimSpace(cells[2])
		}
	}
	return defaults
}
