package privatecdn

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/aws/jsii-runtime-go/runtime"
)

// isToken reports whether s is known at deployment only.
func isToken(s string) bool { return strings.Contains(s, "${Token[") }

// warn adds a warning that an app can acknowledge. The method has one more
// parameter, which may be nil, in newer releases of CDK.
func warn(c constructs.IConstruct, id, text string) {
	method := reflect.ValueOf(awscdk.Annotations_Of(c)).MethodByName("AddWarningV2")
	args := []reflect.Value{reflect.ValueOf(jsii.String("privatecdn:" + id)), reflect.ValueOf(&text)}
	for len(args) < method.Type().NumIn() {
		args = append(args, reflect.Zero(method.Type().In(len(args))))
	}
	method.Call(args)
}

// copyFields copies a struct of CDK's to one that has all its fields.
func copyFields(to, from any) {
	source := reflect.ValueOf(from).Elem()
	for i := range source.NumField() {
		reflect.ValueOf(to).Elem().FieldByName(source.Type().Field(i).Name).Set(source.Field(i))
	}
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

func seconds(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}

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
