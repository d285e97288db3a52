package main

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/cmd/privatecdn/internal/curl"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/wholefile"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer/verify"
)

type verifyCommand struct {
	URL    string   `arg:"" optional:"" help:"${requested}"`
	Curl   string   `help:"Read the URL and cookies from a curl command line." placeholder:"COMMAND"`
	Cookie []string `help:"A cookie NAME=VALUE or a whole Cookie header; repeatable." sep:"none" placeholder:"C"`
	At     cli.Time `help:"Time of the request; by default now." placeholder:"TIME"`
	IP     string   `help:"The viewer's IPv4 address." placeholder:"ADDR"`

	trustFlags
}

func (c verifyCommand) Run(e *env) error {
	r, err := c.request(e)
	if err != nil {
		return err
	}
	check, err := c.judge(e)
	if err != nil {
		return err
	}
	d, err := check(r)
	if err != nil {
		return err
	}
	var policy json.RawMessage
	if !d.Policy.Until.IsZero() { // one that names no resource is shown without
		policy, _ = d.Policy.MarshalJSON() // strings and numbers always marshal
	}
	what, todo := d.Explain()
	answer := answer{d.Allowed, d.Status, d.Code, d.Reason, d.KeyID, policy, what, todo}
	return cli.Answer(d.Allowed, e.print(answer, answer))
}

// request is the request to decide on.
func (c verifyCommand) request(e *env) (verify.Request, error) {
	r := verify.Request{Time: c.At.Time}
	if c.IP != "" {
		ip, err := netip.ParseAddr(c.IP)
		if err != nil {
			return r, fmt.Errorf("--ip %q is not a valid IP address", c.IP)
		}
		r.IP = ip
	}
	input, cookies := c.URL, c.Cookie
	switch {
	case c.Curl != "" && input != "":
		return r, errors.New("give a URL or --curl, not both")
	case c.Curl != "":
		input = c.Curl
	case input == "-":
		text, err := io.ReadAll(io.LimitReader(e.in, 1<<20))
		if err != nil {
			return r, err
		}
		input = strings.TrimSpace(string(text))
	}
	if c.Curl != "" || curl.IsCommand(input) {
		request, err := curl.Parse(input)
		if err != nil {
			return r, err
		}
		input, cookies = request.URL, append(cookies, request.Cookies...)
	}
	if input == "" {
		return r, fault.Of("no URL is given", "give a URL or --curl COMMAND")
	}
	// HTTP/2 tools show a header a cookie, one a line.
	r.URL, r.Cookies = input, verify.ParseCookies(strings.Split(strings.Join(cookies, "\n"), "\n"))
	return r, nil
}

// trustFlags name the keys that are trusted.
type trustFlags struct {
	deploymentFlag
	PublicKey string `help:"PEM file of the public key, instead of a deployment." placeholder:"FILE"`
	KeyPairID string `help:"ID of the public key." placeholder:"ID"`
}

// judge returns what decides on requests: the one key that is given, or what is
// deployed.
func (f trustFlags) judge(e *env) (func(verify.Request) (verify.Decision, error), error) {
	switch {
	case f.PublicKey != "" && f.Deployment != "":
		return nil, errors.New("give --deployment or --public-key, not both")
	case f.Deployment != "":
		options := []verify.Option{verify.WithOpeners(awsuri.Openers)}
		if ring, err := (ringFlag{}).open(); err == nil {
			options = append(options, verify.WithRing(ring))
		}
		deployed, err := verify.Open(e, f.Deployment, options...)
		if err != nil {
			return nil, err
		}
		return deployed.Check, nil
	case f.PublicKey == "":
		return nil, fault.Of("no trusted key is given",
			"give --deployment FILE, or --public-key FILE --key-pair-id ID")
	case f.KeyPairID == "":
		return nil, fault.Of("--public-key needs --key-pair-id",
			"give the ID that CloudFront shows for the key: --key-pair-id K…")
	}
	key, err := readPublic(f.PublicKey)
	if err != nil {
		return nil, err
	}
	v := verify.New(map[string]crypto.PublicKey{f.KeyPairID: key.Key()})
	return func(r verify.Request) (verify.Decision, error) {
		var err error
		if r.URL, err = verify.AsSent(r.URL); err != nil {
			return verify.Decision{}, err
		}
		return v.Check(r), nil
	}, nil
}

func readPublic(path string) (*keys.Public, error) {
	pem, err := wholefile.Read(path, 1<<20)
	if err != nil {
		return nil, err
	}
	key, err := keys.ParsePublic(pem)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// answer is what verify prints.
type answer struct {
	Allowed     bool            `json:"allowed"`
	Status      int             `json:"status"`
	Code        string          `json:"code"`
	Reason      verify.Reason   `json:"reason"`
	KeyPairID   string          `json:"keyPairId"`
	Policy      json.RawMessage `json:"policy"`
	Explanation string          `json:"explanation"`
	Hint        string          `json:"hint,omitempty"`
}

func (a answer) String() string {
	text := a.Explanation
	if !a.Allowed {
		text = fmt.Sprintf("refused: %d %s (%s)\n%s", a.Status, a.Code, a.Reason, text)
	}
	if a.Policy != nil {
		text += "\npolicy: " + string(a.Policy)
	}
	if a.Hint != "" {
		text += "\nwhat to do: " + a.Hint
	}
	return text
}
