// The default app of this repository, written in TypeScript: the same
// constructs with the same IDs, so that both synthesize the same template.
// COPIES=n makes n distributions, ten in a stack, and prints how long one took.
import { createHash, createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as cdk from "aws-cdk-lib";
import * as cf from "aws-cdk-lib/aws-cloudfront";
import * as origins from "aws-cdk-lib/aws-cloudfront-origins";
import * as iam from "aws-cdk-lib/aws-iam";
import * as s3 from "aws-cdk-lib/aws-s3";
import * as ssm from "aws-cdk-lib/aws-ssm";
import { Construct } from "constructs";

interface Ring {
  maxLifetime: number;
  keys: { fingerprint: string; algorithm: string; state: string; public: string; private: string }[];
}

const name = (c: Construct, max = 80) => `${cdk.Names.uniqueResourceName(c, { maxLength: max })}-${cdk.Stack.of(c).region}`;

class Keys extends Construct {
  readonly group: cf.KeyGroup;
  readonly listed: object[] = [];
  readonly ids: string[] = [];
  signing = "";
  constructor(scope: Construct, ring: Ring, dir: string) {
    super(scope, "Keys");
    const items = ring.keys.map((k) => {
      const pem = readFileSync(join(dir, k.public), "utf8");
      const der = createPublicKey(pem).export({ type: "spki", format: "der" });
      if ("SHA256:" + createHash("sha256").update(der).digest("hex") !== k.fingerprint) throw new Error(k.fingerprint);
      const key = new cf.PublicKey(this, k.fingerprint, {
        encodedKey: pem,
        publicKeyName: `${name(this)}-${k.fingerprint.slice(7, 23)}`,
        comment: k.fingerprint,
      });
      if (k.state === "signing") this.signing = key.publicKeyId;
      this.ids.push(key.publicKeyId);
      this.listed.push({
        id: key.publicKeyId, fingerprint: k.fingerprint, algorithm: k.algorithm, state: k.state,
        ...(k.private.startsWith("file:") ? {} : { privateKey: k.private }),
      });
      return key;
    });
    this.group = new cf.KeyGroup(this, "KeyGroup", { items, keyGroupName: name(this) });
  }
}

class Media extends Construct {
  readonly outputs: [string, string, string][];
  constructor(scope: Construct, id: string, ring: Ring, dir: string, publicPaths: string[]) {
    super(scope, id);
    const common = {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      encryption: s3.BucketEncryption.S3_MANAGED,
      removalPolicy: cdk.RemovalPolicy.RETAIN,
    };
    const logs = new s3.Bucket(this, "Logs", {
      ...common,
      objectOwnership: s3.ObjectOwnership.OBJECT_WRITER,
      lifecycleRules: [{ expiration: cdk.Duration.days(365) }],
    });
    const bucket = new s3.Bucket(this, "Bucket", {
      ...common,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      serverAccessLogsBucket: logs,
      serverAccessLogsPrefix: "s3/",
    });
    const keys = new Keys(this, ring, dir);
    const cachePolicy = new cf.CachePolicy(this, "Cache", {
      cachePolicyName: name(this),
      minTtl: cdk.Duration.seconds(0),
      defaultTtl: cdk.Duration.seconds(3600),
      maxTtl: cdk.Duration.seconds(86400),
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    });
    const override = true;
    const responseHeadersPolicy = new cf.ResponseHeadersPolicy(this, "ResponseHeaders", {
      responseHeadersPolicyName: name(this),
      corsBehavior: {
        accessControlAllowCredentials: false,
        accessControlAllowHeaders: ["*"],
        accessControlAllowMethods: ["GET", "HEAD", "OPTIONS"],
        accessControlAllowOrigins: ["*"],
        accessControlExposeHeaders: ["Accept-Ranges", "Content-Encoding", "Content-Length", "Content-Range", "Date", "ETag"],
        accessControlMaxAge: cdk.Duration.seconds(600),
        originOverride: true,
      },
      securityHeadersBehavior: {
        contentTypeOptions: { override },
        frameOptions: { frameOption: cf.HeadersFrameOption.SAMEORIGIN, override },
        referrerPolicy: { referrerPolicy: cf.HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN, override },
        strictTransportSecurity: {
          accessControlMaxAge: cdk.Duration.seconds(31536000), includeSubdomains: false, preload: false, override,
        },
        xssProtection: { protection: true, modeBlock: true, override },
      },
    });
    const originAccessIdentity = new cf.OriginAccessIdentity(this, "Identity", { comment: this.node.path });
    bucket.addToResourcePolicy(new iam.PolicyStatement({
      principals: [originAccessIdentity.grantPrincipal], actions: ["s3:GetObject"], resources: [bucket.arnForObjects("*")],
    }));
    const origin = origins.S3BucketOrigin.withOriginAccessIdentity(bucket, { originAccessIdentity });
    const behavior = {
      allowedMethods: cf.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
      cachedMethods: cf.CachedMethods.CACHE_GET_HEAD,
      cachePolicy,
      compress: true,
      originRequestPolicy: cf.OriginRequestPolicy.CORS_S3_ORIGIN,
      responseHeadersPolicy,
      viewerProtocolPolicy: cf.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    };
    const distribution = new cf.Distribution(this, "Distribution", {
      defaultBehavior: { origin, ...behavior, trustedKeyGroups: [keys.group] },
      enableIpv6: true,
      errorResponses: [],
      httpVersion: cf.HttpVersion.HTTP2_AND_3,
      priceClass: cf.PriceClass.PRICE_CLASS_200,
      publishAdditionalMetrics: false,
      enableLogging: true,
      logBucket: logs,
      logFilePrefix: "cloudfront/",
    });
    for (const path of publicPaths) distribution.addBehavior(path, origin, behavior);
    (distribution.node.defaultChild as cdk.CfnResource).addMetadata("cdk_nag", { rules_to_suppress: acknowledged });
    const stack = cdk.Stack.of(this);
    const text = JSON.stringify({
      version: 1, stack: stack.stackName, hosts: [distribution.distributionDomainName],
      bucket: { name: bucket.bucketName, region: stack.region },
      behaviors: [
        ...publicPaths.map((pathPattern) => ({ pathPattern, access: "public", maxTtl: 86400 })),
        { pathPattern: "*", access: "signed", keys: keys.ids, maxTtl: 86400 },
      ],
      keys: keys.listed, maxLifetime: ring.maxLifetime,
    }, null, 1).replace(/^ +/gm, "");
    const parts = text.split(/(?<=\n)|(\$\{Token\[.*?\]\})/).filter((part) => part);
    const parameter = new ssm.StringParameter(this, "Deployment", {
      parameterName: `/privatecdn/${stack.stackName}/${id}`,
      simpleName: false,
      description: `What a signer has to know of ${this.node.path}`,
      stringValue: cdk.Token.asString({ "Fn::Join": ["", parts] }),
      tier: ssm.ParameterTier.INTELLIGENT_TIERING,
    });
    this.outputs = [
      ["Deployment", "The deployment document: what a signer has to know", parameter.stringValue],
      ["DeploymentParameter", "The SSM parameter with the deployment document", parameter.parameterName],
      ["DistributionId", "The distribution, for invalidations", distribution.distributionId],
      ["DistributionDomainName", "The host that serves the content", distribution.distributionDomainName],
      ["BucketName", "The private bucket to put content into", bucket.bucketName],
      ["LogBucketName", "The bucket that takes the access logs", logs.bucketName],
      ["KeyGroupId", "The trusted key group", keys.group.keyGroupId],
      ["KeyPairId", "The Key-Pair-Id of the key that signs", keys.signing],
    ];
  }
}

const acknowledged = [
  { id: "AwsSolutions-CFR1", reason: "Signatures say who may read, not countries; Viewer.AllowCountries and DenyCountries restrict those" },
  { id: "AwsSolutions-CFR2", reason: "Objects are read from a bucket, no application is behind this; Viewer.WebACLID puts AWS WAF before it" },
  { id: "AwsSolutions-CFR4", reason: "On a cloudfront.net host CloudFront alone sets the TLS policy; Viewer.Certificate brings TLS 1.2 and newer only" },
  { id: "AwsSolutions-CFR7", reason: "An origin access identity may read objects and nothing else; OriginAccess OAC is the newer way" },
];

const app = new cdk.App();
const dir: string = app.node.tryGetContext("ring");
const ring: Ring = JSON.parse(readFileSync(join(dir, "ring.json"), "utf8"));
const copies = Number(process.env.COPIES ?? 0);
if (copies === 0) {
  const stack = new cdk.Stack(app, "PrivateCdn");
  const media = new Media(stack, "Media", ring, dir, app.node.tryGetContext("public"));
  for (const [id, description, value] of media.outputs) new cdk.CfnOutput(stack, id, { description, value });
} else {
  const warm = new cdk.App({ outdir: mkdtempSync(join(tmpdir(), "warm-")) });
  new Media(new cdk.Stack(warm, "Stack"), "Media", ring, dir, []);
  warm.synth();
  const start = performance.now();
  let stack = new cdk.Stack(app, "Stack0");
  for (let i = 0; i < copies; i++) {
    if (i > 0 && i % 10 === 0) stack = new cdk.Stack(app, `Stack${i}`);
    new Media(stack, `Media${i}`, ring, dir, []);
  }
  app.synth();
  console.log(`TypeScript: ${copies} distributions: ${((performance.now() - start) / copies).toFixed(1)} ms each`);
}
