// Package policy is the policy behind a signed URL or signed cookies: what it
// says, how its bytes are written and read, and which URLs it covers. No other
// package knows those bytes.
//
// A canned policy names one URL and an end; CloudFront rebuilds it from the
// request, so it never travels. A custom policy may also have wildcards in its
// resource, a start and a range of IPv4 addresses, and travels with the request.
//
// docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-custom-policy.html
package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/internal/fault"
)

// MaxEpoch is the last second, counted from 1970, that CloudFront documents
// for a policy: 2038-01-19T03:14:07Z.
const MaxEpoch = 1<<31 - 1

// milliseconds is where an epoch can no longer be meant as seconds: the year 5138.
const milliseconds = 1e11

// Policy says what may be requested, when and from where.
type Policy struct {
	// Resource is the URL, encoded as the viewer sends it, or a pattern of
	// URLs: see [Policy.Matches]. A policy read by [Parse] has an empty
	// Resource when its text leaves it out, which grants every URL.
	Resource string

	// Until is when the grant ends, in whole seconds; what is left over is
	// dropped. It is required and at most MaxEpoch.
	Until time.Time

	// From is when the grant begins; zero for immediately.
	From time.Time

	// IP is the range of IPv4 addresses the viewer must come from; zero for
	// any address.
	IP netip.Prefix
}

// Canned reports whether the policy says no more than a canned one can: one
// URL without wildcards and an end. A ? is not a wildcard here: it is where
// the query begins.
func (p Policy) Canned() bool {
	return p.From.IsZero() && p.IP == netip.Prefix{} && !strings.Contains(p.Resource, "*")
}

// Append appends the policy's JSON text to b, without white space and with the
// conditions in the order of the AWS SDK for Go. Its text without From and IP
// is the canned policy. It does not check: see [Policy.Validate].
func (p Policy) Append(b []byte) []byte {
	b = append(slices.Grow(b, len(p.Resource)+224), `{"Statement":[{"Resource":"`...)
	b = append(b, p.Resource...)
	b = append(b, `","Condition":{`...)
	if p.IP != (netip.Prefix{}) {
		b = append(b, `"IpAddress":{"AWS:SourceIp":"`...)
		b = p.IP.AppendTo(b)
		b = append(b, `"},`...)
	}
	if !p.From.IsZero() {
		b = append(b, `"DateGreaterThan":{"AWS:EpochTime":`...)
		b = strconv.AppendInt(b, p.From.Unix(), 10)
		b = append(b, `},`...)
	}
	b = append(b, `"DateLessThan":{"AWS:EpochTime":`...)
	b = strconv.AppendInt(b, p.Until.Unix(), 10)
	return append(b, `}}}]}`...)
}

// String returns the policy's JSON text, as Append writes it.
func (p Policy) String() string { return string(p.Append(nil)) }

// MarshalJSON returns the policy as JSON for programs to print: the
// same members, a resource of any text escaped, none left out. What is signed
// is Append's text.
func (p Policy) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)   // a URL's & stays readable
	_ = encoder.Encode(p.Resource) // a string always has a JSON form
	p.Resource = strings.TrimSuffix(b.String()[1:], "\"\n")
	return bytes.ReplaceAll(p.Append(nil), []byte(`"Resource":"",`), nil), nil
}

// Validate reports the first thing that keeps the policy from being signed,
// as one of this package's errors. It knows no clock: an end in the past is
// the signer's to refuse.
func (p Policy) Validate() error {
	encoded, err := EncodeResource(p.Resource)
	switch {
	case p.Resource == "":
		return refuse(ErrNoResource, "")
	case err != nil:
		return err
	case encoded != p.Resource:
		return refuse(ErrNotEncoded, fault.Printable(p.Resource)+" would be "+fault.Printable(encoded))
	}
	return p.ValidateConditions()
}

// ValidateConditions is Validate without the resource, for one that comes
// from [EncodeURL] or [EncodeResource].
func (p Policy) ValidateConditions() error {
	if p.Until.IsZero() {
		return refuse(ErrNoEnd, "")
	}
	if err := checkEpoch("end", p.Until.Unix()); err != nil {
		return err
	}
	if !p.From.IsZero() {
		if err := checkEpoch("start", p.From.Unix()); err != nil {
			return err
		}
		if p.From.Unix() >= p.Until.Unix() {
			return refuse(ErrOrder, fmt.Sprintf("it starts %s and ends %s", stamp(p.From), stamp(p.Until)))
		}
	}
	if p.IP != (netip.Prefix{}) && !(p.IP.IsValid() && p.IP.Addr().Is4()) {
		return refuse(ErrIP, p.IP.String())
	}
	return nil
}

func checkEpoch(which string, epoch int64) error {
	what, remedy := "", ""
	switch {
	case epoch <= 0:
		what, remedy = fmt.Sprintf("the %s, %d seconds since 1970, is not after 1970", which, epoch), "give a later time"
	case epoch > milliseconds:
		what, remedy = fmt.Sprintf("the %s, %d, looks like milliseconds", which, epoch), "give seconds since 1970"
	case epoch > MaxEpoch:
		what = "the " + which + ", " + stamp(time.Unix(epoch, 0)) + ", is after the last that CloudFront documents"
		remedy = "give one up to " + stamp(time.Unix(MaxEpoch, 0))
	default:
		return nil
	}
	return &Error{Kind: ErrEpoch, What: what, Remedy: remedy}
}

// ParseIP reads an IPv4 address or an IPv4 range in CIDR form; an address
// alone is a range of one. Anything else is ErrIP.
func ParseIP(s string) (netip.Prefix, error) {
	text := s
	if !strings.Contains(s, "/") {
		text += "/32"
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil || !prefix.Addr().Is4() {
		return netip.Prefix{}, refuse(ErrIP, fault.Quote(s))
	}
	return prefix, nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
