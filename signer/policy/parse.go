package policy

import (
	"errors"
	"fmt"
	"time"

	"example.com/privatecdn/internal/awsname"
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
	r := &reader{text: text}
	var p Policy
	found := r.object(func(name []byte) {
		if string(name) == "Statement" {
			p = r.statements()
		} else {
			r.unknown(name)
		}
	})
	if r.space(); r.at < len(r.text) {
		r.fail(fmt.Errorf("text after the end, at byte %d", r.at))
	}
	if found == 0 {
		r.fail(errors.New("no Statement"))
	}
	if r.err != nil {
		return Policy{}, malformed(r.err)
	}
	return p, nil
}

func (r *reader) statements() Policy {
	if r.space(); r.peek() != '[' {
		return r.statement()
	}
	r.at++
	p := r.statement()
	if r.space(); r.peek() == ',' {
		r.fail(refuse(ErrStatements, ""))
	}
	r.expect(']')
	return p
}

func (r *reader) statement() Policy {
	var p Policy
	if r.space(); r.peek() == ']' {
		r.fail(refuse(ErrStatements, ""))
	}
	r.object(func(name []byte) {
		switch string(name) {
		case "Resource":
			if p.Resource = string(r.string()); p.Resource == "" {
				r.fail(errors.New("empty Resource"))
			}
		case "Condition":
			r.conditions(&p)
		default:
			r.unknown(name)
		}
	})
	if p.Until.IsZero() {
		r.fail(refuse(ErrNoEnd, ""))
	}
	return p
}

func (r *reader) conditions(p *Policy) {
	r.object(func(name []byte) {
		switch string(name) {
		case "DateLessThan":
			r.member("AWS:EpochTime", func() { p.Until = r.epoch("end") })
		case "DateGreaterThan":
			r.member("AWS:EpochTime", func() { p.From = r.epoch("start") })
		case "IpAddress":
			r.member("AWS:SourceIp", func() {
				ip, err := ParseIP(string(r.string()))
				if err != nil {
					r.fail(err)
				}
				p.IP = ip
			})
		default:
			r.unknown(name)
		}
	})
}

// member reads an object with one member of a given name.
func (r *reader) member(want string, read func()) {
	found := r.object(func(name []byte) {
		if string(name) == want {
			read()
		} else {
			r.unknown(name)
		}
	})
	if found == 0 {
		r.fail(fmt.Errorf("no %s", want))
	}
}

func (r *reader) epoch(which string) time.Time {
	n := r.number()
	if r.err == nil {
		if err := checkEpoch(which, n); err != nil {
			r.fail(err)
		}
	}
	return time.Unix(n, 0).UTC()
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
