package keys

import (
	"bytes"
	"encoding/pem"
	"strconv"
	"strings"

	"example.com/privatecdn/internal/fault"
)

// The labels of the PEM blocks that are read.
const (
	labelPublic = "PUBLIC KEY"      // SPKI
	labelPKCS8  = "PRIVATE KEY"     // PKCS#8
	labelPKCS1  = "RSA PRIVATE KEY" // PKCS#1
	labelSEC1   = "EC PRIVATE KEY"  // SEC1
	labelParams = "EC PARAMETERS"   // which `openssl ecparam -genkey` puts before SEC1
)

var (
	begin = []byte("-----BEGIN ")
	bom   = []byte("\xef\xbb\xbf")
)

// maxPEM bounds a key's PEM, in bytes: an RSA key of 16,384 bits has 13 KiB.
const maxPEM = 16 << 10

// oneBlock returns the only PEM block of data.
func oneBlock(data []byte) (*pem.Block, error) {
	if len(data) > maxPEM {
		return nil, &Error{
			Kind:   ErrTooLarge,
			What:   "the key has " + strconv.Itoa(len(data)) + " bytes, more than any key CloudFront accepts",
			Remedy: "give a file with one key in PEM",
		}
	}
	data = bytes.TrimPrefix(data, bom)
	n := bytes.Count(data, begin)
	if n == 0 {
		return nil, noPEM(data)
	}
	if n > 1 {
		return nil, &Error{
			Kind:   ErrManyBlocks,
			What:   "there are " + strconv.Itoa(n) + " PEM blocks",
			Remedy: "give a file with exactly one key",
		}
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, brokenPEM(data)
	}
	return block, nil
}

// noPEM returns what data without a PEM block most likely is.
func noPEM(data []byte) error {
	e := &Error{
		Kind: ErrNoPEM, What: "no PEM block", Remedy: "give a key that begins with a line like -----BEGIN PUBLIC KEY-----",
	}
	text := bytes.TrimSpace(data)
	switch {
	case len(text) == 0:
		e.What = "the key is empty"
	case bytes.Contains(data, []byte("\x00B\x00E\x00G\x00I\x00N")),
		bytes.Contains(data, []byte("B\x00E\x00G\x00I\x00N\x00")):
		e.What, e.Remedy = "the key is encoded in UTF-16", "save it as plain ASCII text"
	case data[0] == 0x30:
		e.Kind = ErrForm
		e.What = "the key is in DER form"
		e.Remedy = "convert it to PEM with `openssl pkey -in FILE -out KEY.pem`, with -pubin -pubout for a public key"
	case text[0] == '{':
		e.Kind = ErrForm
		e.What = "this is JSON, perhaps a JSON Web Key"
		e.Remedy = "export the key as PEM from where it was generated"
	case bytes.HasPrefix(text, []byte("ssh-")), bytes.HasPrefix(text, []byte("ecdsa-sha2-")):
		e.Kind = ErrForm
		e.What = "this is an OpenSSH public key"
		e.Remedy = "convert it to PEM with `ssh-keygen -e -m PKCS8 -f FILE`"
	case bytes.HasPrefix(text, []byte("PuTTY-User-Key-File")):
		e.Kind = ErrForm
		e.What = "this is a PuTTY key"
		e.Remedy = "convert it to PEM with `puttygen FILE -O private-openssh -o KEY.pem`, " +
			"then `ssh-keygen -p -m PEM -f KEY.pem`"
	}
	return e
}

// brokenPEM returns why a block that begins cannot be decoded.
func brokenPEM(data []byte) error {
	e := &Error{
		Kind: ErrMalformed, What: "the PEM block is damaged", Remedy: "copy the key again from where it was generated",
	}
	switch {
	case bytes.Contains(data, []byte(`-----\n`)):
		e.What = `the PEM block has \n in place of line breaks`
		e.Remedy = "replace them by line breaks, as with `printf '%b'`"
	case !bytes.Contains(data, []byte("-----END ")):
		e.What = "the PEM block has no end line: it is cut off"
	case !bytes.Contains(bytes.TrimSpace(data), []byte("\n")):
		e.What = "the PEM block is on a single line"
		e.Remedy = "restore the line breaks: one after the BEGIN line, one before the END line"
	}
	return e
}

// isPrivate reports whether a PEM label announces a private key of any form.
func isPrivate(label string) bool { return strings.HasSuffix(label, "PRIVATE KEY") }

// isEncrypted reports whether a block is a private key encrypted with a password.
func isEncrypted(b *pem.Block) bool {
	return b.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(b.Headers["Proc-Type"], "ENCRYPTED")
}

// otherForm returns what a block is that is not a key in a supported form.
func otherForm(label string) error {
	e := &Error{
		Kind: ErrForm, What: "not a key: its PEM block is a " + fault.Quote(label),
		Remedy: "give a key in PEM, as openssl writes it",
	}
	switch label {
	case "CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE":
		e.What, e.Remedy = "this is a certificate", "extract its public key with `openssl x509 -in FILE -noout -pubkey`"
	case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST":
		e.What = "this is a certificate request"
		e.Remedy = "extract its public key with `openssl req -in FILE -noout -pubkey`"
	case "RSA PUBLIC KEY":
		e.What = "this is a public key in PKCS#1 form"
		e.Remedy = "convert it to SPKI, which CloudFront accepts, with `openssl rsa -RSAPublicKey_in -in FILE -pubout`"
	case "OPENSSH PRIVATE KEY":
		e.What = "this is a private key in OpenSSH form"
		e.Remedy = "convert a copy of it to PEM with `ssh-keygen -p -m PEM -N '' -f COPY`"
	case "SSH2 PUBLIC KEY":
		e.What = "this is an SSH2 public key"
		e.Remedy = "convert it to PEM with `ssh-keygen -i -f FILE | ssh-keygen -e -m PKCS8 -f /dev/stdin`"
	case labelParams, "DSA PARAMETERS", "DH PARAMETERS":
		e.What = "parameters without a key"
		e.Remedy = "generate a key with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`"
	}
	return e
}
