package privatecdn

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// Logging is where the access logs go. The zero Logging keeps CloudFront's
// standard logs, and S3's own of the content bucket, for a year in a bucket of
// their own.
type Logging struct {
	// Off writes no logs.
	Off bool
	// V2 writes standard logs v2, whose delivery CloudFormation can make in
	// us-east-1 only.
	// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
	V2 bool
	// Format of the v2 logs: json, plain, w3c, raw or parquet; the default is
	// w3c.
	Format string
	// Keep is how long logs are kept; whole days, a year by default.
	Keep time.Duration
}

const day = 24 * time.Hour

func (l Logging) withDefaults() Logging {
	if l.Keep == 0 {
		l.Keep = year
	}
	if l.Format == "" {
		l.Format = "w3c"
	}
	return l
}

func (d *distribution) addLogBucket() {
	if d.props.Logging.Off {
		return
	}
	props := d.privateBucket()
	if !d.props.Logging.V2 {
		// The older standard logs arrive through an ACL grant.
		// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
		props.ObjectOwnership = awss3.ObjectOwnership_OBJECT_WRITER
	}
	props.LifecycleRules = &[]*awss3.LifecycleRule{{
		Expiration: awscdk.Duration_Days(jsii.Number(float64(d.props.Logging.Keep / day))),
	}}
	d.logs = awss3.NewBucket(d, jsii.String("Logs"), props)
}

// addLogDelivery makes the three parts of a v2 delivery, and lets them write.
func (d *distribution) addLogDelivery() {
	if d.props.Logging.Off || !d.props.Logging.V2 {
		return
	}
	// A delivery's names take 60 characters.
	name := jsii.String(stackwideName(d, 60))
	from := awslogs.NewCfnDeliverySource(d, jsii.String("LogSource"), &awslogs.CfnDeliverySourceProps{
		Name: name, LogType: jsii.String("ACCESS_LOGS"), ResourceArn: d.distribution.DistributionArn(),
	})
	to := awslogs.NewCfnDeliveryDestination(d, jsii.String("LogDestination"), &awslogs.CfnDeliveryDestinationProps{
		Name: name, DestinationResourceArn: d.logs.BucketArn(), OutputFormat: jsii.String(d.props.Logging.Format),
	})
	delivery := awslogs.NewCfnDelivery(d, jsii.String("LogDelivery"), &awslogs.CfnDeliveryProps{
		DeliverySourceName: from.Ref(), DeliveryDestinationArn: to.AttrArn(),
	})
	d.logs.AddToResourcePolicy(d.deliveryStatement())
	delivery.Node().AddDependency(d.logs)
}

// deliveryStatement is what the delivery service needs on the log bucket.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
func (d *distribution) deliveryStatement() awsiam.PolicyStatement {
	account := *awscdk.Aws_ACCOUNT_ID()
	source := fmt.Sprintf("arn:%s:logs:us-east-1:%s:delivery-source:*", *awscdk.Aws_PARTITION(), account)
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("delivery.logs.amazonaws.com"), nil)},
		Actions:    jsii.Strings("s3:PutObject"),
		Resources:  jsii.Strings(*d.logs.ArnForObjects(jsii.String("AWSLogs/" + account + "/CloudFront/*"))),
		Conditions: &map[string]any{
			"StringEquals": map[string]any{"aws:SourceAccount": account},
			"ArnLike":      map[string]any{"aws:SourceArn": source},
		},
	})
}
