package probe

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer/policy"
)

// Verdict is what a deployment's answer says of an unverified conformance case.
type Verdict string

// The verdicts on a case.
const (
	Confirmed    Verdict = "confirmed"    // the deployment answers as the local edge does
	Contradicted Verdict = "contradicted" // it does not
	Open         Verdict = "open"         // this deployment cannot tell
)

// Finding is one unverified case and what the deployment answered.
type Finding struct {
	Case    string  `json:"case"`
	Verdict Verdict `json:"verdict"`
	Edge    string  `json:"edge,omitempty"`   // the local edge's answer
	Seen    string  `json:"seen,omitempty"`   // the deployment's answer
	Why     string  `json:"why,omitempty"`    // of an open case: what it needs
	Change  string  `json:"change,omitempty"` // the case's file and what to write into it
}

// Record is what one deployment answered to all unverified cases.
type Record struct {
	Date     time.Time `json:"date"`
	Stack    string    `json:"stack"`
	Host     string    `json:"host"`
	Local    bool      `json:"local"` // of a local edge, which verifies nothing about CloudFront
	Findings []Finding `json:"cases"`
}

// Unverified sends the unverified conformance cases to a deployment, as far as
// it can settle them, and hands each finding to tell as it comes in.
func Unverified(ctx context.Context, o Options, tell func(Finding)) (Record, error) {
	p, err := reach(ctx, o)
	if err != nil {
		return Record{}, err
	}
	record := Record{Date: time.Now().UTC().Truncate(time.Second), Stack: o.Deployment.Stack,
		Host: o.Deployment.Hosts[0], Local: o.Deployment.Endpoint != ""}
	add := func(f Finding) {
		record.Findings = append(record.Findings, f)
		tell(f)
	}
	s, unable := p.newSettler()
	for _, q := range questions {
		f := Finding{Case: q.name, Verdict: Open}
		if unable != nil {
			f.Why = unable.Error()
		} else {
			s.settle(q, &record, &f)
		}
		if err := ctx.Err(); err != nil {
			return Record{}, err
		}
		add(f)
	}
	for _, group := range unanswerable {
		for name := range strings.FieldsSeq(group.cases) {
			add(Finding{Case: name, Verdict: Open, Why: group.needs})
		}
	}
	return record, nil
}

// settle puts one question and completes its finding.
func (s *settler) settle(q question, r *Record, f *Finding) {
	seen, err := q.ask(s)
	if err != nil {
		f.Why = fault.Printable(fault.Text(err.Error()))
		return
	}
	f.Edge, f.Seen = q.edge, fault.Printable(fault.Text(seen))
	f.Change = fmt.Sprintf(
		"edge/testdata/conformance/%s.txtar: source: public report, see: %s, deployed by this project (%s)",
		q.name, r.Host, r.Date.Format(time.DateOnly))
	if f.Verdict = Confirmed; seen != q.edge {
		f.Verdict = Contradicted
		f.Change += "; expect " + f.Seen
	}
}

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
		return nil, p.noKey
	}
	openers := maps.Clone(p.Openers)
	openers["file"] = keys.OpenFile(p.Deployment.Resolve("."))
	key, err := openers.Open(p.ctx, deployed.PrivateKey)
	if err != nil {
		return nil, p.noKey
	}
	return &settler{probe: p, key: key, id: deployed.ID, object: o}, nil
}

// sign returns the query that signs a policy's text. Without a text it is the
// canned policy for the object, which ends an hour and some seconds from now.
func (s *settler) sign(text string, seconds int64) (url.Values, error) {
	until := time.Now().Add(time.Hour).Unix() + seconds
	signed := url.Values{policy.ParamKeyPairID: {s.id}, policy.ParamHashAlgorithm: {policy.HashSHA256}}
	if text == "" {
		text = s.statement(s.object.url, "", until)
		signed.Set(policy.ParamExpires, strconv.FormatInt(until, 10))
	} else {
		signed.Set(policy.ParamPolicy, policy.Encode([]byte(text)))
	}
	digest := sha256.Sum256([]byte(text))
	signature, err := s.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	signed.Set(policy.ParamSignature, policy.Encode(signature))
	return signed, err
}

// statement is a policy's text, as CloudFront writes a canned one.
func (s *settler) statement(resource, condition string, until int64) string {
	return fmt.Sprintf(`{"Statement":[{"Resource":%q,"Condition":{"DateLessThan":{"AWS:EpochTime":%d}%s}}]}`,
		resource, until, condition)
}

// custom signs a custom policy for a resource, with one more condition.
func (s *settler) custom(resource, condition string) (url.Values, error) {
	return s.sign(s.statement(resource, condition, time.Now().Add(time.Hour).Unix()), 0)
}

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
