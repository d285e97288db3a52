package privatecdn_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/constructs-go/constructs/v10"

	"example.com/privatecdn/constructs/privatecdn"
)

const week = 7 * 24 * time.Hour

func cors(origins ...string) func(*props) {
	return func(p *props) { p.CORS = &privatecdn.CORS{Origins: origins} }
}

func tags(n int, name, value string) func(*props) {
	return func(p *props) {
		p.Tags = map[string]string{name: value}
		for i := range n - 1 {
			p.Tags[fmt.Sprint(i)] = ""
		}
	}
}

func caching(c privatecdn.Cache) func(*props) { return func(p *props) { p.Cache = &c } }

func origin(o privatecdn.BucketOrigin) func(*props) { return func(p *props) { p.BucketOrigin = &o } }

func uploads(list ...privatecdn.Content) func(*props) {
	return func(p *props) {
		for _, c := range list {
			c.Directory = "testdata/content"
			p.Content = append(p.Content, c)
		}
	}
}

func one(b privatecdn.Behavior) func(*props) {
	return func(p *props) { p.Behaviors = []privatecdn.Behavior{b} }
}

func preload(hsts time.Duration) func(*props) {
	return func(p *props) {
		p.SecurityHeaders = &privatecdn.SecurityHeaders{Preload: true, IncludeSubdomains: true, HSTS: hsts}
	}
}

func presigning(lifetime, exposure time.Duration) func(*props) {
	return presigned(privatecdn.Behavior{Presign: &privatecdn.Presign{Lifetime: lifetime, Exposure: exposure}})
}

// atBounds are the least and the most that are accepted.
var atBounds = map[string]func(*props){
	"tags":               tags(50, strings.Repeat("n", 128), strings.Repeat("é", 256)),
	"pattern":            one(privatecdn.Behavior{PathPattern: strings.Repeat("a", 255)}),
	"least of an origin": origin(privatecdn.BucketOrigin{ConnectionAttempts: 1, ConnectionTimeout: time.Second}),
	"most of an origin":  origin(privatecdn.BucketOrigin{ConnectionAttempts: 3, ConnectionTimeout: 10 * time.Second}),
	"completion, least":  origin(privatecdn.BucketOrigin{ResponseCompletionTimeout: 30 * time.Second}),
	"completion, most":   origin(privatecdn.BucketOrigin{ResponseCompletionTimeout: time.Hour}),
	"memory": uploads(privatecdn.Content{Prefix: "a", MemoryMiB: 128},
		privatecdn.Content{Prefix: "b", MemoryMiB: 10240}),
	"preload of a year":     preload(365 * 24 * time.Hour),
	"times that are equal":  caching(privatecdn.Cache{MinTTL: time.Hour, DefaultTTL: time.Hour, MaxTTL: time.Hour}),
	"a presigned week":      presigning(week, week+time.Second),
	"a second in the cache": presigning(time.Hour, time.Hour+time.Second),
	"every error": func(p *props) {
		v := &privatecdn.Viewer{}
		for _, status := range []int{400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504} {
			v.ErrorResponses = append(v.ErrorResponses, privatecdn.ErrorResponse{Status: status, TTL: time.Second})
		}
		p.Viewer = v
	},
	"least alarms": func(p *props) {
		p.Monitoring = &privatecdn.Monitoring{ClientErrors: 0.5, ServerErrors: 0.5, OriginErrors: 0.5}
	},
	"most alarms": func(p *props) {
		p.Monitoring = &privatecdn.Monitoring{ClientErrors: 100, ServerErrors: 100, OriginErrors: 100}
	},
	"origins of pages": cors("https://*.example.com", "http://a.example", "http://a.example:443",
		"https://a.example:80"),
}

