package edge_test

import (
	"strings"
	"testing"
)

var shapes = map[string]shape{
	"plain":                      {},
	"nothing to do with viewers": {resources: "\nE: {Type: AWS::EFS::FileSystem}"},
	"custom resource":            {resources: "\nC: {Type: Custom::Thing, Properties: {ServiceToken: x}}"},
	"custom resource, long": {
		resources: "\nC: {Type: AWS::CloudFormation::CustomResource, Properties: {ServiceToken: x}}",
	},
	"module": {resources: "\nC: {Type: Some::Team::Thing::MODULE}"},
	"custom resource referred to": {
		config:    "Aliases: [!GetAtt C.Name]",
		resources: "\nC: {Type: Custom::Thing}",
		says:      `give "C.Name" a value`,
	},
	"custom resource given": {
		config:    "Aliases: [!GetAtt C.Name]",
		resources: "\nC: {Type: Custom::Thing}",
		values:    map[string]string{"C.Name": "a.example.com"},
	},
	"nested stack in S3": {
		resources: "\nN: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: " +
			"'https://s3.amazonaws.com/b/t.yaml'}}",
	},
	"nested stack referred to": {
		config:    "Aliases: [!GetAtt N.Outputs.A]",
		resources: "\nN: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://x/t.yaml'}}",
		says:      `give "N.Outputs.A" a value`,
	},
	"SAM": {
		top:       "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Timeout: 3}}",
		resources: "\nF: {Type: AWS::Serverless::Function, Connectors: {}, Properties: {CodeUri: s}}",
	},
	"SAM's own resource": {
		top:    "Transform: [AWS::Serverless-2016-10-31]",
		config: "Aliases: [!Sub '${ServerlessHttpApi}.example.com']",
		says:   `give "ServerlessHttpApi" a value`,
	},
	"SAM's own attribute": {
		top:    "Transform: AWS::Serverless-2016-10-31",
		config: "Aliases: [!GetAtt FUrl.FunctionUrl]",
		values: map[string]string{"FUrl.FunctionUrl": "a.example.com"},
	},
	"LanguageExtensions": {top: "Transform: AWS::LanguageExtensions"},
	"LanguageExtensions used": {
		top:       "Transform: AWS::LanguageExtensions",
		resources: "\nFn::ForEach::T: [N, [a, b], {'T${N}': {Type: AWS::SNS::Topic}}]",
	},
	"blue green": {
		top: "Transform: [AWS::CodeDeployBlueGreen]\nHooks: {H: {Type: AWS::CodeDeploy::BlueGreen}}",
	},
	"a macro of their own": {top: "Transform: [Mine]", says: "Processed"},
	"AWS::Include": {
		top:  "Transform: {Name: AWS::Include, Parameters: {Location: s3://b/x}}",
		says: "macro",
	},
	"resource description": {
		resources: "\nT: {Type: AWS::SNS::Topic, Description: why, Metadata: {a: b}, DependsOn: B}",
	},
	"rules and metadata": {
		top: "Metadata: {a: 1}\nRules: {}\nDescription: d\nAWSTemplateFormatVersion: '2010-09-09'",
	},
	"conditions": {
		top:    "Parameters: {Env: {Type: String, Default: dev}}\nConditions: {Prod: !Equals [!Ref Env, prod]}",
		config: "Aliases: !If [Prod, [a.example.com], !Ref AWS::NoValue]",
	},
	"mapping": {
		top:    "Mappings: {M: {a: {b: home.html}}}",
		config: "PriceClass: PriceClass_100",
	},
	"parameter without default": {
		top:    "Parameters: {A: {Type: String}}",
		config: "Aliases: [!Ref A]",
		says:   `give "A" a value`,
	},
	"parameter given": {
		top:    "Parameters: {A: {Type: String}}",
		config: "Aliases: [!Ref A]",
		values: map[string]string{"A": "a.example.com"},
	},
	"secret joined": {
		origins: webWith(`OriginCustomHeaders: [{HeaderName: X, HeaderValue: !Join ["", ` +
			`["{{resolve:secretsmanager:", !Ref S, ":SecretString:::}}"]]}]`),
		resources: "\nS: {Type: AWS::SecretsManager::Secret}",
		says:      "SecretString:::",
	},
	"secret in Sub": {
		origins: webWith(`OriginCustomHeaders: ` +
			`[{HeaderName: X, HeaderValue: !Sub "{{resolve:ssm:/${AWS::Region}/x}}"}]`),
		values: map[string]string{"resolve:ssm:/us-east-1/x": "v"},
		path:   "/x",
		says:   "200 web web.example.com/x",
	},
	"website": {
		bucket:    "WebsiteConfiguration: {IndexDocument: index.html, ErrorDocument: 404.html}",
		origins:   websiteOrigin,
		resources: public,
		path:      "/docs/",
		says:      "200 docs",
	},
	"website, directory": {
		bucket:    "WebsiteConfiguration: {IndexDocument: index.html}",
		origins:   websiteOrigin,
		resources: public,
		path:      "/docs",
		says:      "302 ",
	},
	"website, error document": {
		bucket:    "WebsiteConfiguration: {IndexDocument: index.html, ErrorDocument: 404.html}",
		origins:   websiteOrigin,
		resources: public,
		path:      "/none",
		says:      "403 not here",
	},
	"website, error page": {
		bucket:    "WebsiteConfiguration: {IndexDocument: index.html}",
		origins:   websiteOrigin,
		resources: public,
		path:      "/none",
		says:      "Code: AccessDenied",
	},
	"website, private bucket": {
		bucket:  "WebsiteConfiguration: {IndexDocument: index.html}",
		origins: websiteOrigin,
		says:    "403 ",
	},
	"website, ACL": {
		bucket:    "AccessControl: PublicRead, WebsiteConfiguration: {IndexDocument: index.html}",
		origins:   websiteOrigin,
		resources: public,
		path:      "/docs/",
		says:      "200 docs",
	},
	"website, all redirected": {
		bucket:  "WebsiteConfiguration: {RedirectAllRequestsTo: {HostName: www.example.com}}",
		origins: websiteOrigin,
		says:    "301 ",
	},
	"website, routing rules": {
		bucket:  "WebsiteConfiguration: {IndexDocument: i, RoutingRules: [{RedirectRule: {HostName: h}}]}",
		origins: websiteOrigin,
		says:    "RoutingRules",
	},
	"website over HTTPS": {
		bucket:  "WebsiteConfiguration: {IndexDocument: index.html}",
		origins: strings.Replace(websiteOrigin, "http-only", "https-only", 1),
		says:    "http-only",
	},
	"website that is none": {origins: websiteOrigin, says: "no WebsiteConfiguration"},
	"website elsewhere": {
		origins: "\n- {Id: o, DomainName: other.s3-website.eu-central-1.amazonaws.com, " +
			"CustomOriginConfig: {OriginProtocolPolicy: http-only}}",
		path: "/docs/",
		says: "200 docs",
	},
	"origin group":               {origins: failing, config: group(503), behavior: "", says: "200 home"},
	"origin group, another code": {origins: failing, config: group(504), says: "503 "},
	"origin group, first answers": {
		origins: strings.NewReplacer("down.example.com", "web.example.com").Replace(failing),
		config:  group(503),
		path:    "/x",
		says:    "200 web web.example.com/x",
	},
	"origin group of one": {
		config: "OriginGroups: {Quantity: 1, Items: [{Id: g, FailoverCriteria: {StatusCodes: {Quantity: " +
			"1, Items: [503]}}, Members: {Quantity: 1, Items: [{OriginId: o}]}}]}",
		says: "two members",
	},
	"origin group of nobody": {
		config: "OriginGroups: {Quantity: 1, Items: [{Id: g, FailoverCriteria: {StatusCodes: {Quantity: " +
			"1, Items: [503]}}, Members: {Quantity: 2, Items: [{OriginId: o}, {OriginId: x}]}}]}",
		says: `no origin "x"`,
	},
	"identity elsewhere": {
		origins: "\n- {Id: o, DomainName: !GetAtt B.RegionalDomainName, S3OriginConfig: " +
			"{OriginAccessIdentity: origin-access-identity/cloudfront/E1ABC}}",
		says: "403 ",
	},
	"identity elsewhere, given": {
		origins: "\n- {Id: o, DomainName: !GetAtt B.RegionalDomainName, S3OriginConfig: " +
			"{OriginAccessIdentity: origin-access-identity/cloudfront/E1ABC}}",
		resources: strings.Replace(public, `"*"`, "{CanonicalUser: abc}", 1),
		values:    map[string]string{"E1ABC.S3CanonicalUserId": "abc"},
	},
	"access control": oac("OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv4"),
	"access control, never": oac(
		"OriginAccessControlOriginType: s3, SigningBehavior: never, SigningProtocol: sigv4",
	).saying("403 "),
	"access control, sigv2": oac(
		"OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv2",
	).saying(`SigningProtocol: "sigv2"`),
	"access control of Lambda": oac(
		"OriginAccessControlOriginType: lambda, SigningBehavior: always, SigningProtocol: sigv4",
	).saying("of type lambda does not sign"),
	"access control without signing": oac(
		"OriginAccessControlOriginType: s3, SigningProtocol: sigv4",
	).saying("SigningBehavior: the property is missing"),
	"function URL": {
		origins: "\n- {Id: o, DomainName: abc.lambda-url.eu-west-1.on.aws, CustomOriginConfig: " +
			"{OriginProtocolPolicy: https-only}, OriginAccessControlId: !Ref A}",
		resources: "\nA: {Type: AWS::CloudFront::OriginAccessControl, Properties: " +
			"{OriginAccessControlConfig: {Name: n, OriginAccessControlOriginType: lambda, " +
			"SigningBehavior: always, SigningProtocol: sigv4}}}",
		path: "/x",
		says: "200 web abc.lambda-url.eu-west-1.on.aws/x",
	},
	"access control elsewhere": {origins: webWith("OriginAccessControlId: E9"), says: `give "E9" a value`},
	"access control given": {
		origins: "\n- {Id: o, DomainName: !GetAtt B.RegionalDomainName, S3OriginConfig: {}, " +
			"OriginAccessControlId: E9}",
		values: map[string]string{"E9": `{"OriginAccessControlConfig": {"OriginAccessControlOriginType": "s3", ` +
			`"SigningBehavior": "always", "SigningProtocol": "sigv4"}}`},
		says: "403 ",
	},
	"key group elsewhere": {behavior: "TrustedKeyGroups: [kg-1]", says: "403 "},
	"key elsewhere": {
		behavior: "TrustedKeyGroups: [!Ref G]",
		resources: "\nG: {Type: AWS::CloudFront::KeyGroup, Properties: {KeyGroupConfig: {Name: g, Items: " +
			"[K2JCJMDEHXQW5F]}}}",
		says: "403 ",
	},
	"key group and key given": {
		behavior: "TrustedKeyGroups: [kg-1]",
		values:   keyGroup("K2JCJMDEHXQW5F", somePEM),
		says:     "403 ",
	},
	"key given is none": {
		behavior: "TrustedKeyGroups: [kg-1]",
		values:   keyGroup("K2", `"x"`),
		says:     "EncodedKey",
	},
	"policy elsewhere": {
		behavior: "CachePolicyId: 11111111-2222-3333-4444-555555555555",
		says:     "Properties in JSON",
	},
	"policy given": {
		behavior: "CachePolicyId: 1111",
		values:   map[string]string{"1111": cacheJSON},
	},
	"policy given is none": {
		behavior: "CachePolicyId: 1111",
		values:   map[string]string{"1111": `[`},
		says:     "CachePolicyId",
	},
	"origin request policy given": {
		behavior: "OriginRequestPolicyId: 1111",
		values:   map[string]string{"1111": requestJSON},
	},
	"headers policy given": {
		behavior: "ResponseHeadersPolicyId: 1111",
		values:   map[string]string{"1111": `{"ResponseHeadersPolicyConfig": {"Name": "n"}}`},
	},
	"function elsewhere": {
		behavior: "FunctionAssociations: [{EventType: viewer-request, FunctionARN: " +
			"'arn:aws:cloudfront::1:function/f'}]",
		says: "Properties in JSON",
	},
	"function given": {
		behavior: "FunctionAssociations: [{EventType: viewer-request, FunctionARN: arn-f}]",
		values: map[string]string{"arn-f": `{"Name": "f", "AutoPublish": true, "FunctionCode": ` +
			`"function handler(e) { return {statusCode: 200, body: 'made'} }", ` +
			`"FunctionConfig": {"Runtime": "cloudfront-js-2.0"}}`},
		says: "200 made",
	},
	"function unpublished": fn(
		"FunctionConfig: {Comment: c, Runtime: cloudfront-js-2.0}",
		"function handler(e) { return e.request }",
	).saying("is not published"),
	"runtime 1.0, async": fn(
		"AutoPublish: true, FunctionConfig: {Comment: c, Runtime: cloudfront-js-1.0}",
		"async function handler(e) { return e.request }",
	).saying("has no async"),
	"runtime 1.0": fn(
		"AutoPublish: true, FunctionConfig: {Comment: c, Runtime: cloudfront-js-1.0}",
		"function handler(e) { var r = e.request; return r }",
	),
	"runtime of Lambda": fn(
		"AutoPublish: true, FunctionConfig: {Comment: c, Runtime: nodejs22.x}",
		"function handler(e) { return e.request }",
	).saying("nodejs22.x"),
	"function updates the origin": fn(
		"AutoPublish: true, "+runtime2,
		"import cf from 'cloudfront'; function handler(e) { cf.updateRequestOrigin({domainName: "+
			"'web.example.com', originPath: '/v1', originAccessControlConfig: {enabled: false}}); "+
			"return e.request }",
	).saying("200 web web.example.com/v1/home.html"),
	"function selects an origin": fn(
		"AutoPublish: true, "+runtime2,
		"import cf from 'cloudfront'; function handler(e) { cf.selectRequestOriginById('web'); "+
			"return e.request }",
	).with(custom("web", "web.example.com")).saying("200 web web.example.com/home.html"),
	"function selects nobody": fn(
		"AutoPublish: true, "+runtime2,
		"import cf from 'cloudfront'; function handler(e) { cf.selectRequestOriginById('x'); return e.request }",
	).saying("502 "),
	"function makes an origin group": fn(
		"AutoPublish: true, "+runtime2,
		"import cf from 'cloudfront'; function handler(e) { cf.createRequestOriginGroup({}); return e.request }",
	).saying("createRequestOriginGroup"),
	"Enabled missing": {enabled: "Comment: c", says: "Enabled: the property is missing"},
	"disabled":        {enabled: "Enabled: false", says: "403 "},
	"viewer protocol missing": {
		protocol: "SmoothStreaming: false",
		says:     "ViewerProtocolPolicy: the property is missing",
	},
	"origin protocol missing": {
		origins: "\n- {Id: o, DomainName: web.example.com, CustomOriginConfig: {HTTPPort: 80}}",
		says:    "OriginProtocolPolicy: the property is missing",
	},
	"query string missing": {
		behavior: "ForwardedValues: {Headers: [Origin]}",
		says:     "QueryString: the property is missing",
	},
	"event type missing": {
		behavior: "FunctionAssociations: [{FunctionARN: x}]",
		says:     "EventType: the property is missing",
	},
	"no origin for the behavior": {
		origins: custom("p", "web.example.com"),
		says:    `no origin "o"`,
	},
	"frame option": headersPolicy(
		"SecurityHeadersConfig: {FrameOptions: {FrameOption: ALLOWALL, Override: true}}",
	).saying(`"ALLOWALL"`),
	"frame option missing": headersPolicy(
		"SecurityHeadersConfig: {FrameOptions: {Override: true}}",
	).saying("FrameOption: the property is missing"),
	"referrer policy": headersPolicy(
		"SecurityHeadersConfig: {ReferrerPolicy: {ReferrerPolicy: nonsense, Override: true}}",
	).saying(`"nonsense"`),
	"HSTS below zero": headersPolicy(
		"SecurityHeadersConfig: {StrictTransportSecurity: {AccessControlMaxAgeSec: -7, Override: true}}",
	).saying("-7 is not within"),
	"CORS method": headersPolicy(
		"CorsConfig: {AccessControlAllowCredentials: false, AccessControlAllowHeaders: {Items: " +
			"['*']}, AccessControlAllowMethods: {Items: [TRACE]}, AccessControlAllowOrigins: {Items: " +
			"['*']}, OriginOverride: true}",
	).saying(`"TRACE"`),
	"only removed headers": headersPolicy("RemoveHeadersConfig: {Items: [{Header: X-A}]}"),
	"TTL below zero": {
		behavior: "ForwardedValues: {QueryString: false}\nMinTTL: -1",
		says:     "MinTTL: -1 is not within",
	},
	"port": {
		origins: "\n- {Id: o, DomainName: web.example.com, CustomOriginConfig: {OriginProtocolPolicy: " +
			"http-only, HTTPPort: 70000}}",
		says: "70000 is not within",
	},
	"error code 412": {config: "CustomErrorResponses: [{ErrorCode: 412}]", says: `ErrorCode: "412"`},
	"error code 415": {config: "CustomErrorResponses: [{ErrorCode: 415}]", says: `ErrorCode: "415"`},
	"error code":     {config: "CustomErrorResponses: [{ErrorCode: 418}]", says: `ErrorCode: "418"`},
	"response code": {
		config: "CustomErrorResponses: [{ErrorCode: 404, ResponseCode: 201, ResponsePagePath: /x}]",
		says:   `ResponseCode: "201"`,
	},
	"protocol version": {
		config: "ViewerCertificate: {CloudFrontDefaultCertificate: true, MinimumProtocolVersion: TLSv9}",
		says:   `"TLSv9"`,
	},
	"price class":                {config: "PriceClass: PriceClass_Cheap", says: `"PriceClass_Cheap"`},
	"attempts":                   {origins: webWith("ConnectionAttempts: 9"), says: "9 is not within 1 to 3"},
	"HTTP version in upper case": {config: "HttpVersion: HTTP2"},
	"unknown property":           {config: "Typo: 1", says: "Typo: unknown property"},
	"Lambda@Edge": {
		behavior: "LambdaFunctionAssociations: [{EventType: origin-request, LambdaFunctionARN: x}]",
		says:     "Lambda@Edge is not run",
	},
	"Lambda@Edge left out": {
		behavior: "LambdaFunctionAssociations: [{EventType: origin-request, LambdaFunctionARN: x}]",
		stub:     true,
	},
	"forwarded values": {behavior: "ForwardedValues: {QueryString: false, Cookies: {Forward: none}}"},
	"origin shield and more": {
		origins: plainOrigin + "\n  OriginShield: {Enabled: true, OriginShieldRegion: eu-west-1}" +
			"\n  ConnectionTimeout: 5\n  ResponseCompletionTimeout: 30",
	},
	"two functions of one name": {
		resources: functionNamed("One", "same") + functionNamed("Two", "same"),
		says:      `Name: One has the name "same" too`,
	},
	"origin group without codes": {
		origins: failing,
		config: strings.Replace(group(503), "FailoverCriteria: {StatusCodes: {Quantity: 1, Items: [503]}}",
			"FailoverCriteria: {}", 1),
		says: "FailoverCriteria.StatusCodes: the property is missing",
	},
	"CORS without origins": headersPolicy(
		"CorsConfig: {AccessControlAllowCredentials: false, AccessControlAllowHeaders: {Items: ['*']}, " +
			"AccessControlAllowMethods: {Items: [GET]}, OriginOverride: true}",
	).saying("AccessControlAllowOrigins: the property is missing"),
	"custom header without Override": headersPolicy(
		"CustomHeadersConfig: {Items: [{Header: X, Value: y}]}",
	).saying("Override: the property is missing"),
	"custom header without value": headersPolicy(
		"CustomHeadersConfig: {Items: [{Header: X, Value: '', Override: true}]}",
	),
	"cache policy without a key": cachePolicy("MinTTL: 0, DefaultTTL: 3, MaxTTL: 4").saying(
		"ParametersInCacheKeyAndForwardedToOrigin: the property is missing"),
	"cache policy without a TTL": cachePolicy("MinTTL: 0, MaxTTL: 4, " + cacheKey).saying(
		"DefaultTTL: the property is missing"),
	"runtime missing": fn("AutoPublish: true, FunctionConfig: {Comment: c}", "x").saying(
		"FunctionConfig.Runtime: the property is missing"),
	"forwarded cookies missing": {
		behavior: "ForwardedValues: {QueryString: false, Cookies: {WhitelistedNames: [a]}}",
		says:     "Forward: the property is missing",
	},
	"two distributions of one alias": {
		config: "Aliases: [a.example.com]",
		resources: "\nE: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: " +
			"{Aliases: [A.example.com], Enabled: true, Origins: [{Id: o, DomainName: web.example.com, " +
			"CustomOriginConfig: {OriginProtocolPolicy: https-only}}], DefaultCacheBehavior: {TargetOriginId: o, " +
			"ViewerProtocolPolicy: allow-all, ForwardedValues: {QueryString: false}}}}}",
		says: `has the alias "A.example.com" too`,
	},
	"two behaviors of one pattern": {
		config: "CacheBehaviors: [" + behaviorAt("/a") + ", " + behaviorAt("/a") + "]",
		says:   `another behavior has the pattern "/a"`,
	},
	"two functions of one event": {
		behavior: "FunctionAssociations: [{EventType: viewer-request, FunctionARN: !GetAtt One.FunctionARN}, " +
			"{EventType: viewer-request, FunctionARN: !GetAtt One.FunctionARN}]",
		resources: functionNamed("One", "one"),
		says:      "another viewer-request function",
	},
	"cached and not allowed": {
		behavior: "AllowedMethods: [GET, HEAD]\nCachedMethods: [GET, HEAD, OPTIONS]",
		says:     "CachedMethods",
	},
	"origin as a URL": {
		origins: custom("o", "'https://web.example.com'"),
		says:    "is not a valid domain name",
	},
	"origin with a port": {
		origins: custom("o", "'web.example.com:81'"),
		says:    "is not a valid domain name",
	},
	"origin path without a slash": {origins: webWith("OriginPath: v1"), says: "does not begin with a slash"},
	"origin group of one twice": {
		origins: failing,
		config:  strings.Replace(group(503), "OriginId: second", "OriginId: first", 1),
		says:    "the two members are one origin",
	},
	"custom header name": headersPolicy(
		"CustomHeadersConfig: {Items: [{Header: 'X Y', Value: y, Override: true}]}",
	).saying("is not a valid header"),
	"custom header in two lines": headersPolicy(
		`CustomHeadersConfig: {Items: [{Header: X, Value: "a\r\nB: c", Override: true}]}`,
	).saying("is not a valid header"),
	"website without index": {
		bucket: "WebsiteConfiguration: {ErrorDocument: 404.html}",
		says:   "an IndexDocument without slashes or RedirectAllRequestsTo",
	},
	"website, index and redirect": {
		bucket: "WebsiteConfiguration: {IndexDocument: i, RedirectAllRequestsTo: {HostName: h}}",
		says:   "an IndexDocument without slashes or RedirectAllRequestsTo",
	},
	"website, index with a slash": {
		bucket: "WebsiteConfiguration: {IndexDocument: a/index.html}",
		says:   "an IndexDocument without slashes or RedirectAllRequestsTo",
	},
	"Fn::ForEach without its transform": {
		resources: "\nFn::ForEach::T: [N, [a, b], {'T${N}': {Type: AWS::SNS::Topic}}]",
		says:      "add Transform: AWS::LanguageExtensions",
	},
	"yes is true": {
		enabled: "Enabled: Yes",
		top:     "Parameters: {A: {Type: String, Default: 'no', AllowedValues: ['yes', 'no']}}",
		config:  "Comment: !Ref A\nIPV6Enabled: off",
	},
	"LanguageExtensions over a parameter": {
		top:       extended + "Parameters: {Names: {Type: CommaDelimitedList, Default: 'a, b'}}",
		config:    "Comment: !Ref Ta",
		resources: "\nFn::ForEach::T: [N, !Ref Names, {'T${N}': {Type: AWS::SNS::Topic}}]",
	},
	"LanguageExtensions over a value": {
		top:       extended + "Parameters: {Names: {Type: CommaDelimitedList, Default: 'a, b'}}",
		config:    "Aliases: [!Ref Tz]",
		resources: "\nFn::ForEach::T: [N, !Ref Names, {'T${N}': {Type: AWS::SNS::Topic}}]",
		values:    map[string]string{"Names": "y,z"},
	},
	"LanguageExtensions over a mapping": {
		top:       extended + "Mappings: {M: {a: {b: [x, y]}}}",
		config:    "Aliases: [!Ref Ty]",
		resources: "\nFn::ForEach::T: [N, !FindInMap [M, a, b], {'T${N}': {Type: AWS::SNS::Topic}}]",
	},
	"LanguageExtensions over nobody": {
		top:       extended + "Parameters: {Names: {Type: CommaDelimitedList}}",
		resources: "\nFn::ForEach::T: [N, !Ref Names, {'T${N}': {Type: AWS::SNS::Topic}}]",
		says:      `give "Names" a value`,
	},
	"Fn::Length without its transform": {
		origins: webWith("ConnectionAttempts: {Fn::Length: [a]}"),
		says:    "Fn::Length needs a transform that the template does not name; add Transform: AWS::Lang",
	},
	"Fn::ToJsonString without its transform": {
		config: "Aliases: [{Fn::ToJsonString: [a]}]",
		says:   "Fn::ToJsonString needs a transform that the template does not name",
	},
	"output of a function that is not known": {top: "Outputs: {O: {Value: !Select [0, !GetAZs '']}}"},
	"methods in lower case": {
		behavior: "AllowedMethods: [get, head]",
		says:     `AllowedMethods[0]: "get" is not a supported value; use one of GET, HEAD`,
	},
	"cached method in lower case": {behavior: "CachedMethods: [GET, head]", says: `CachedMethods[1]: "head"`},
	"error code 410":              {config: "CustomErrorResponses: [{ErrorCode: 410}]", says: `ErrorCode: "410"`},
	"response code 410": {
		config: "CustomErrorResponses: [{ErrorCode: 404, ResponseCode: 410, ResponsePagePath: /x}]",
		says:   `ResponseCode: "410"`,
	},
	"error code twice": {
		config: "CustomErrorResponses: [{ErrorCode: 404}, {ErrorCode: 403}, {ErrorCode: 404, ErrorCachingMinTTL: 0}]",
		says:   "CustomErrorResponses[2].ErrorCode: there are two responses for 404",
	},
	"response code without a page": {
		config: "CustomErrorResponses: [{ErrorCode: 404, ResponseCode: 200}]",
		says:   "CustomErrorResponses[0]: CloudFront needs ResponseCode and ResponsePagePath together",
	},
	"page without a response code": {
		config: "CustomErrorResponses: [{ErrorCode: 404, ResponsePagePath: /x}]",
		says:   "set both, or neither",
	},
	"origin header Host": {
		origins: webWith("OriginCustomHeaders: [{HeaderName: host, HeaderValue: x}]"),
		says:    "OriginCustomHeaders[0].HeaderName: CloudFront does not add host to requests; use a header",
	},
	"origin header of a reserved prefix": {
		origins: webWith("OriginCustomHeaders: [{HeaderName: X-Amz-Thing, HeaderValue: x}]"),
		says:    "does not add X-Amz-Thing",
	},
	"origin headers that may be": {
		origins: webWith("OriginCustomHeaders: [{HeaderName: Origin, HeaderValue: a}, " +
			"{HeaderName: TEN, HeaderValue: b}]"),
		path: "/x",
		says: "200 web web.example.com/x",
	},
	"origin header twice": {
		origins: webWith("OriginCustomHeaders: [{HeaderName: X-A, HeaderValue: a}, " +
			"{HeaderName: x-a, HeaderValue: b}]"),
		says: `OriginCustomHeaders[1].HeaderName: the origin has two headers "x-a"`,
	},
	"origin header in two lines": {
		origins: webWith(`OriginCustomHeaders: [{HeaderName: X-A, HeaderValue: "a\r\nB: c"}]`),
		says:    `OriginCustomHeaders[0]: "X-A" is not a valid header`,
	},
	"Lambda@Edge, two of one event": {
		behavior: "LambdaFunctionAssociations: [{EventType: origin-request, LambdaFunctionARN: x}, " +
			"{EventType: origin-request, LambdaFunctionARN: y}]",
		stub: true,
		says: "LambdaFunctionAssociations[1].EventType: the behavior has another origin-request function",
	},
	"Lambda@Edge beside a CloudFront function": {
		behavior: "LambdaFunctionAssociations: [{EventType: viewer-response, LambdaFunctionARN: x}]\n" +
			"FunctionAssociations: [{EventType: viewer-request, FunctionARN: !GetAtt One.FunctionARN}]",
		resources: functionNamed("One", "one"),
		stub:      true,
		says:      "use CloudFront functions for both viewer events",
	},
	"Lambda@Edge of the origin beside a CloudFront function": {
		behavior: "LambdaFunctionAssociations: [{EventType: origin-response, LambdaFunctionARN: x}]\n" +
			"FunctionAssociations: [{EventType: viewer-request, FunctionARN: !GetAtt One.FunctionARN}]",
		resources: functionNamed("One", "one"),
		stub:      true,
	},
	"access control of a website": {
		bucket:    "WebsiteConfiguration: {IndexDocument: index.html}",
		origins:   strings.TrimSuffix(websiteOrigin, "}") + ", OriginAccessControlId: !Ref A}",
		resources: oac("OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv4").resources,
		says:      "OriginAccessControlId: CloudFront does not sign requests to a website endpoint; name the bucket's",
	},
	"access control beside an identity": {
		origins:   plainOrigin + "\n  OriginAccessControlId: !Ref A",
		resources: oac("OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv4").resources,
		says:      "OriginAccessControlId: an origin has an origin access identity or an origin access control",
	},
	"trusted signers": {behavior: "TrustedSigners: [self]", says: "403 "},
	"trusted signers are told": {
		behavior: "TrustedSigners: [self]",
		says:     "D: the keys of the trusted signer self are not in the template",
	},
	"key twice": {
		behavior: "Compress: true\nCompress: false",
		says:     "; Compress: stands twice in one object (line ",
	},
	"key twice, the last one counts": {behavior: "TrustedKeyGroups: []\nTrustedKeyGroups: [kg-1]", says: "403 "},
	"certificate of a custom resource": {
		config:    "ViewerCertificate: {AcmCertificateArn: !GetAtt C.Arn, SslSupportMethod: sni-only}",
		resources: "\nC: {Type: Custom::Certificate}",
	},
	"certificate looked up": {
		config: `ViewerCertificate: {AcmCertificateArn: "{{resolve:ssm:/certificate}}", SslSupportMethod: sni-only}`,
	},
	"certificate that is none": {
		config: "ViewerCertificate: {AcmCertificateArn: !Ref Nobody, SslSupportMethod: sni-only}",
		says:   `Ref of "Nobody"`,
	},
	"web ACL of another stack": {
		config: "WebACLId: !ImportValue acl",
		says:   "200 home; D: its web ACL is not evaluated",
	},
	"log bucket of another stack": {config: "Logging: {Bucket: !ImportValue logs}"},
	"public by an access control list": {
		bucket: "AccessControl: PublicRead",
		says:   "200 home; B: access control lists are not evaluated",
	},
	"access control list of logs": {bucket: "AccessControl: LogDeliveryWrite"},
	"whitelist of nothing": {
		config: "Restrictions: {GeoRestriction: {RestrictionType: whitelist}}",
		says:   "GeoRestriction.Locations",
	},
	"cache tags": {config: "CacheTagConfig: {HeaderName: Cache-Tag}"},
}

// Templates as the world writes them are served, or refused by name where AWS
// refuses them.
func TestTemplateShapes(t *testing.T) {
	t.Parallel()
	for name, s := range shapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := or(s.says, "200 home")
			if got := s.respond(t, or(s.path, "/")); !strings.Contains(got, want) {
				t.Errorf("%s, want %q\n%s", got, want, s.text())
			}
		})
	}
}
