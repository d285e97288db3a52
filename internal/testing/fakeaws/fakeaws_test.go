package fakeaws_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"example.com/privatecdn/internal/testing/fakeaws"
)

// TestChecksSignatures holds that no service answers a request that is signed
// with another key.
func TestChecksSignatures(t *testing.T) {
	t.Parallel()
	server := fakeaws.Start(t)
	right, wrong := server.Config(), server.Config()
	wrong.Credentials = credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "another", "")
	name := aws.String("name")
	for service, ask := range map[string]func(aws.Config) error{
		"KMS": func(cfg aws.Config) error {
			_, err := kms.NewFromConfig(cfg).DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: name})
			return err
		},
		"Secrets Manager": func(cfg aws.Config) error {
			_, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(t.Context(),
				&secretsmanager.GetSecretValueInput{SecretId: name})
			return err
		},
		"Systems Manager": func(cfg aws.Config) error {
			_, err := ssm.NewFromConfig(cfg).GetParameter(t.Context(), &ssm.GetParameterInput{Name: name})
			return err
		},
		"CloudFormation": func(cfg aws.Config) error {
			_, err := cloudformation.NewFromConfig(cfg).DescribeStacks(t.Context(),
				&cloudformation.DescribeStacksInput{StackName: name})
			return err
		},
	} {
		var api smithy.APIError
		if err := ask(wrong); !errors.As(err, &api) || api.ErrorCode() != "InvalidSignatureException" {
			t.Errorf("%s, wrongly signed: %v", service, err)
		}
		if err := ask(right); !errors.As(err, &api) || api.ErrorCode() == "InvalidSignatureException" {
			t.Errorf("%s, rightly signed: %v", service, err)
		}
	}
}