// overBounds are what lies just outside of them, with a part of the mistake.
var overBounds = map[string]struct {
	change func(*props)
	want   string
}{
	"tag without a name":   {tags(1, "", ""), `Tags: "" is not a valid tag name`},
	"tag with a long name": {tags(1, strings.Repeat("n", 129), ""), "is not a valid tag name"},
	"tag with a comma":     {tags(1, "a,b", ""), `Tags: "a,b" is not a valid tag name`},
	"no attempt": {origin(privatecdn.BucketOrigin{ConnectionAttempts: -1}),
		"BucketOrigin.ConnectionAttempts"},
	"connection, most": {origin(privatecdn.BucketOrigin{ConnectionTimeout: 11 * time.Second}),
		"11s is out of"},
	"connection, a fraction": {origin(privatecdn.BucketOrigin{ConnectionTimeout: 1500 * time.Millisecond}),
		"1.5s is not"},
	"completion, most": {origin(privatecdn.BucketOrigin{ResponseCompletionTimeout: 3601 * time.Second}),
		"1h0m1s is out of"},
	"completion, a fraction": {origin(privatecdn.BucketOrigin{ResponseCompletionTimeout: 30500 * time.Millisecond}),
		"30.5s is not"},
	"little memory": {uploads(privatecdn.Content{MemoryMiB: 127}), "127 is out of bounds"},
	"much memory":   {uploads(privatecdn.Content{MemoryMiB: 10241}), "10241 is out of bounds"},
	"upload around another": {uploads(privatecdn.Content{Prefix: "a"}, privatecdn.Content{}),
		`Content[1].Prefix: "a" and "" overlap`},
	"preload of a day less": {preload(364 * 24 * time.Hour), "SecurityHeaders.Preload"},
	"least time over default": {caching(privatecdn.Cache{MinTTL: 2, DefaultTTL: time.Second}),
		"Cache.MinTTL: 2ns is not a valid time"},
	"default, a fraction": {caching(privatecdn.Cache{DefaultTTL: 1500 * time.Millisecond}),
		"Cache.DefaultTTL: 1.5s is not"},
	"default over most": {caching(privatecdn.Cache{DefaultTTL: time.Hour + time.Second, MaxTTL: time.Hour}),
		"Cache: MinTTL is 0s"},
	"eleven cookies": {caching(privatecdn.Cache{Cookies: strings.Split("abcdefghijk", "")}),
		"Cache.Cookies: there are 11"},
	"all cookies and one": {caching(privatecdn.Cache{Cookies: []string{"*", "a"}}),
		`Cache.Cookies: it has "*" and names`},
	"off with a key": {caching(privatecdn.Cache{Disabled: true, Cookies: []string{"a"}}),
		"Cache: Disabled is set together"},
	"off with a least time": {caching(privatecdn.Cache{Disabled: true, MinTTL: time.Second}),
		"Cache: Disabled is set together"},
	"a presigned week more": {presigning(week+time.Second, 2*week), "Presign.Lifetime: it is 168h0m1s"},
	"lifetime, a fraction":  {presigning(90500*time.Millisecond, time.Hour), "Presign.Lifetime: 1m30.5s is not"},
	"exposure, a fraction":  {presigning(time.Hour, 7201500*time.Millisecond), "Presign.Exposure: 2h0m1.5s is not"},
	"presigned and live":    {presigned(privatecdn.Behavior{Live: true}), "Behaviors[0].Live: Presign sets it"},
	"presigned downloads": {presigned(privatecdn.Behavior{Downloads: true}),
		"Behaviors[0].Downloads: Presign sets it"},
	"live downloads": {one(privatecdn.Behavior{PathPattern: "a", Live: true, Downloads: true}),
		"Downloads: it is for objects"},
	"downloads, not cached": {one(privatecdn.Behavior{PathPattern: "a", Downloads: true,
		Cache: &privatecdn.Cache{Disabled: true}}), "Downloads: it is for objects"},
	"origin with a user":          {cors("https://u@a.example"), "not a valid origin"},
	"origin with a query":         {cors("https://a.example?q"), "not a valid origin"},
	"origin with an empty query":  {cors("https://a.example?"), "not a valid origin"},
	"origin with a fragment":      {cors("https://a.example#f"), "not a valid origin"},
	"origin with an empty one":    {cors("https://a.example#"), "not a valid origin"},
	"origin of another scheme":    {cors("ftp://a.example"), "not a valid origin"},
	"origin with HTTP's own port": {cors("http://a.example:80"), "not a valid origin"},
	"origin without a host":       {cors("https://"), "not a valid origin"},
	"any origin and one":          {cors("*", "https://a.example"), `CORS.Origins: it has "*" and names`},
	"removed headers, eleven": {func(p *props) { p.RemoveHeaders = strings.Split("abcdefghijk", "") },
		"there are 11 names"},
	"custom header with a space": {func(p *props) { p.CustomHeaders = map[string]string{"a b": ""} },
		`CustomHeaders: "a b" is not`},
	"custom content policy": {func(p *props) { p.CustomHeaders = map[string]string{"content-security-policy": ""} },
		"use SecurityHeaders"},
	"credentials for nobody by name": {func(p *props) { p.CORS = &privatecdn.CORS{Credentials: true} },
		"CORS.Origins: Credentials is set"},
	"a header and a policy of headers": {func(p *props) {
		p.RemoveHeaders = []string{"Server"}
		p.ResponseHeadersPolicy = awscloudfront.ResponseHeadersPolicy_SECURITY_HEADERS()
	}, "ResponseHeadersPolicy: it is set together with"},
	"logs for a day less than none": {func(p *props) { p.Logging = &privatecdn.Logging{Retention: -24 * time.Hour} },
		"Logging.Retention: -24h0m0s is not"},
	"client errors over all": {func(p *props) { p.Monitoring = &privatecdn.Monitoring{ClientErrors: 101} },
		"Monitoring.ClientErrors: 101 is out of bounds"},
	"server errors over all": {func(p *props) { p.Monitoring = &privatecdn.Monitoring{ServerErrors: 101} },
		"Monitoring.ServerErrors: 101 is out of bounds"},
	"origin errors over all": {func(p *props) { p.Monitoring = &privatecdn.Monitoring{OriginErrors: 101} },
		"Monitoring.OriginErrors: 101 is out of bounds"},
	"error for half a second": {errorPages(privatecdn.ErrorResponse{Status: 404, TTL: time.Second / 2}),
		"Viewer.ErrorResponses TTL: 500ms is not"},
	"error with a status and page": {errorPages(privatecdn.ErrorResponse{Status: 404, ResponseStatus: 200}),
		"has one of Page and ResponseStatus"},
}

func errorPages(list ...privatecdn.ErrorResponse) func(*props) {
	return func(p *props) { p.Viewer = &privatecdn.Viewer{ErrorResponses: list} }
}

// TestBounds holds that each bound is the last value accepted, and that the next
// one is refused.
func TestBounds(t *testing.T) {
	app, ring := newApp(t), oneKey(t)
	stack := newStack(app, "Stack", "")
	for name, change := range atBounds {
		p := &props{Keys: ring}
		change(p)
		privatecdn.NewDistribution(stack, &name, p)
	}
	if err := privatecdn.Synth(app); err != nil {
		t.Error(err)
	}
	var names []string
	var changes []refusal
	for name, c := range overBounds {
		names = append(names, name)
		changes = append(changes, refusal{change: func(_ constructs.Construct, p *props) { c.change(p) }})
	}
	for i, found := range refusals(t, changes) {
		t.Run(names[i], func(t *testing.T) { expectOne(t, found, "", []string{overBounds[names[i]].want}) })
	}
}
