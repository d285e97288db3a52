package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
)

// Parse reads a policy's JSON text as CloudFront does: exactly one statement,
// in a list or alone; a resource or none, in which \? is accepted though it is
// not valid JSON; an end, and a start and an IPv4 range if there are any. The
// order of members and white space are free. A text that no URL could carry,
// over 8,192 bytes, is ErrTooLong.
//
// Every mistake is an error that errors.Is finds as ErrMalformed, more
// statements than one as ErrStatements too, and a time out of range, such as
// one in milliseconds, as ErrEpoch too.
func Parse(text []byte) (Policy, error) {
	if len(text) > awsname.MaxURL {
		return Policy{}, malformed(tooLong("the policy", len(text)))
	}
	if p, ok := parseCompact(string(text)); ok {
		return p, nil
	}
	r := &reader{seen: map[string]bool{}}
	if err := r.read(text); err != nil {
		return Policy{}, malformed(err)
	}
	return r.policy, nil
}

// parseCompact reads the text that Append writes, as most signers write it, in a
// tenth of the time.
func parseCompact(text string) (p Policy, ok bool) {
	rest, _ := strings.CutPrefix(text, `{"Statement":[{"Resource":"`)
	p.Resource, rest, _ = strings.Cut(rest, `"`)
	between := func(before, after string) string {
		_, value, _ := strings.Cut(rest, before)
		value, _, _ = strings.Cut(value, after)
		return value
	}
	p.IP, _ = netip.ParsePrefix(between(`"AWS:SourceIp":"`, `"`))
	if start := between(`"DateGreaterThan":{"AWS:EpochTime":`, "}"); start != "" {
		p.From, _ = parseEpoch("start", start)
	}
	p.Until, _ = parseEpoch("end", between(`"DateLessThan":{"AWS:EpochTime":`, "}"))
	var buffer [512]byte
	return p, string(p.Append(buffer[:0])) == text && p.ValidateConditions() == nil && p.Resource != "" &&
		strings.IndexFunc(p.Resource, func(r rune) bool { return r < ' ' || r == '\\' || r == utf8.RuneError }) < 0
}

// reader reads the JSON of a policy. It is stricter than json.Unmarshal where
// that would let two readers disagree: names differing in case, members given
// twice, invalid UTF-8.
type reader struct {
	*json.Decoder
	policy Policy
	seen   map[string]bool // the members, such as Statement.Resource
}

// escapes makes JSON of \?, and leaves an escaped backslash before a ? alone.
var escapes = strings.NewReplacer(`\\`, `\\`, `\?`, `\\?`)

func (r *reader) read(text []byte) error {
	if !utf8.Valid(text) {
		return errors.New("it is not UTF-8")
	}
	r.Decoder = json.NewDecoder(strings.NewReader(escapes.Replace(string(text))))
	r.UseNumber()
	if err := r.value(""); err != nil {
		return err
	}
	switch _, err := r.Token(); {
	case err != io.EOF:
		return errors.New("text follows its end")
	case !r.seen["Statement"]:
		return errors.New("it has no Statement")
	case r.policy.Until.IsZero():
		return refuse(ErrNoEnd, "")
	}
	return nil
}

// value reads the value of a member; the document has no name.
func (r *reader) value(member string) error {
	token, err := r.Token()
	if err != nil {
		return notJSON(err)
	}
	text, isText := token.(string)
	number, _ := token.(json.Number)
	const condition = "Statement.Condition."
	switch {
	case member == "Statement.Resource" && text != "":
		r.policy.Resource = text
	case member == condition+"IpAddress.AWS:SourceIp" && isText:
		r.policy.IP, err = ParseIP(text)
	case member == condition+"DateLessThan.AWS:EpochTime" && number != "":
		r.policy.Until, err = parseEpoch("end", string(number))
	case member == condition+"DateGreaterThan.AWS:EpochTime" && number != "":
		r.policy.From, err = parseEpoch("start", string(number))
	case member == "Statement" && token == json.Delim('['):
		err = r.list(member)
	case token == json.Delim('{') && slices.Contains(objects, member):
		err = r.object(member)
	default:
		err = unexpected(member)
	}
	return err
}

// objects are the members that are objects.
var objects = []string{
	"", "Statement", "Statement.Condition",
	"Statement.Condition.IpAddress", "Statement.Condition.DateLessThan", "Statement.Condition.DateGreaterThan",
}

// list reads the rest of a list of one object.
func (r *reader) list(member string) error {
	if opening, _ := r.Token(); opening != json.Delim('{') {
		return refuse(ErrStatements, "")
	}
	err := r.object(member)
	if closing, _ := r.Token(); err == nil && closing != json.Delim(']') {
		err = refuse(ErrStatements, "")
	}
	return err
}

// object reads the rest of an object, member by member.
func (r *reader) object(member string) error {
	if !r.More() && strings.Contains(member, "Condition.") {
		return unexpected(member)
	}
	for r.More() {
		token, err := r.Token()
		if err != nil {
			return notJSON(err)
		}
		name := strings.TrimPrefix(fmt.Sprintf("%s.%s", member, token), ".")
		if r.seen[name] {
			return errors.New("member " + fault.Quote(name) + " stands twice")
		}
		r.seen[name] = true
		if err := r.value(name); err != nil {
			return err
		}
	}
	if _, err := r.Token(); err != nil {
		return notJSON(err)
	}
	return nil
}

func unexpected(member string) error {
	return errors.New("unknown member or value of another type: " + fault.Quote(member))
}

func notJSON(err error) error { return errors.New("it is not JSON: " + fault.Printable(err.Error())) }

// parseEpoch reads a whole number without sign, fraction or exponent. One that
// is too large becomes the largest.
func parseEpoch(which, number string) (time.Time, error) {
	if strings.Trim(number, "0123456789") != "" {
		return time.Time{}, errors.New("the " + which + " is not a whole number of seconds since 1970")
	}
	seconds, _ := strconv.ParseInt(number, 10, 64)
	return time.Unix(seconds, 0).UTC(), checkEpoch(which, seconds)
}

// malformed adds ErrMalformed to what a policy was refused for.
func malformed(err error) error {
	var inner *Error
	if !errors.As(err, &inner) {
		return refuse(ErrMalformed, err.Error())
	}
	return &Error{
		Kind:   errors.Join(ErrMalformed, inner.Kind),
		What:   ErrMalformed.Error() + ": " + inner.What,
		Remedy: inner.Remedy,
	}
}
