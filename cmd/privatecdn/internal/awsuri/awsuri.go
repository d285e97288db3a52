// Package awsuri opens what the tool's flags refer to by a URI: deployment
// documents, private keys and the stores that make them. AWS is asked for
// nothing, not even its settings, until a URI leads there.
package awsuri

import (
	"context"
	"crypto"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go/logging"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/deployment/awssource"
	"example.com/privatecdn/internal/awsfault"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/fileuri"
	"example.com/privatecdn/internal/wholefile"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer/awskms"
	"example.com/privatecdn/signer/awsstore"
)

// AWS returns the account and region to work in, as the AWS tools find them; a
// region that is not empty takes the place of theirs.
func AWS(ctx context.Context, region string) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(region), config.WithHTTPClient(newClient()),
		config.WithLogger(logging.Nop{})) // what went wrong is in the error
	cfg.HTTPClient = bounded{cfg.HTTPClient}
	if err != nil {
		return cfg, awsfault.Explain(err, "the AWS settings", "")
	}
	if cfg.Region == "" {
		return cfg, fault.Of("no AWS region is set", "set AWS_REGION, or a profile that has one")
	}
	return cfg, nil
}

// Deployment refers to a deployment document: a file, ssm:NAME for a parameter or
// stack:NAME for the outputs of a stack.
type Deployment string

// Load implements deployment.Source.
func (d Deployment) Load(ctx context.Context) (*deployment.Deployment, error) {
	ref := string(d)
	kind, name, _ := strings.Cut(ref, ":")
	switch {
	case ref == "":
		return nil, fault.Of("no deployment is given",
			"give --deployment FILE, or ssm:NAME or stack:NAME in place of FILE")
	case kind != "ssm" && kind != "stack" || fileExists(ref):
		if path, ok := fileuri.Path(ref); ok {
			ref = path
		}
		return deployment.File(ref).Load(ctx)
	}
	cfg, err := AWS(ctx, awsname.ARNRegion(name))
	if err != nil {
		return nil, err
	}
	if kind == "ssm" {
		return awssource.Parameter(getParameter(ssm.NewFromConfig(cfg).GetParameter), name).Load(ctx)
	}
	return awssource.Stack(describeStacks(cloudformation.NewFromConfig(cfg).DescribeStacks), name).Load(ctx)
}

// Template returns the template of the stack that stack:NAME names, or nil if
// ref is something else.
func Template(ctx context.Context, ref string) ([]byte, error) {
	name, ok := strings.CutPrefix(ref, "stack:")
	if !ok || fileExists(ref) {
		return nil, nil
	}
	cfg, err := AWS(ctx, awsname.ARNRegion(name))
	if err != nil {
		return nil, err
	}
	return awssource.Template(ctx, cloudformation.NewFromConfig(cfg), name)
}

// TemplateFile returns the path of a template: ref, or the file in dir that the
// template of a stack is written to.
func TemplateFile(ctx context.Context, ref, dir string) (string, error) {
	text, err := Template(ctx, ref)
	if err != nil || text == nil {
		return ref, err
	}
	name := strings.Split(ref[strings.LastIndex(ref, ":")+1:], "/") // of an ARN: stack/NAME/ID
	path := filepath.Join(dir, name[min(1, len(name)-1)]+".template.json")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	return path, wholefile.Write(path, text, 0o644)
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Openers open private keys in AWS.
var Openers = keys.Openers{
	awskms.Scheme: lazily(func(c aws.Config) keys.OpenFunc { return awskms.Open(kms.NewFromConfig(c)) }),
	awsstore.SchemeSecret: lazily(func(c aws.Config) keys.OpenFunc {
		return awsstore.OpenSecret(secretsmanager.NewFromConfig(c))
	}),
	awsstore.SchemeParameter: lazily(func(c aws.Config) keys.OpenFunc {
		return awsstore.OpenParameter(getParameter(ssm.NewFromConfig(c).GetParameter))
	}),
}

func lazily(open func(aws.Config) keys.OpenFunc) keys.OpenFunc {
	return func(ctx context.Context, uri string) (crypto.Signer, error) {
		_, name, _ := strings.Cut(uri, ":")
		cfg, err := AWS(ctx, awsname.ARNRegion(name))
		if err != nil {
			return nil, err
		}
		return open(cfg)(ctx, uri)
	}
}

// PrivateKey opens a private key named by a file or a URI.
func PrivateKey(ctx context.Context, ref string) (crypto.Signer, error) {
	if fileExists(ref) || !fileuri.IsURI(ref) {
		ref = "file:" + ref
	}
	return OpenKey(ctx, ".", ref)
}

// OpenKey opens the private key that a URI names; file: is relative to dir.
func OpenKey(ctx context.Context, dir, uri string) (crypto.Signer, error) {
	openers := maps.Clone(Openers)
	openers["file"] = keys.OpenFile(dir)
	return openers.Open(ctx, uri)
}

// stores make the stores of private keys in AWS, under their names.
var stores = map[string]func(cfg aws.Config, name string) keys.Store{
	awskms.Scheme: func(cfg aws.Config, name string) keys.Store {
		return awskms.Store{Client: kms.NewFromConfig(cfg), Alias: name}
	},
	awsstore.SchemeSecret: func(cfg aws.Config, name string) keys.Store {
		return awsstore.SecretStore{Client: secretsmanager.NewFromConfig(cfg), Name: name}
	},
	awsstore.SchemeParameter: func(cfg aws.Config, name string) keys.Store {
		return awsstore.ParameterStore{Client: putParameter(ssm.NewFromConfig(cfg).PutParameter), Name: name}
	},
}

// Store returns the store for a new private key under a URI: file:DIR,
// kms:alias/NAME, secretsmanager:NAME or ssm:NAME; a directory beside the ring
// when it is empty. A relative DIR, as seen from where the command is typed, stays
// relative in the ring's URIs, so that they mean the same in every checkout.
func Store(ctx context.Context, uri, ring string) (keys.Store, error) {
	kind, name, _ := strings.Cut(uri, ":")
	dir, isFile := fileuri.Path(uri)
	switch {
	case uri == "" || isFile && filepath.IsAbs(dir):
		return keys.FileStore{Ring: ring, Dir: dir}, nil
	case isFile:
		dir, err := fileuri.Relative(ring, dir)
		return keys.FileStore{Ring: ring, Dir: dir}, err
	case stores[kind] == nil || name == "":
		return nil, fault.Of(fault.Quote(uri)+" is not a valid store of private keys",
			"give file:DIR, kms:alias/NAME, secretsmanager:NAME or ssm:NAME")
	}
	cfg, err := AWS(ctx, "")
	if err != nil {
		return nil, err
	}
	return stores[kind](cfg, name), nil
}
