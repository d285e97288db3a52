package policy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/signer/policy"
)

const resource = "https://d111111abcdef8.cloudfront.net/video/intro.mp4"

var (
	start = time.Unix(1767225600, 0)
	end   = time.Unix(1767312000, 0)
	ip    = netip.MustParsePrefix("192.0.2.0/24")
)

func TestString(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		policy policy.Policy
		want   string
		canned bool
	}{
		{
			policy.Policy{Resource: resource, Until: end},
			`{"Statement":[{"Resource":"` + resource + `","Condition":{"DateLessThan":{"AWS:EpochTime":1767312000}}}]}`, true,
		}, {
			policy.Policy{Resource: resource + "?a=b", Until: end.Add(999 * time.Millisecond)},
			`{"Statement":[{"Resource":"` + resource + `?a=b","Condition":{"DateLessThan":{"AWS:EpochTime":1767312000}}}]}`,
			true,
		}, {
			policy.Policy{Resource: resource, Until: end, IP: ip},
			`{"Statement":[{"Resource":"` + resource + `","Condition":{"IpAddress":{"AWS:SourceIp":"192.0.2.0/24"},` +
				`"DateLessThan":{"AWS:EpochTime":1767312000}}}]}`, false,
		}, {
			policy.Policy{Resource: resource, Until: end, From: start},
			`{"Statement":[{"Resource":"` + resource + `","Condition":{"DateGreaterThan":{"AWS:EpochTime":1767225600},` +
				`"DateLessThan":{"AWS:EpochTime":1767312000}}}]}`, false,
		}, {
			policy.Policy{Resource: "*", Until: end},
			`{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":1767312000}}}]}`, false,
		}, {
			policy.Policy{Resource: resource, Until: end, From: start, IP: ip},
			`{"Statement":[{"Resource":"` + resource + `","Condition":{"IpAddress":{"AWS:SourceIp":"192.0.2.0/24"},` +
				`"DateGreaterThan":{"AWS:EpochTime":1767225600},"DateLessThan":{"AWS:EpochTime":1767312000}}}]}`, false,
		},
	} {
		if got := c.policy.String(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
		if got := c.policy.Canned(); got != c.canned {
			t.Errorf("%s: Canned() = %v", c.want, got)
		}
		if err := c.policy.Validate(); err != nil {
			t.Errorf("%s: %v", c.want, err)
		}
		back, err := policy.Parse([]byte(c.want))
		if err != nil || back.String() != c.want {
			t.Errorf("Parse(%s) = %s, %v", c.want, back, err)
		}
	}
}

func TestMarshalJSON(t *testing.T) {
	t.Parallel()
	for _, p := range []policy.Policy{
		{Resource: resource + "?a=b", Until: end, From: start, IP: ip},
		{Resource: `https://h.example/a"\?`, Until: end}, // read, never signed
	} {
		text, err := p.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		back, err := policy.Parse(text)
		if err != nil || back.Resource != p.Resource || back.String() != p.String() {
			t.Errorf("%s came back as %+v, %v", text, back, err)
		}
	}
	if text, err := (policy.Policy{Resource: resource + "?a&b", Until: end}).MarshalJSON(); !strings.Contains(
		string(text), "?a&b",
	) {
		t.Errorf("%s, %v", text, err)
	}
	if text, err := json.Marshal(policy.Policy{Until: end}); err != nil || strings.Contains(string(text), "Resource") {
		t.Errorf("%s, %v", text, err)
	}
}

