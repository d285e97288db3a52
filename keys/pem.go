package keys

import (
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

	labelOpenSSH = "OPENSSH PRIVATE KEY"
)

const begin = "-----BEGIN "

// maxPEM bounds a key's PEM, in bytes: an RSA key of 16,384 bits has 13 KiB.
const maxPEM = 16 << 10

// oneBlock returns the only PEM block of data, in which a block of the label want
// is looked for: labelPublic or labelPKCS8. White space around lines does not
// count: keys are pasted into YAML, scripts and source code.
func oneBlock(data []byte, want string) (*pem.Block, error) {
	if len(data) > maxPEM {
		return nil, wrong(ErrTooLarge,
			"the key has "+strconv.Itoa(len(data))+" bytes, more than any key CloudFront accepts",
			"give a file with one key in PEM")
	}
	lines := strings.Split(strings.TrimPrefix(string(data), "\uFEFF"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	block, rest := pem.Decode([]byte(text))
	if block != nil && block.Type == labelParams && want == labelPKCS8 && strings.Contains(string(rest), labelSEC1) {
		text = string(rest)
		block, _ = pem.Decode(rest)
	}
	switch n := strings.Count(text, begin); {
	case n == 0 || isJSON(text):
		return nil, noPEM(text, want)
	case n > 1:
		return nil, wrong(ErrManyBlocks, "there are "+strconv.Itoa(n)+" PEM blocks", "give a file with exactly one key")
	case block == nil:
		return nil, brokenPEM(text)
	}
	return block, nil
}

func isJSON(text string) bool { return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") }

// noPEM returns what text without a PEM block most likely is.
func noPEM(text, want string) error {
	has := func(s string) bool { return strings.Contains(text, s) }
	starts := func(s string) bool { return strings.HasPrefix(text, s) }
	form := func(what, remedy string) error { return wrong(ErrForm, what, remedy) }
	switch {
	case text == "":
		return notPEM("the key is empty", "give a key in PEM, which begins with a line BEGIN "+want)
	case has("\x00B\x00E\x00G\x00I\x00N"), has("B\x00E\x00G\x00I\x00N\x00"):
		return notPEM("the key is encoded in UTF-16", "save it as plain ASCII text")
	case isJSON(text) && has(`"kty"`):
		return form("this is a JSON Web Key", "export the key as PEM from where it was generated")
	case isJSON(text):
		return form("this is JSON, not a key alone", "store the key's PEM as plain text, without other fields")
	case starts("ssh-"), starts("ecdsa-sha2-"):
		return publicForm("an OpenSSH public key", "convert it to PEM with `ssh-keygen -e -m PKCS8 -f FILE`", want)
	case starts("---- BEGIN SSH2 PUBLIC KEY"):
		return publicForm("an SSH2 public key",
			"convert it to PEM with `ssh-keygen -i -f FILE > KEY.pub`, then `ssh-keygen -e -m PKCS8 -f KEY.pub`", want)
	case starts("PuTTY-User-Key-File"):
		return form("this is a PuTTY key", "convert it to PEM with `puttygen FILE -O private-openssh -o KEY.pem`, "+
			"then `ssh-keygen -p -m PEM -f KEY.pem`")
	case starts("LS0tLS1CRUdJTi"):
		return notPEM("the PEM block is encoded in base64", "decode it with `base64 -d`")
	case has("-----BEGIN%20"), has("-----BEGIN+"):
		return notPEM("the PEM block is percent-encoded", "decode it first")
	case starts("M") && len(text) > 64 && strings.Trim(text, base64Lines) == "":
		return notPEM("this is a key's base64 without the lines around it",
			"put the lines BEGIN "+want+" and END "+want+" around it, with five hyphens at either end")
	case starts("0") && want == labelPublic: // the tag of a SEQUENCE
		return form("the key is in DER form", "convert it to PEM with `openssl pkey -pubin -in FILE -out KEY.pem`")
	case starts("0"):
		return form("the key is in DER form", "convert it to PEM with `openssl pkey -in FILE -out KEY.pem`")
	}
	return notPEM(ErrNoPEM.Error(), "give a key in PEM, which begins with a line BEGIN "+want)
}

const base64Lines = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"

func notPEM(what, remedy string) error { return wrong(ErrNoPEM, what, remedy) }

// publicForm returns what is wrong with a public key, or what holds one, in a
// form that CloudFront does not accept: converting it does not make a private key.
func publicForm(what, convert, want string) error {
	if want == labelPKCS8 {
		return wrong(ErrPublicKey, "this is "+what+", which holds no private key", givePrivate)
	}
	return wrong(ErrForm, "this is "+what, convert)
}

const givePrivate = "give the private key's file"

// brokenPEM returns why a block that begins cannot be decoded.
func brokenPEM(text string) error {
	broken := func(what, remedy string) error { return wrong(ErrMalformed, "the PEM block "+what, remedy) }
	before, _, _ := strings.Cut(text, begin)
	switch {
	case strings.Contains(text, `-----\`):
		return broken(`has \n in place of line breaks`, "replace them by line breaks, as with `printf '%b'`")
	case !strings.Contains(text, "-----END "):
		return broken("has no end line: it is cut off", copyAgain)
	case strings.TrimRight(before, "\"'`") != before:
		return broken("is in quotes", "remove the quotes")
	case strings.TrimRight(before, "\n") == before && before != "":
		return broken("begins in a line with other text", "remove what stands before -----BEGIN and -----END")
	case !strings.Contains(text, "\n"):
		return broken("is on a single line",
			"restore the line breaks: one after the BEGIN line, one before the END line")
	}
	return broken("is damaged", copyAgain)
}

const copyAgain = "copy the key again from where it was generated"

// otherForm returns what a block is that is not a key in a supported form.
func otherForm(label, want string) error {
	switch label {
	case "CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE":
		return publicForm("a certificate", "extract its public key with `openssl x509 -in FILE -noout -pubkey`", want)
	case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST":
		return publicForm("a certificate request", "extract its public key with `openssl req -in FILE -noout -pubkey`", want)
	case "RSA PUBLIC KEY":
		return publicForm("a public key in PKCS#1 form",
			"convert it to SPKI, which CloudFront accepts, with `openssl rsa -RSAPublicKey_in -in FILE -pubout`", want)
	case labelOpenSSH:
		return wrong(ErrForm, "this is a private key in OpenSSH form",
			"convert a copy of it to PEM with `ssh-keygen -p -m PEM -N '' -f COPY`")
	case labelParams, "DSA PARAMETERS", "DH PARAMETERS":
		return wrong(ErrForm, "parameters without a key",
			"generate a key with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`")
	}
	return wrong(ErrForm, "not a key: its PEM block is a "+fault.Quote(label),
		"give a key in PEM, as openssl writes it")
}
