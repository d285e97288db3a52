// Package awsfault says of an error of the AWS SDK what went wrong and what to
// do, in place of the SDK's own text.
package awsfault

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/aws/smithy-go"

	"example.com/privatecdn/internal/fault"
)

// Explain returns err as a fault about a subject, such as "KMS key alias/x",
// that a request needing the permission action was about. The SDK's error is
// its kind, for errors.Is and errors.As. The end of a context stays as it is.
func Explain(err error, subject, action string) error {
	if _, already := errors.AsType[*fault.Error](err); already || err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	what, remedy := describe(err, action)
	return &fault.Error{Kind: err, Where: subject, What: what, Remedy: remedy}
}

func describe(err error, action string) (what, remedy string) {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return describeAPI(api, action)
	}
	var network net.Error
	switch text := err.Error(); {
	case strings.Contains(text, "get credentials"), strings.Contains(text, "refresh cached credentials"):
		return "there are no AWS credentials, or they cannot be renewed",
			"sign in (aws sso login), set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
	case strings.Contains(text, "failed to get shared config profile"):
		return "the AWS profile does not exist", "set AWS_PROFILE to a profile of ~/.aws/config"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network):
		return "AWS did not respond: " + lastOf(err), "check the network, AWS_REGION and AWS_ENDPOINT_URL"
	}
	return lastOf(err), ""
}

// lastOf returns the innermost error's text, without the SDK's layers.
func lastOf(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return fault.Text(fault.Printable(err.Error()))
}

const noSigner = "make one with the key spec ECC_NIST_P256 or RSA_2048 and the usage SIGN_VERIFY"

// known explains the error codes that mean the same in every service.
var known = []struct{ codes, what, remedy string }{
	{"NotFoundException ResourceNotFoundException ParameterNotFound", "it does not exist in this account and region",
		"check the name, AWS_REGION and the account, or give its ARN"},
	{"ParameterVersionNotFound", "the parameter has no such version", "leave the version out, or give one that exists"},
	{"InvalidArnException", "the ARN is not valid in this region", "give the ARN as the console shows it"},
	{"DisabledException", "the key is disabled", "enable it (aws kms enable-key), or sign with another key"},
	{"KMSInvalidStateException", "the key is pending deletion, or in another state in which it cannot be used",
		"cancel its deletion (aws kms cancel-key-deletion) and enable it, or sign with another key"},
	{"UnsupportedOperationException", "the key is symmetric, and only an asymmetric one signs", noSigner},
	{"InvalidKeyUsageException", "the key is not for signing", noSigner},
	{"KeyUnavailableException", "the key is not available now", "try again"},
	{"DependencyTimeoutException", "AWS did not respond in time", "try again"},
	{"InvalidRequestException", "the secret is scheduled for deletion, or has no current value",
		"restore it (aws secretsmanager restore-secret), or put a value in"},
	{"DecryptionFailure InvalidKeyId", "its KMS key cannot decrypt it", "enable that key, and allow kms:Decrypt on it"},
	{"LimitExceededException", "the account's quota is reached", "delete what is not used, or request a higher quota"},
	{"AlreadyExistsException", "the name is taken", "give another name"},
	{"RequestExpired", "AWS refuses the request's time", "set this machine's clock right"},
	{"InvalidSignatureException SignatureDoesNotMatch", "AWS refuses the signature of the request",
		"check the secret access key and this machine's clock"},
	{"ExpiredTokenException ExpiredToken", "the AWS credentials have expired",
		"sign in again (aws sso login), or renew them"},
	{"UnrecognizedClientException InvalidClientTokenId IncompleteSignature", "AWS does not know the credentials",
		"check AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN and AWS_PROFILE"},
	{"MissingAuthenticationToken MissingAuthenticationTokenException", "AWS received no credentials",
		"set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"},
	{"OptInRequired", "the account has not enabled the region or the service", "enable it, or set AWS_REGION"},
}

func describeAPI(api smithy.APIError, action string) (what, remedy string) {
	code := api.ErrorCode()
	for _, k := range known {
		if slices.Contains(strings.Fields(k.codes), code) {
			return k.what, k.remedy
		}
	}
	switch {
	case strings.HasPrefix(code, "AccessDenied"), code == "UnauthorizedOperation":
		return "AWS denies access", "allow " + action + " for these credentials, in their policies and in the resource's"
	case strings.Contains(code, "Throttl"), strings.Contains(code, "TooManyRequests"), code == "RequestLimitExceeded":
		return "AWS receives too many requests", "try again, or ask for a higher quota"
	case api.ErrorFault() == smithy.FaultServer, strings.Contains(code, "Internal"), code == "ServiceUnavailable":
		return "AWS failed: " + detail(api), "try again"
	}
	return "AWS refused: " + detail(api), ""
}

func detail(api smithy.APIError) string {
	text := api.ErrorCode()
	if message := api.ErrorMessage(); message != "" {
		text += ": " + message
	}
	return fault.Text(fault.Printable(text))
}