func TestValidateRefuses(t *testing.T) {
	t.Parallel()
	good := policy.Policy{Resource: resource, Until: end}
	for name, c := range map[string]struct {
		change func(p *policy.Policy)
		want   error
	}{
		"no resource":       {func(p *policy.Policy) { p.Resource = "" }, policy.ErrNoResource},
		"no end":            {func(p *policy.Policy) { p.Until = time.Time{} }, policy.ErrNoEnd},
		"end 1970":          {func(p *policy.Policy) { p.Until = time.Unix(0, 0) }, policy.ErrEpoch},
		"end before 1970":   {func(p *policy.Policy) { p.Until = time.Unix(-1, 0) }, policy.ErrEpoch},
		"end past 2038":     {func(p *policy.Policy) { p.Until = time.Unix(policy.MaxEpoch+1, 0) }, policy.ErrEpoch},
		"end in ms":         {func(p *policy.Policy) { p.Until = time.Unix(end.UnixMilli(), 0) }, policy.ErrEpoch},
		"start in ms":       {func(p *policy.Policy) { p.From = time.Unix(end.UnixMilli(), 0) }, policy.ErrEpoch},
		"start at end":      {func(p *policy.Policy) { p.From = end }, policy.ErrOrder},
		"start in its last": {func(p *policy.Policy) { p.From, p.Until = end, end.Add(time.Millisecond) }, policy.ErrOrder},
		"start after end":   {func(p *policy.Policy) { p.From = end.Add(time.Hour) }, policy.ErrOrder},
		"IPv6":              {func(p *policy.Policy) { p.IP = netip.MustParsePrefix("2001:db8::/32") }, policy.ErrIP},
		"IPv4 in IPv6":      {func(p *policy.Policy) { p.IP = netip.MustParsePrefix("::ffff:192.0.2.1/128") }, policy.ErrIP},
		"IP bits": {func(p *policy.Policy) {
			p.IP = netip.PrefixFrom(netip.MustParseAddr("192.0.2.1"), 40)
		}, policy.ErrIP},
		"space":          {func(p *policy.Policy) { p.Resource = "https://h.example/a b" }, policy.ErrNotEncoded},
		"Unicode":        {func(p *policy.Policy) { p.Resource = "https://h.example/é" }, policy.ErrNotEncoded},
		"IDN host":       {func(p *policy.Policy) { p.Resource = "https://bücher.example/*" }, policy.ErrNotEncoded},
		"quote":          {func(p *policy.Policy) { p.Resource = `https://h.example/"` }, policy.ErrCharacter},
		"newline":        {func(p *policy.Policy) { p.Resource = "https://h.example/\n" }, policy.ErrCharacter},
		"not UTF-8":      {func(p *policy.Policy) { p.Resource = "https://h.example/\xff" }, policy.ErrCharacter},
		"backslash":      {func(p *policy.Policy) { p.Resource = `https://h.example\a\*` }, policy.ErrBackslash},
		"fragment":       {func(p *policy.Policy) { p.Resource = "https://h.example/a#b" }, policy.ErrFragment},
		"userinfo":       {func(p *policy.Policy) { p.Resource = "https://a:b@h.example/" }, policy.ErrUserinfo},
		"no scheme":      {func(p *policy.Policy) { p.Resource = "h.example/a" }, policy.ErrURL},
		"another scheme": {func(p *policy.Policy) { p.Resource = "rtmp://h.example/a" }, policy.ErrURL},
		"reserved":       {func(p *policy.Policy) { p.Resource = resource + "?Policy=x" }, policy.ErrReserved},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := good
			c.change(&p)
			if err := p.Validate(); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// What is said of a time fits what was given: a number or a date.
func TestEpochSays(t *testing.T) {
	t.Parallel()
	good := policy.Policy{Resource: resource, From: end.Add(-time.Hour), Until: end}
	for _, c := range []struct {
		end        int64
		what, todo string
	}{
		{0, "the end, 0 seconds since 1970, is not after 1970", "give a later time"},
		{1 << 31, "the end, 2038-01-19T03:14:08Z, is after the last that CloudFront documents", "up to 2038-01-19T03:14:07Z"},
		{99999999999, "the end, 5138-11-16T09:46:39Z, is after", "up to 2038"},
		{1e11, "the end, 5138-11-16T09:46:40Z, is after", "up to 2038"},
		{1e11 + 1, "the end, 100000000001, looks like milliseconds", "seconds since 1970"},
	} {
		p := good
		p.Until = time.Unix(c.end, 0)
		var e *policy.Error
		err := p.Validate()
		if !errors.As(err, &e) || !strings.Contains(e.What, c.what) || !strings.Contains(e.Hint(), c.todo) {
			t.Errorf("%v, %s; want %s; %s", err, e.Hint(), c.what, c.todo)
		}
	}
	good.From = time.Unix(-1, 0)
	err := good.Validate()
	if !errors.Is(err, policy.ErrEpoch) || !strings.Contains(err.Error(), "the start, -1 seconds") {
		t.Error(err)
	}
	good.From, good.Until = time.Unix(1, 0), time.Unix(policy.MaxEpoch, 0)
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		resource, url string
		want          bool
	}{
		{"", "https://h.example/a", true},
		{"*", "https://h.example/a?b", true},
		{"https://h.example/a", "https://h.example/a", true},
		{"https://h.example/a", "https://h.example/a?b", false},
		{"https://h.example/a", "http://h.example/a", false},
		{"https://h.example/a", "https://H.example/a", false},
		{"https://h.example/a%20b", "https://h.example/a b", false},
		{"http*://h.example/a", "https://h.example/a", true},
		{"http*://h.example/a", "http://h.example/a", true},
		{"*://h.example/a", "http://h.example/a", true},
		{"*h.example/a", "http://h.example/a", true},
		{"*/a", "http://h.example/a", true},
		{"h.example/a", "http://h.example/a", false},
		{"https://*.example/a", "https://h.example/a", true},
		{"https://*.example/a", "https://evil.test/x.example/a", false},
		{"https://h.example*", "https://h.example/a/b?c", true},
		{"https://h.*", "https://h.example/a/b?c", true},
		{"https://*a", "https://h.example/a", false},
		{"https://h.example/a/*", "https://h.example/a/", true},
		{"https://h.example/a/*", "https://h.example/a/b/c", true},
		{"https://h.example/a/*", "https://h.example/a/b?c=d", true},
		{"https://h.example/a/*", "https://h.example/b/a/", false},
		{"https://h.example/*.jpg", "https://h.example/x/y.jpg", true},
		{"https://h.example/*.jpg", "https://h.example/x/y.jpg?c", false},
		{"https://h.example/*.jpg", "https://h.example/x?y.jpg", false},
		{"https://h.example/*.jpg?*", "https://h.example/y.jpg?a=b", true},
		{`https://h.example/*.jpg\?*`, "https://h.example/y.jpg?a=b", true},
		{`https://h.example/*.jpg\?*`, "https://h.example/yx.jpg", false},
		{`https://h.example/a\?b=?`, "https://h.example/a?b=1", true},
		{`https://h.example/a\?b`, "https://h.example/axb", false},
		{`https://h.example/a?l=*&x=\?`, "https://h.example/aXl=1&x=?", false},
		{`https://h.example/a?l=*&x=\?`, "https://h.example/a?l=1&x=?", true},
		{`https://h.example/?a\?l=*`, "https://h.example/xa?l=1", true},
		{`https://h.example/?a\?l=*`, "https://h.example/?a?l=1", false},
		{`https://h.example/a?l=*`, "https://h.example/a", false},
		{`https://h.example/a?l=*`, "https://h.example/aXl=1?l=1", false},
		{"https://h.example/a?b", "https://h.example/a?b", true},
		{"https://h.example/a?b", "https://h.example/axb", true}, // the contested reading
		{"https://h.example/a?b", "https://h.example/axxb", false},
		{"https://h.example/a?", "https://h.example/ab", true},
		{"https://h.example/a?", "https://h.example/a", false},
		{"https://h.example/", "h.example/", false},
	} {
		if got := (policy.Policy{Resource: c.resource}).Matches(c.url); got != c.want {
			t.Errorf("%s on %s: %v", c.resource, c.url, got)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	const condition = `"Condition":{"DateLessThan":{"AWS:EpochTime":1767312000}}`
	for name, c := range map[string]struct {
		text     string
		resource string
	}{
		"list":        {`{"Statement":[{"Resource":"x",` + condition + `}]}`, "x"},
		"alone":       {`{"Statement":{"Resource":"x",` + condition + `}}`, "x"},
		"white space": {"\n{ \"Statement\" :\t[ {\r" + condition + ` , "Resource" : "x" } ] } `, "x"},
		"no resource": {`{"Statement":[{` + condition + `}]}`, ""},
		`\?`:          {`{"Statement":[{"Resource":"http://h/a\?b",` + condition + `}]}`, `http://h/a\?b`},
		`\\?`:         {`{"Statement":[{"Resource":"http://h/a\\?b",` + condition + `}]}`, `http://h/a\?b`},
		`\/`:          {`{"Statement":[{"Resource":"http:\/\/h\/a",` + condition + `}]}`, `http://h/a`},
		`\u`:          {`{"Statement":[{"Resource":"\u0061",` + condition + `}]}`, `a`},
		"longest":     {fmt.Sprintf("%8192s", `{"Statement":[{"Resource":"x",`+condition+`}]}`), "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := policy.Parse([]byte(c.text))
			if err != nil || p.Resource != c.resource || !p.Until.Equal(end) {
				t.Errorf("got %+v, %v", p, err)
			}
		})
	}
}

// The text that most signers write is read with little more than its copy.
func TestParseAllocates(t *testing.T) {
	for _, p := range []policy.Policy{
		{Resource: resource, Until: end}, {Resource: "https://h.example/a b", Until: end, From: start, IP: ip},
	} {
		text := []byte(p.String())
		if n := testing.AllocsPerRun(10, func() { _, _ = policy.Parse(text) }); n > 2 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

// A member that is not known, or has a value of another type, is named.
func TestParseNames(t *testing.T) {
	t.Parallel()
	const condition, until = `{"Statement":[{"Condition":`, `{"DateLessThan":{"AWS:EpochTime":`
	for text, want := range map[string]string{
		`{"Statement":5}`:           `another type: "Statement"`,
		`{"Other":{}}`:              `another type: "Other"`,
		condition + `[]`:            `another type: "Statement.Condition"`,
		condition + until + `"1"}}`: `"Statement.Condition.DateLessThan.AWS:EpochTime"`,
		condition + until + `1.5}}`: "the end is not a whole number",
		condition + `{"DateGreaterThan":{"AWS:EpochTime":-1}}`:               "the start is not a whole number",
		condition + `{"IpAddress":{"AWS:SourceIp":5}}`:                       `"Statement.Condition.IpAddress.AWS:SourceIp"`,
		condition + `{"IpAddress":{"AWS:SourceIp":""}}`:                      "not an IPv4 address",
		condition + `{"DateLessThan":{"AWS:EpochTime":1}}}]}x`:               "text follows its end",
		condition + `{"DateLessThan":{"AWS:EpochTime":1,"AWS:EpochTime":1}}`: "stands twice",
	} {
		if _, err := policy.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const statement = `{"Resource":"x","Condition":{"DateLessThan":{"AWS:EpochTime":1767312000}}}`
	with := func(condition string) string {
		return `{"Statement":[{"Resource":"x","Condition":{` + condition + `}}]}`
	}
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"empty":          {"", policy.ErrMalformed},
		"null":           {"null", policy.ErrMalformed},
		"no statement":   {"{}", policy.ErrMalformed},
		"empty list":     {`{"Statement":[]}`, policy.ErrStatements},
		"two":            {`{"Statement":[` + statement + `,` + statement + `]}`, policy.ErrStatements},
		"twice":          {`{"Statement":[` + statement + `],"Statement":[` + statement + `]}`, policy.ErrMalformed},
		"another case":   {`{"statement":[` + statement + `]}`, policy.ErrMalformed},
		"unknown member": {`{"Version":"2012-10-17","Statement":[` + statement + `]}`, policy.ErrMalformed},
		"more text":      {`{"Statement":[` + statement + `]}x`, policy.ErrMalformed},
		"open":           {`{"Statement":[` + statement, policy.ErrMalformed},
		"empty resource": {strings.Replace(`{"Statement":[`+statement+`]}`, `"x"`, `""`, 1), policy.ErrMalformed},
		"no condition":   {`{"Statement":[{"Resource":"x"}]}`, policy.ErrNoEnd},
		"no end":         {with(``), policy.ErrNoEnd},
		"end in ms":      {with(`"DateLessThan":{"AWS:EpochTime":1767312000000}`), policy.ErrEpoch},
		"end huge":       {with(`"DateLessThan":{"AWS:EpochTime":17673120000000000000000}`), policy.ErrEpoch},
		"end zero":       {with(`"DateLessThan":{"AWS:EpochTime":0}`), policy.ErrEpoch},
		"end negative":   {with(`"DateLessThan":{"AWS:EpochTime":-1}`), policy.ErrMalformed},
		"end text":       {with(`"DateLessThan":{"AWS:EpochTime":"1767312000"}`), policy.ErrMalformed},
		"end fraction":   {with(`"DateLessThan":{"AWS:EpochTime":1767312000.5}`), policy.ErrMalformed},
		"end zeros":      {with(`"DateLessThan":{"AWS:EpochTime":01767312000}`), policy.ErrMalformed},
		"end bare":       {with(`"DateLessThan":1767312000`), policy.ErrMalformed},
		"IPv6": {
			with(`"IpAddress":{"AWS:SourceIp":"2001:db8::1"},"DateLessThan":{"AWS:EpochTime":1767312000}`), policy.ErrIP,
		},
		"no IP": {with(`"IpAddress":{},"DateLessThan":{"AWS:EpochTime":1767312000}`), policy.ErrMalformed},
		"too long": {policy.Policy{Resource: resource + strings.Repeat("a", 8192), Until: end}.String(),
			policy.ErrTooLong},
		"not UTF-8":         {policy.Policy{Resource: "\xff", Until: end}.String(), policy.ErrMalformed},
		"control character": {policy.Policy{Resource: "\x1f", Until: end}.String(), policy.ErrMalformed},
		"list":              {`{"Statement":[[` + statement + `]]}`, policy.ErrStatements},
		"open list":         {`{"Statement":[` + statement + `}`, policy.ErrMalformed},
		"in a list":         {`[{"Statement":[` + statement + `]}]`, policy.ErrMalformed},
		"condition":         {`{"Statement":[{"Resource":"x","Condition":[]}]}`, policy.ErrMalformed},
		"number":            {`{"Statement":5}`, policy.ErrMalformed},
		"no members":        {with(`"DateGreaterThan":{},"DateLessThan":{"AWS:EpochTime":1767312000}`), policy.ErrMalformed},
		"control":           {with("\"Date\nLessThan\":{}"), policy.ErrMalformed},
		"bad escape":        {with(`"\x":{}`), policy.ErrMalformed},
		"cut escape":        {`{"\`, policy.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := policy.Parse([]byte(c.text))
			if !errors.Is(err, c.want) || !errors.Is(err, policy.ErrMalformed) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
