package policy

import (
	"errors"
	"strings"

	"example.com/privatecdn/internal/fault"
)

// The kinds of a key pair ID that was refused.
var (
	ErrKeyID      = errors.New("not a valid key pair ID")
	ErrKeyGroupID = errors.New("a key group's ID in place of a public key's")
)

// CheckKeyPairID refuses what cannot be the ID of a public key in CloudFront: K
// and 13 letters and digits, or APKA… of an account's older key pair. The ID of
// a key group is ErrKeyGroupID, everything else ErrKeyID.
func CheckKeyPairID(id string) error {
	found := ""
	switch upper := strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == "" && len(id) <= 32; {
	case upper && len(id) > 1 && id[0] == 'K', upper && len(id) > 4 && strings.HasPrefix(id, "APKA"):
		return nil
	case id == "":
		return keyID(ErrKeyID, "the key pair ID is empty")
	case isUUID(id, 36), isUUID(id, 32):
		return keyID(ErrKeyGroupID, "the key pair ID "+fault.Quote(id)+" is the ID of a key group")
	case upper && (strings.HasPrefix(id, "AKIA") || strings.HasPrefix(id, "ASIA")):
		found = ", but the ID of an IAM access key"
	case upper && id[0] == 'E':
		found = ", but that of a distribution or an origin access"
	}
	return keyID(ErrKeyID, fault.Quote(id)+" is not a valid key pair ID"+found)
}

// isUUID reports whether an ID is a UUID, of 36 characters with its hyphens and
// 32 without.
func isUUID(id string, length int) bool {
	return len(id) == length && strings.Trim(strings.ToLower(id), "0123456789abcdef-") == "" &&
		strings.Count(id, "-") == (length-32)
}

func keyID(kind error, what string) error {
	return &Error{
		Kind:   kind,
		What:   what,
		Remedy: "give the ID of the public key in CloudFront, K and 13 letters and digits",
	}
}
