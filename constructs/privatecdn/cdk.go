package privatecdn

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go/runtime"
)

// isToken reports whether s is known at deployment only.
func isToken(s string) bool { return strings.Contains(s, "${Token[") }

// warn adds a warning that an app can acknowledge. The method has one more
// parameter, which may be nil, in newer releases of CDK.
func warn(c constructs.IConstruct, id, text string) {
	method := reflect.ValueOf(awscdk.Annotations_Of(c)).MethodByName("AddWarningV2")
	args := []reflect.Value{reflect.ValueOf(new("privatecdn:" + id)), reflect.ValueOf(&text)}
	for len(args) < method.Type().NumIn() {
		args = append(args, reflect.Zero(method.Type().In(len(args))))
	}
	method.Call(args)
}

// copied returns a struct of CDK's as another one that has all its fields.
func copied[T any](from any) *T {
	to := new(T)
	for field, v := range reflect.ValueOf(from).Elem().Fields() {
		reflect.ValueOf(to).Elem().FieldByName(field.Name).Set(v)
	}
	return to
}

// readProperties reads the properties of a resource of this app, by CDK's names,
// and returns false for one of another. It reads what CDK keeps of them all,
// since releases differ in the properties that their own getters can return.
func readProperties(c constructs.IConstruct, into any) bool {
	resource, ok := c.Node().DefaultChild().(awscdk.CfnResource)
	if !ok {
		return false
	}
	var all any
	runtime.Get(resource, "cfnProperties", &all)
	return json.Unmarshal(resolved(resource.Stack(), all), into) == nil
}

// resolved returns a value of CDK's as JSON, with what is known at deployment
// only as CloudFormation has it; nil if it has no JSON.
func resolved(stack awscdk.Stack, v any) []byte {
	text, _ := json.Marshal(plain(stack.Resolve(v)))
	return text
}

// plain unwraps the maps that came from Go, as jsii returns them.
func plain(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	if inner, wrapped := m["$jsii.map"]; wrapped {
		return plain(inner)
	}
	for k := range m {
		m[k] = plain(m[k])
	}
	return m
}

func seconds(d time.Duration) awscdk.Duration { return awscdk.Duration_Seconds(new(d.Seconds())) }

// optionalSeconds returns nil, CDK's default, for 0.
func optionalSeconds(d time.Duration) awscdk.Duration {
	if d == 0 {
		return nil
	}
	return seconds(max(d, 0))
}

// optional returns nil, CDK's default, for the zero value.
func optional[T comparable](v T) *T { return when(v != *new(T), v) }

// optionalList returns nil, CDK's default, for an empty list.
func optionalList[T any](list []T) *[]T { return when(len(list) > 0, list) }

// when returns nil, CDK's default, unless given.
func when[T any](given bool, v T) *T {
	if !given {
		return nil
	}
	return &v
}

// or returns what p points to, or the zero value.
func or[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// place is where a distribution is made. Name, Region and account may be tokens.
type place struct {
	stack                 awscdk.Stack
	name, region, account string
}

func placeOf(c constructs.Construct) place {
	stack := awscdk.Stack_Of(c)
	return place{stack, *stack.StackName(), *stack.Region(), *stack.Account()}
}

// longestName leaves room for a suffix in the 128 characters that CloudFront
// allows for a policy's, a key group's or a public key's name.
const longestName = 80

// physicalName returns the beginning of the names that CloudFront requires. They
// are unique in an account across all its Regions, so the stack's name and Region
// are part of them: two copies of a stack never collide.
func physicalName(c constructs.Construct, region string) string {
	return stackwideName(c, longestName) + "-" + region
}

// stackwideName returns a name of at most longest characters, unique in a Region
// of an account.
func stackwideName(c constructs.Construct, longest float64) string {
	return *awscdk.Names_UniqueResourceName(c, &awscdk.UniqueResourceNameOptions{MaxLength: &longest})
}

// digest shortens s to what a name has room for.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

// parameterName returns the name of the parameter with the deployment document:
// /privatecdn/ and the construct's path, which begins with the stack's name and
// so is unique where the stack is. What Systems Manager does not allow there is
// replaced, with a digest to stay unique.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
func parameterName(d *distribution) string {
	above := shared(d, "path", func() string { return *d.in.stack.Node().Path() })
	path := strings.TrimPrefix(d.path, above)
	allowed := notInParameter.ReplaceAllString(path, "-")
	if levels := strings.Split(allowed, "/"); len(levels) > 12 { // of 15, three of which are before it
		allowed = strings.Join(levels[:12], "/") + "-" + strings.Join(levels[12:], "-")
	}
	if allowed != path {
		allowed += "-" + digest(path)
	}
	return "/privatecdn/" + d.in.name + allowed
}

var notInParameter = regexp.MustCompile(`[^A-Za-z0-9_./-]`)
