package awsfault_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"

	"example.com/privatecdn/internal/awsfault"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/testing/fakeaws"
)

// Whatever KMS says, the message names the key and what is wrong, and the hint
// what to do; the SDK's error is still there.
func TestExplain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status             int
		code, what, remedy string
	}{
		{400, "NotFoundException", "does not exist", "ARN"},
		{400, "DisabledException", "is disabled", "enable-key"},
		{400, "KMSInvalidStateException", "pending deletion", "cancel-key-deletion"},
		{400, "UnsupportedOperationException", "symmetric", "ECC_NIST_P256"},
		{400, "InvalidKeyUsageException", "not for signing", "SIGN_VERIFY"},
		{400, "AccessDeniedException", "denies access", "allow kms:GetPublicKey"},
		{400, "ThrottlingException", "too many requests", "try again"},
		{400, "ExpiredTokenException", "expired", "aws sso login"},
		{403, "InvalidSignatureException", "signature of the request", "clock"},
		{400, "UnrecognizedClientException", "does not know the credentials", "AWS_PROFILE"},
		{500, "KMSInternalException", "AWS failed: KMSInternalException", "try again"},
		{400, "SomethingNew", "AWS refused: SomethingNew: \\x1b", ""},
	} {
		server := fakeaws.Start(t)
		server.Fail("GetPublicKey", fakeaws.Failure{Status: c.status, Code: c.code, Message: "\x1b[31m"})
		client := kms.NewFromConfig(server.Config())
		_, sdk := client.GetPublicKey(t.Context(), &kms.GetPublicKeyInput{KeyId: aws.String("alias/media")})
		err := awsfault.Explain(sdk, "KMS key alias/media", "kms:GetPublicKey")
		var api smithy.APIError
		if !strings.HasPrefix(err.Error(), "KMS key alias/media: ") || !strings.Contains(err.Error(), c.what) ||
			!strings.Contains(fault.Hint(err), c.remedy) || !errors.As(err, &api) || api.ErrorCode() != c.code {
			t.Errorf("%s: %v; %s", c.code, err, fault.Hint(err))
		}
		if again := awsfault.Explain(fmt.Errorf("x: %w", err), "y", "z"); fault.Hint(again) != fault.Hint(err) {
			t.Errorf("explained twice: %v", again)
		}
	}
}

func TestExplainOthers(t *testing.T) {
	t.Parallel()
	server := fakeaws.Start(t)
	config := server.Config()
	config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("no EC2 IMDS role found")
	})
	_, credentials := kms.NewFromConfig(config).GetPublicKey(t.Context(), &kms.GetPublicKeyInput{KeyId: aws.String("k")})
	config = server.Config()
	config.BaseEndpoint = aws.String("http://127.0.0.1:1")
	_, network := kms.NewFromConfig(config).GetPublicKey(t.Context(), &kms.GetPublicKeyInput{KeyId: aws.String("k")})
	for _, c := range []struct {
		err          error
		what, remedy string
	}{
		{credentials, "no AWS credentials", "aws sso login"},
		{network, "did not respond: connection refused", "network"},
		{fmt.Errorf("x: %w", context.DeadlineExceeded), "did not respond", "network"},
		{errors.New("failed to get shared config profile, x"), "profile does not exist", "AWS_PROFILE"},
		{fmt.Errorf("layer: %w", errors.New("plain\x07")), `s: plain\a`, ""},
		{&kmstypes.NotFoundException{}, "does not exist", "ARN"},
	} {
		err := awsfault.Explain(c.err, "s", "a")
		if !strings.Contains(err.Error(), c.what) || !strings.Contains(fault.Hint(err), c.remedy) || !errors.Is(err, c.err) {
			t.Errorf("%v: %v; %s", c.err, err, fault.Hint(err))
		}
	}
	if err := awsfault.Explain(nil, "s", "a"); err != nil {
		t.Error(err)
	}
	if err := awsfault.Explain(context.Canceled, "s", "a"); err != context.Canceled {
		t.Error(err)
	}
}
