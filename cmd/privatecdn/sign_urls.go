package main

import (
	"encoding/json"
	"strings"

	"example.com/privatecdn/cmd/privatecdn/internal/lines"
	"example.com/privatecdn/signer"
)

type signURLs struct {
	signFlags
}

// Run signs each line of standard input. With one policy for all it is signed
// once, and each URL is held to it.
func (c signURLs) Run(e *env) error {
	s, terms, err := c.open(e)
	if err != nil {
		return err
	}
	sign := func(url string) (string, error) { return s.URL(url, terms) }
	if terms.Resource != "" || terms.Policy != "" {
		grant, err := s.Grant("", terms)
		if err != nil {
			return err
		}
		sign = grant.URL
	}
	return lines.Lines(e, e.out, e.in, func(line string) (string, error) { return c.line(e, s, sign, line) })
}

// line signs one line without the blanks around it and an editor's byte order
// mark, which no viewer sends; an empty one stays empty, so that lines stay in
// step.
func (c signURLs) line(e *env, s *signer.Signer, sign func(string) (string, error), line string) (string, error) {
	if line = strings.Trim(line, " \t\ufeff"); line == "" {
		return "", nil
	}
	signed, err := sign(line)
	if err != nil || !e.json {
		return signed, err
	}
	text, err := json.Marshal(signedURL{signed, s.KeyPairID()})
	return string(text), err
}
