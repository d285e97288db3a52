package infra

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"example.com/privatecdn/internal/cloudformation"
)

// What AWS would give a resource when it makes it is derived here from stack
// and logical ID, so that it looks right and stays the same from run to run.

func digest(s *cloudformation.Stack, r *cloudformation.Resource, what string) [sha256.Size]byte {
	return sha256.Sum256([]byte(s.Name + "/" + r.LogicalID + "/" + what))
}

// shortID returns 13 characters of A-Z and 0-9.
func shortID(s *cloudformation.Stack, r *cloudformation.Resource, what string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	d := digest(s, r, what)
	id := make([]byte, 13)
	for i := range id {
		id[i] = letters[int(d[i])%len(letters)]
	}
	return string(id)
}

func uuid(s *cloudformation.Stack, r *cloudformation.Resource) string {
	d := digest(s, r, "uuid")
	return fmt.Sprintf("%x-%x-%x-%x-%x", d[0:4], d[4:6], d[6:8], d[8:10], d[10:16])
}

func canonicalUserID(s *cloudformation.Stack, r *cloudformation.Resource) string {
	d := digest(s, r, "canonical user")
	return hex.EncodeToString(d[:])
}

// bucketName is shaped as CloudFormation's own names: stack, logical ID and a
// suffix, lower case, at most 63 characters.
func bucketName(s *cloudformation.Stack, r *cloudformation.Resource) string {
	suffix := "-" + strings.ToLower(shortID(s, r, "bucket"))
	name := strings.ToLower(s.Name + "-" + r.LogicalID)
	if room := 63 - len(suffix); len(name) > room {
		name = name[:room]
	}
	return name + suffix
}
