package probe

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer/policy"
)

// settler signs what the signer refuses to, since that is what is in question.
type settler struct {
	*probe
	key    crypto.Signer
	id     string
	object object // that needs a signature
}

// newSettler returns a settler, or what it lacks.
func (p *probe) newSettler() (*settler, error) {
	o, err := p.object(deployment.Signed)
	if err != nil {
		return nil, err
	}
	if !o.there {
		return nil, skipped("--object PATH names no object that needs a signature")
	}
	deployed, err := p.Deployment.SigningKey()
	if err != nil {
		return nil, skipped(p.noKey)
	}
	openers := maps.Clone(p.Openers)
	openers["file"] = keys.OpenFile(p.Deployment.Resolve("."))
	key, err := openers.Open(p.ctx, deployed.PrivateKey)
	if err != nil {
		return nil, skipped(p.noKey)
	}
	return &settler{probe: p, key: key, id: deployed.ID, object: o}, nil
}

// parts are the parts of a signature, name and value, in CloudFront's order.
type parts [][2]string

// sign signs a policy's text. Without a text it is the canned policy for the
// object, which ends an hour and some seconds from now.
func (s *settler) sign(text string, seconds int64) (parts, error) {
	until := time.Now().Unix() + 3600 + seconds
	first := [2]string{policy.ParamPolicy, policy.Encode([]byte(text))}
	if text == "" {
		text = s.statement(s.object.url, "", until)
		first = [2]string{policy.ParamExpires, strconv.FormatInt(until, 10)}
	}
	digest := sha256.Sum256([]byte(text))
	signature, err := s.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	return parts{
		first, {policy.ParamSignature, policy.Encode(signature)},
		{policy.ParamKeyPairID, s.id}, {policy.ParamHashAlgorithm, policy.HashSHA256},
	}, err
}

// statement is a policy's text, as CloudFront writes a canned one.
func (s *settler) statement(resource, condition string, until int64) string {
	return fmt.Sprintf(`{"Statement":[{"Resource":%q,"Condition":{"DateLessThan":{"AWS:EpochTime":%d}%s}}]}`,
		resource, until, condition)
}

// custom signs a custom policy for a resource, with one more condition.
func (s *settler) custom(resource, condition string) (parts, error) {
	return s.sign(s.statement(resource, condition, time.Now().Unix()+3600), 0)
}

// with returns the parts with one changed, or left out if the value is empty.
func (p parts) with(name, value string) parts {
	var changed parts
	for _, part := range p {
		if part[0] == name {
			part[1] = value
		}
		if part[1] != "" {
			changed = append(changed, part)
		}
	}
	return changed
}

// joined returns the parts, each after what separates it from the one before.
func (p parts) joined(separator string) string {
	var b strings.Builder
	for _, part := range p {
		b.WriteString(separator + part[0] + "=" + part[1])
	}
	return b.String()
}

func (p parts) query() string { return "?" + strings.TrimPrefix(p.joined("&"), "&") }

func (p parts) cookies() string { return strings.TrimPrefix(p.joined("; CloudFront-"), "; ") }

// reply requests the object with the query of a signature.
func (s *settler) reply(query string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return s.say(s.get(s.object, query, nil))
}

// say returns the answer in a word or two: a status, and whose error it is.
func (s *settler) say(a answer) (string, error) {
	switch {
	case a.err != nil:
		return "", a.err
	case a.refusal() != "" || a.fromS3() != "":
		return a.String(), nil
	case a.status >= 400:
		return fmt.Sprintf("%d error page", a.status), nil
	}
	return strconv.Itoa(a.status), nil
}

// opens requests what must be answered with 200 for a question to have a meaning.
func (s *settler) opens(target string, header http.Header) (answer, error) {
	a := s.ask(http.MethodGet, target, header)
	if a.err == nil && a.status != http.StatusOK {
		a.err = errors.New("the object is missing, or its signature is refused")
	}
	return a, a.err
}
