package main

import (
	"fmt"
	"io"
)

// signedURL is a result.
type signedURL struct {
	URL       string `json:"url"`
	KeyPairID string `json:"keyPairId"`
}

type signURL struct {
	URL string `arg:"" help:"https://HOST/PATH, or a path on the deployment's first host."`
	signFlags
	Download string `help:"Name under which a browser saves the file." placeholder:"NAME"`
}

func (c signURL) Run(e *env) error {
	s, terms, err := c.open(e)
	if err != nil {
		return err
	}
	terms.Download = c.Download
	signed, err := s.URLContext(e, c.URL, terms)
	if err != nil {
		return err
	}
	return e.print(signedURL{signed, s.KeyPairID()}, func(w io.Writer) { fmt.Fprintln(w, signed) })
}
