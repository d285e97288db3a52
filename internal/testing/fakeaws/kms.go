package fakeaws

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"strings"
)

type kmsKey struct {
	spec, usage string
	private     crypto.Signer
	deleted     bool
}

// message is a request about a key.
type message struct {
	KeyId, MessageType, SigningAlgorithm string
	Message                              []byte
}

func arn(id string) string { return "arn:aws:kms:" + Region + ":" + Account + ":key/" + id }

// KMS is the operations that signing and making keys take.
func (s *Server) kms() map[string]func([]byte) (any, *Failure) {
	return map[string]func([]byte) (any, *Failure){
		"CreateKey":           operation(s.createKey),
		"CreateAlias":         operation(s.createAlias),
		"DescribeKey":         s.ofKey(s.describeKey),
		"GetPublicKey":        s.ofKey(s.getPublicKey),
		"Sign":                s.ofKey(s.sign),
		"ScheduleKeyDeletion": s.ofKey(s.scheduleKeyDeletion),
	}
}

func (s *Server) createKey(in struct{ KeySpec, KeyUsage string }) (any, *Failure) {
	var private crypto.Signer
	var err error
	switch in.KeySpec {
	case "RSA_2048":
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	case "RSA_3072":
		private, err = rsa.GenerateKey(rand.Reader, 3072)
	case "ECC_NIST_P256":
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		err = fmt.Errorf("KeySpec %s", in.KeySpec)
	}
	if err != nil {
		return nil, failed("ValidationException", err.Error())
	}
	id := fmt.Sprintf("%08x-12ab-34cd-56ef-1234567890ab", len(s.keys)+1)
	s.keys[id] = &kmsKey{spec: in.KeySpec, usage: in.KeyUsage, private: private}
	return s.metadata(id), nil
}

func (s *Server) metadata(id string) any {
	k := s.keys[id]
	state := "Enabled"
	if k.deleted {
		state = "PendingDeletion"
	}
	return map[string]any{"KeyMetadata": map[string]any{
		"KeyId": id, "Arn": arn(id), "KeySpec": k.spec, "KeyUsage": k.usage, "KeyState": state,
	}}
}

func (s *Server) createAlias(in struct{ AliasName, TargetKeyId string }) (any, *Failure) {
	if _, ok := s.aliases[in.AliasName]; ok {
		return nil, failed("AlreadyExistsException", "An alias with the name "+in.AliasName+" already exists")
	}
	s.aliases[in.AliasName] = in.TargetKeyId
	return struct{}{}, nil
}

// Point makes an alias stand for the key that another alias stands for.
func (s *Server) Point(alias, at string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aliases[alias] = s.aliases[at]
}

// ofKey makes an operation of what is done with the key that a request names.
func (s *Server) ofKey(do func(string, *kmsKey, message) (any, *Failure)) func([]byte) (any, *Failure) {
	return operation(func(in message) (any, *Failure) {
		id := cmp.Or(s.aliases[in.KeyId], strings.TrimPrefix(in.KeyId, arn("")))
		k := s.keys[id]
		switch {
		case k == nil && strings.HasPrefix(in.KeyId, "alias/"):
			return nil, failed("NotFoundException", "Alias arn:aws:kms:"+Region+":"+Account+":"+in.KeyId+" is not found.")
		case k == nil:
			return nil, failed("NotFoundException", "Key '"+arn(id)+"' does not exist")
		}
		return do(id, k, in)
	})
}

func (s *Server) describeKey(id string, _ *kmsKey, _ message) (any, *Failure) {
	return s.metadata(id), nil
}

func (s *Server) getPublicKey(id string, k *kmsKey, _ message) (any, *Failure) {
	der, err := x509.MarshalPKIXPublicKey(k.private.Public())
	if err != nil {
		return nil, failed("KMSInternalException", err.Error())
	}
	return map[string]any{"KeyId": arn(id), "PublicKey": der, "KeySpec": k.spec, "KeyUsage": k.usage}, nil
}

func (s *Server) sign(id string, k *kmsKey, in message) (any, *Failure) {
	algorithm := "ECDSA_SHA_256"
	if strings.HasPrefix(k.spec, "RSA") {
		algorithm = "RSASSA_PKCS1_V1_5_SHA_256"
	}
	switch {
	case k.deleted:
		return nil, failed("KMSInvalidStateException", arn(id)+" is pending deletion.")
	case in.SigningAlgorithm != algorithm || k.usage != "SIGN_VERIFY":
		return nil, failed("InvalidKeyUsageException", in.SigningAlgorithm+" is not for a key of "+k.spec)
	case in.MessageType != "DIGEST" || len(in.Message) != 32:
		return nil, failed("ValidationException", "Digest is invalid length for algorithm "+algorithm)
	}
	signature, err := k.private.Sign(rand.Reader, in.Message, crypto.SHA256)
	if err != nil {
		return nil, failed("KMSInternalException", err.Error())
	}
	return map[string]any{"KeyId": arn(id), "Signature": signature, "SigningAlgorithm": algorithm}, nil
}

func (s *Server) scheduleKeyDeletion(id string, k *kmsKey, _ message) (any, *Failure) {
	k.deleted = true
	return map[string]any{"KeyId": arn(id), "KeyState": "PendingDeletion"}, nil
}

// LiveKeys counts the keys that are not scheduled for deletion.
func (s *Server) LiveKeys() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	live := 0
	for _, k := range s.keys {
		if !k.deleted {
			live++
		}
	}
	return live
}
