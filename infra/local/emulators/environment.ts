import type { Emulators } from './emulators.ts';

/** Variables as the SDKs of AWS know them: `AWS_ENDPOINT_URL_…`, `AWS_REGION`, `AWS_ACCESS_KEY_ID` and so on. */
export type AwsVariables = Readonly<Record<string, string | undefined>>;

/** The region of everything here. Services elsewhere may be in another one. */
export const chooseRegion = (elsewhere: AwsVariables) =>
  ['DYNAMODB', 'SQS', 'SNS', 'KMS'].some((service) => elsewhere[`AWS_ENDPOINT_URL_${service}`])
    ? (elsewhere.AWS_REGION ?? 'us-east-1')
    : 'us-east-1';

/** What an SDK client finds in its environment: region, credentials and endpoints. */
export function environmentFor(
  region: string,
  { endpoints, embedded }: Emulators,
  elsewhere: AwsVariables = {},
): Record<string, string> {
  // The embedded emulators take any credentials. Services elsewhere get those that came with their addresses.
  const services = Object.keys(endpoints) as (keyof typeof endpoints)[];
  const given = services.every(embedded) ? {} : elsewhere;
  const { AWS_ACCESS_KEY_ID = 'local', AWS_SECRET_ACCESS_KEY = 'local', AWS_SESSION_TOKEN } = given;
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { AWS_SESSION_TOKEN } : {}),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_SNS: endpoints.sns,
    AWS_ENDPOINT_URL_KMS: endpoints.kms,
  };
}
