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

func digest(r *cloudformation.Resource, what string) [sha256.Size]byte {
	return sha256.Sum256([]byte(r.Stack.Name + "/" + r.LogicalID + "/" + what))
}

// shortID returns 13 characters of A-Z and 0-9.
func shortID(r *cloudformation.Resource, what string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	d := digest(r, what)
	id := make([]byte, 13)
	for i := range id {
		id[i] = letters[int(d[i])%len(letters)]
	}
	return string(id)
}

func uuid(r *cloudformation.Resource) string {
	d := digest(r, "uuid")
	return fmt.Sprintf("%x-%x-%x-%x-%x", d[0:4], d[4:6], d[6:8], d[8:10], d[10:16])
}

func canonicalUserID(r *cloudformation.Resource) string {
	d := digest(r, "canonical user")
	return hex.EncodeToString(d[:])
}

// bucketName is shaped as CloudFormation's own names: stack, logical ID and a
// suffix, lower case, at most 63 characters.
func bucketName(r *cloudformation.Resource) string {
	suffix := "-" + shortID(r, "bucket")
	return strings.ToLower(fmt.Sprintf("%.*s", 63-len(suffix), r.Stack.Name+"-"+r.LogicalID) + suffix)
}
