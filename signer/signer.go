// Package signer makes CloudFront signed URLs and signed cookies with any
// crypto.Signer: an RSA-2048 or ECDSA P-256 key in memory or in AWS KMS.
//
// A signer made from what is deployed knows the hosts, the behaviors and the
// key that signs, and follows a rotation by itself:
//
//	s, err := signer.Open(ctx, deployment.File("deployment.json"))
//	url, err := s.URL("/films/7/trailer.mp4", signer.Terms{For: time.Hour})
//	cookies, err := s.Cookies("/films/7/*", signer.Terms{For: 8 * time.Hour}, signer.CookieOptions{})
//
// A signer made from a key signs any URL:
//
//	s, err := signer.New("K2JCJMDEHXQW5F", key)
//
// Signatures are SHA-256 unless SHA-1 is asked for. Package verify is the
// other side; package policy holds the bytes.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PrivateContent.html
package signer

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer/internal/disposition"
	"example.com/privatecdn/signer/policy"
)

// MaxURL is the longest URL CloudFront accepts, in bytes.
const MaxURL = awsname.MaxURL

// Signer creates signed URLs and signed cookies. It is safe for concurrent use.
type Signer struct {
	options
	source  deployment.Source
	reload  sync.Mutex // one at a time, so that none puts back what is older
	current atomic.Pointer[state]
}

// state is what a signature is made with. It does not change; a reload puts
// another in its place.
type state struct {
	keyID    string
	key      crypto.Signer
	public   *keys.Public
	random   io.Reader
	tail     string                 // what follows the signature in a query
	deployed *deployment.Deployment // nil where nothing is known of it
	opened   deployment.Key         // what key was opened from
}

// New returns a signer for a key and the ID of its public key in CloudFront,
// which is K and 13 characters.
//
// The key must be RSA-2048 or ECDSA P-256 (keys.ErrAlgorithm). An ID that
// cannot be a public key's is ErrKeyID or ErrKeyGroupID.
func New(keyPairID string, key crypto.Signer, opts ...Option) (*Signer, error) {
	s, err := newSigner(nil, opts)
	if err != nil {
		return nil, err
	}
	st, err := s.newState(keyPairID, key)
	if err != nil {
		return nil, err
	}
	s.current.Store(st)
	return s, nil
}

func (s *Signer) newState(keyPairID string, key crypto.Signer) (*state, error) {
	if err := policy.CheckKeyPairID(keyPairID); err != nil {
		return nil, err
	}
	if v := reflect.ValueOf(key); key == nil || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, refuse(ErrKey, "give one, such as keys.ParsePrivate returns", "there is no key")
	}
	public, err := keys.NewPublic(key.Public())
	if err != nil {
		return nil, err
	}
	st := &state{keyID: keyPairID, key: key, public: public, random: rand.Reader}
	st.tail = "&" + policy.ParamKeyPairID + "=" + keyPairID
	if s.hash == crypto.SHA256 {
		st.tail += "&" + policy.ParamHashAlgorithm + "=" + policy.HashSHA256
	}
	if _, ok := key.(*ecdsa.PrivateKey); ok {
		// Without random numbers the nonce is RFC 6979's, so that the same
		// policy gives the same URL, as it does with RSA.
		st.random = nil
	}
	return st, nil
}

// KeyPairID returns the ID of the current signing key.
func (s *Signer) KeyPairID() string { return s.current.Load().keyID }

// Deployment returns the current deployment, which must not be modified; nil
// for a signer made by New.
func (s *Signer) Deployment() *deployment.Deployment { return s.current.Load().deployed }

// URL returns a signed URL for raw: an absolute http or https URL or, with a
// deployment, a path beginning with /, which is put on its first host. The URL
// is encoded as [policy.EncodeURL] says, and the signature's parameters follow
// its own. Terms that a canned policy can hold make one, others a custom one.
//
// Errors are those of package policy for the URL and the terms, and this
// package's: ErrTerms, ErrPast, ErrNotCovered, ErrTooLong, ErrSign, ErrDownload and,
// with a deployment, ErrUnknownHost, ErrPublicPath, ErrPresignedPath,
// ErrNotTrusted, ErrDropped and ErrLifetime.
func (s *Signer) URL(raw string, t Terms) (string, error) {
	return s.URLContext(context.Background(), raw, t)
}

