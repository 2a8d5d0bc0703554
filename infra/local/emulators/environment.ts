import type { Emulators } from './emulators.ts';

/** The region of everything here. Services elsewhere may be in another one. */
export const chooseRegion = () =>
  ['DYNAMODB', 'SQS', 'SNS', 'KMS'].some((service) => process.env[`AWS_ENDPOINT_URL_${service}`])
    ? (process.env.AWS_REGION ?? 'us-east-1')
    : 'us-east-1';

/** What an SDK client finds in its environment: region, credentials and endpoints. */
export function environmentFor(region: string, { endpoints, embedded }: Emulators): Record<string, string> {
  // The embedded emulators take any credentials. Services elsewhere get those of this process.
  const services = Object.keys(endpoints) as (keyof typeof endpoints)[];
  const given = services.every(embedded) ? {} : process.env;
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
