package fakeaws_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"example.com/privatecdn/internal/testing/fakeaws"
)

type object = map[string]any

func publicKey(name, key string) object {
	return object{"Type": "AWS::CloudFront::PublicKey", "Properties": object{
		"PublicKeyConfig": object{"CallerReference": name, "Name": name, "EncodedKey": key}}}
}

func keyGroup(name string, keys ...string) object {
	items := []object{}
	for _, key := range keys {
		items = append(items, object{"Ref": key})
	}
	return object{"Type": "AWS::CloudFront::KeyGroup", "Properties": object{"KeyGroupConfig": object{"Name": name,
		"Items": items}}}
}

func bucket(name string) object {
	return object{"Type": "AWS::S3::Bucket", "Properties": object{"BucketName": name}}
}

func manyKeys(n int) (resources object, names []string) {
	resources = object{}
	for i := range n {
		name := fmt.Sprintf("Key%d", i)
		resources[name] = publicKey(name, "x")
		names = append(names, name)
	}
	return resources, names
}

// TestRefuses holds that a deployment which CloudFront refuses fails, with the
// service's reason.
func TestRefuses(t *testing.T) {
	t.Parallel()
	quota, _ := manyKeys(11)
	grouped, names := manyKeys(6)
	grouped["Group"] = keyGroup("group", names...)
	one := object{"Key": publicKey("a", "x"), "Group": keyGroup("group", "Key")}
	for name, c := range map[string]struct {
		before, after object
		want          string // "" if CloudFront accepts it
	}{
		"a key changed in place": {one, object{"Key": publicKey("a", "y"), "Group": keyGroup("group", "Key")},
			"CannotChangeImmutablePublicKeyFields"},
		"a key renamed in place": {one, object{"Key": publicKey("b", "x"), "Group": keyGroup("group", "Key")},
			"CannotChangeImmutablePublicKeyFields"},
		"a key moved":  {one, object{"Other": publicKey("b", "x"), "Group": keyGroup("group", "Other")}, ""},
		"a name twice": {nil, object{"A": publicKey("a", "x"), "B": publicKey("a", "y")}, "already exists"},
		"a group's name twice": {one, object{"Key": one["Key"], "Group": one["Group"], "B": keyGroup("group", "Key")},
			"already exists"},
		"too many keys":            {nil, quota, "TooManyPublicKeys"},
		"too many keys in a group": {nil, grouped, "TooManyPublicKeysInKeyGroup"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := fakeaws.Start(t)
			if c.before != nil {
				if status, reasons := deploy(t, server, "Stack", c.before); !strings.HasSuffix(status, "_COMPLETE") {
					t.Fatal(status, reasons)
				}
			}
			status, reasons := deploy(t, server, "Stack", c.after)
			refused := strings.Contains(status, "ROLLBACK")
			if refused != (c.want != "") || !strings.Contains(reasons, c.want) {
				t.Errorf("%s: %s, want %q", status, reasons, c.want)
			}
		})
	}
}

// TestKeepsWhatIsUsed holds that a key in a group of another stack is not
// deleted.
func TestKeepsWhatIsUsed(t *testing.T) {
	t.Parallel()
	server := fakeaws.Start(t)
	deploy(t, server, "Keys", object{"Key": publicKey("a", "x"), "Other": publicKey("b", "y")})
	client := cloudformation.NewFromConfig(server.Config())
	there, err := client.DescribeStackResources(t.Context(),
		&cloudformation.DescribeStackResourcesInput{StackName: aws.String("Keys")})
	if err != nil {
		t.Fatal(err)
	}
	var id string
	for _, r := range there.StackResources {
		if *r.LogicalResourceId == "Key" {
			id = *r.PhysicalResourceId
		}
	}
	group := object{"Type": "AWS::CloudFront::KeyGroup", "Properties": object{
		"KeyGroupConfig": object{"Name": "group", "Items": []string{id}}}}
	if status, reasons := deploy(t, server, "Groups", object{"Group": group}); status != "CREATE_COMPLETE" {
		t.Fatal(status, reasons)
	}
	if _, reasons := deploy(t, server, "Keys", object{"Other": publicKey("b", "y")}); !strings.Contains(reasons, "Group") {
		t.Errorf("nothing says that the key is in use: %s", reasons)
	}
}

// TestReplaces holds that a change set says which resources are replaced, as
// CloudFormation's specification does.
func TestReplaces(t *testing.T) {
	t.Parallel()
	server := fakeaws.Start(t)
	deploy(t, server, "Stack", object{"Bucket": bucket("first"), "Key": publicKey("a", "x")})
	changed := object{"Bucket": bucket("second"), "Key": publicKey("a", "x")}
	set := changeSet(t, server, "Stack", changed)
	if len(set.Changes) != 1 || set.Changes[0].ResourceChange.Replacement != types.ReplacementTrue {
		t.Errorf("%+v", set.Changes)
	}
	changed["Bucket"].(object)["Properties"] = object{"BucketName": "first",
		"VersioningConfiguration": object{"Status": "Enabled"}}
	set = changeSet(t, server, "Stack", changed)
	if len(set.Changes) != 1 || set.Changes[0].ResourceChange.Replacement != types.ReplacementFalse {
		t.Errorf("%+v", set.Changes)
	}
}

// changeSet creates a change set of a stack, which may be new.
func changeSet(t *testing.T, server *fakeaws.Server, stack string,
	resources object) *cloudformation.DescribeChangeSetOutput {
	t.Helper()
	client := cloudformation.NewFromConfig(server.Config())
	text, err := json.Marshal(object{"Resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	in := cloudformation.CreateChangeSetInput{StackName: &stack, ChangeSetName: aws.String("set"),
		TemplateBody:  aws.String(string(text)),
		ChangeSetType: types.ChangeSetTypeUpdate}
	known, err := client.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil || len(known.Stacks) == 0 {
		in.ChangeSetType = types.ChangeSetTypeCreate
	}
	if _, err := client.CreateChangeSet(t.Context(), &in); err != nil {
		t.Fatal(err)
	}
	set, err := client.DescribeChangeSet(t.Context(), &cloudformation.DescribeChangeSetInput{StackName: &stack,
		ChangeSetName: in.ChangeSetName})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// deploy deploys a stack and returns its status and the reasons of all events.
func deploy(t *testing.T, server *fakeaws.Server, stack string, resources object) (status, reasons string) {
	t.Helper()
	client := cloudformation.NewFromConfig(server.Config())
	set := changeSet(t, server, stack, resources)
	_, err := client.ExecuteChangeSet(t.Context(), &cloudformation.ExecuteChangeSetInput{StackName: &stack,
		ChangeSetName: set.ChangeSetName})
	if err != nil {
		t.Fatal(err)
	}
	known, err := client.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		t.Fatal(err)
	}
	events, err := client.DescribeStackEvents(t.Context(), &cloudformation.DescribeStackEventsInput{StackName: &stack})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events.StackEvents {
		reasons += aws.ToString(e.ResourceStatusReason) + "\n"
	}
	return string(known.Stacks[0].StackStatus), reasons
}