// URLContext is URL under a context, which ends the wait for a key that signs
// elsewhere, such as in AWS KMS.
func (s *Signer) URLContext(ctx context.Context, raw string, t Terms) (string, error) {
	if t.Download != "" {
		var err error
		if raw, err = withDownload(raw, t.Download); err != nil {
			return "", err
		}
		t.Download = ""
	}
	if t.Resource != "" || t.Policy != "" {
		g, err := s.GrantContext(ctx, "", t)
		if err != nil {
			return "", err
		}
		return g.URL(raw)
	}
	st := s.current.Load()
	u, err := st.encodeURL(raw)
	if err != nil {
		return "", err
	}
	p, err := s.policy(st, u, &t)
	if err != nil {
		return "", err
	}
	var textBuffer [384]byte // what does not fit goes to the heap
	var buffer [896]byte
	var expires time.Time
	if p.Canned() {
		expires = p.Until
	} else {
		p.Resource = policy.Exact(u)
	}
	b := append(append(buffer[:0], u...), separator(u))
	if b, err = s.appendQuery(ctx, b, st, p.Append(textBuffer[:0]), expires); err != nil {
		return "", err
	}
	return whole(string(b))
}

// encodeURL returns the URL as viewers send it, if it may be signed.
func (st *state) encodeURL(raw string) (string, error) {
	u, err := policy.EncodeURL(st.absolute(raw))
	if err != nil {
		return "", err
	}
	return u, st.allowURL(u)
}

// absolute puts a bare path on the deployment's first host.
func (st *state) absolute(raw string) string {
	if st.deployed == nil || !strings.HasPrefix(raw, "/") || strings.HasPrefix(raw, "//") {
		return raw
	}
	return st.deployed.BaseURL() + raw
}

func separator(u string) byte {
	if strings.Contains(u, "?") {
		return '&'
	}
	return '?'
}

// appendQuery appends the signature over a policy's text as query parameters: of
// a canned policy with when it expires, of a custom one with the text.
func (s *Signer) appendQuery(ctx context.Context, b []byte, st *state, text []byte, expires time.Time) ([]byte, error) {
	if expires.IsZero() {
		b = policy.AppendEncode(append(b, policy.ParamPolicy+"="...), text)
	} else {
		b = strconv.AppendInt(append(b, policy.ParamExpires+"="...), expires.Unix(), 10)
	}
	var digest []byte
	if s.hash == crypto.SHA256 {
		sum := sha256.Sum256(text)
		digest = sum[:]
	} else {
		sum := sha1.Sum(text)
		digest = sum[:]
	}
	signature, err := st.sign(ctx, digest, s.hash)
	if err != nil {
		return nil, fmt.Errorf("%w with %s: %w", ErrSign, st.keyID, err)
	}
	b = policy.AppendEncode(append(b, "&"+policy.ParamSignature+"="...), signature)
	return append(b, st.tail...), nil
}

// contextSigner is a crypto.Signer that signs elsewhere, as awskms.Signer does.
type contextSigner interface {
	SignContext(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

func (st *state) sign(ctx context.Context, digest []byte, hash crypto.Hash) ([]byte, error) {
	if remote, ok := st.key.(contextSigner); ok {
		return remote.SignContext(ctx, digest, hash)
	}
	return st.key.Sign(st.random, digest, hash)
}

// withDownload adds the query parameter that names a download.
func withDownload(raw, name string) (string, error) {
	header, err := disposition.Attachment(name)
	if err != nil {
		return "", err
	}
	_, query, _ := strings.Cut(raw, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if given, _, _ := strings.Cut(pair, "="); given == disposition.Parameter {
			return "", refuse(ErrDownload, "leave it or the name out", "the URL has a %s already", given)
		}
	}
	return raw + string(separator(raw)) + disposition.Query(disposition.Parameter, header), nil
}

// whole returns a finished URL, unless it is longer than CloudFront accepts.
func whole(u string) (string, error) {
	if len(u) > MaxURL {
		return "", refuse(ErrTooLong, "shorten the URL, its query or the pattern",
			"the signed URL has %d bytes, and CloudFront accepts %d", len(u), MaxURL)
	}
	return u, nil
}
