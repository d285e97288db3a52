package awssource_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/deployment/awssource"
	"example.com/privatecdn/internal/testing/fakeaws"
)

const document = `{"version": 1, "stack": "PrivateCdn", "hosts": ["d111111abcdef8.cloudfront.net"],
	"bucket": {"name": "media", "region": "eu-west-1"},
	"behaviors": [{"pathPattern": "*", "access": "public", "maxTtl": 86400}], "keys": [], "maxLifetime": 604800}`

// TestLoad holds which document every source finds, or what it says.
func TestLoad(t *testing.T) {
	t.Parallel()
	server := fakeaws.Start(t)
	parameters, stacks := ssm.NewFromConfig(server.Config()), cloudformation.NewFromConfig(server.Config())
	other := strings.Replace(document, "PrivateCdn", "Other", 1)
	server.SetParameter("/media", "String", document)
	server.SetParameter("/secure", "SecureString", document)
	server.SetParameter("/broken", "String", document[:20])
	server.SetStack("plain", map[string]string{"Deployment": document, "OtherDeployment": other, "Hosts": "x"})
	server.SetStack("nested", map[string]string{"MediaDeployment": document, "DeploymentParameter": "/media"})
	server.SetStack("two", map[string]string{"ADeployment": document, "BDeployment": other})
	server.SetStack("none", map[string]string{"Hosts": "x"})
	for _, test := range []struct {
		source deployment.Source
		name   string
		want   error
	}{
		{awssource.Parameter(parameters, "/media"), "ssm:/media", nil},
		{awssource.Parameter(parameters, "/secure"), "ssm:/secure", nil},
		{awssource.Parameter(parameters, "/broken"), "ssm:/broken", deployment.ErrSyntax},
		{awssource.Parameter(parameters, "/unknown"), "ssm:/unknown", deployment.ErrNotFound},
		{awssource.Stack(stacks, "plain"), "stack:plain", nil},
		{awssource.Stack(stacks, "nested"), "stack:nested", nil},
		{awssource.Stack(stacks, "two"), "stack:two", deployment.ErrNotFound},
		{awssource.Stack(stacks, "none"), "stack:none", deployment.ErrNotFound},
		{awssource.Stack(stacks, "unknown"), "stack:unknown", deployment.ErrNotFound},
	} {
		if name := fmt.Sprint(test.source); name != test.name {
			t.Errorf("it is called %s, want %s", name, test.name)
		}
		d, err := test.source.Load(t.Context())
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
		if err == nil && d.Stack != "PrivateCdn" {
			t.Errorf("%s: found %s", test.name, d.Stack)
		}
	}
}

// TestRefused holds that AWS's own refusals are found behind ours.
func TestRefused(t *testing.T) {
	t.Parallel()
	server := fakeaws.Start(t)
	for operation, source := range map[string]deployment.Source{
		"GetParameter":   awssource.Parameter(ssm.NewFromConfig(server.Config()), "/media"),
		"DescribeStacks": awssource.Stack(cloudformation.NewFromConfig(server.Config()), "media"),
	} {
		server.Fail(operation, fakeaws.Failure{Status: http.StatusForbidden, Code: "AccessDeniedException", Message: "no"})
		_, err := source.Load(t.Context())
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != "AccessDeniedException" ||
			!strings.Contains(err.Error(), fmt.Sprint(source)) {
			t.Errorf("%s: %v", operation, err)
		}
	}
}

func Example() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	d, err := awssource.Stack(cloudformation.NewFromConfig(cfg), "PrivateCdn").Load(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Hosts)
}
