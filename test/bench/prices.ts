/** What AWS asks for, in us-east-1, without free tiers, discounts and taxes. */
import type { Usage } from './usage.ts';

/** A list price. */
export interface Price {
  readonly what: string;
  readonly dollars: number;
  /** Of this many units. */
  readonly per: number;
  /** Where AWS publishes it. */
  readonly source: string;
  /** The copy that the number was read from. */
  readonly readAt: string;
  /** When. */
  readonly read: string;
}

const million = 1_000_000;
const read = '2026-11-23';

/** The prices by what is counted. */
export const prices: Readonly<Record<keyof Usage, Price>> = {
  sqsRequests: {
    what: 'SQS, standard queue: request (each 64 KB)',
    dollars: 0.4,
    per: million,
    source: 'https://aws.amazon.com/sqs/pricing/',
    readAt: 'https://cloudburn.io/blog/amazon-sqs-pricing',
    read,
  },
  sqsFairRequests: {
    what: 'SQS: on top for a request with a message group (fair queues)',
    dollars: 0.1,
    per: million,
    source: 'https://aws.amazon.com/sqs/pricing/',
    readAt: 'https://cloudburn.io/blog/amazon-sqs-pricing',
    read,
  },
  snsPublishes: {
    what: 'SNS, standard topic: publish (each 64 KB); delivery to SQS is free',
    dollars: 0.5,
    per: million,
    source: 'https://aws.amazon.com/sns/pricing/',
    readAt: 'https://www.factualminds.com/blog/amazon-sns-pricing-publishes-fanout-protocols/',
    read,
  },
  readUnits: {
    what: 'DynamoDB on demand: read request unit',
    dollars: 0.125,
    per: million,
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    readAt: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
    read,
  },
  writeUnits: {
    what: 'DynamoDB on demand: write request unit',
    dollars: 0.625,
    per: million,
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    readAt: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
    read,
  },
  lambdaRequests: {
    what: 'Lambda: request',
    dollars: 0.2,
    per: million,
    source: 'https://aws.amazon.com/lambda/pricing/',
    readAt: 'https://cloudchipr.com/blog/aws-lambda-pricing',
    read,
  },
  lambdaGbSeconds: {
    what: 'Lambda, arm64: GB-second',
    dollars: 0.0000133334,
    per: 1,
    source: 'https://aws.amazon.com/lambda/pricing/',
    readAt: 'https://cloudchipr.com/blog/aws-lambda-pricing',
    read,
  },
  egressBytes: {
    what: 'Data transfer out to the internet: GB, of the first 10 TB of a month',
    dollars: 0.09,
    per: 1e9,
    source: 'https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer',
    readAt: 'https://unanswered.io/guide/aws-sqs-pricing-and-cost-optimization',
    read,
  },
};

/** What a usage costs in dollars, part by part. */
export function costOf(usage: Usage): Readonly<Record<keyof Usage, number>> {
  const parts = Object.entries(prices).map(([name, { dollars, per }]) => [
    name,
    (usage[name as keyof Usage] * dollars) / per,
  ]);
  return Object.fromEntries(parts) as Record<keyof Usage, number>;
}

/** What a usage costs in dollars. */
export const dollarsOf = (usage: Usage): number => Object.values(costOf(usage)).reduce((sum, part) => sum + part, 0);

/** A processor that has the whole of one core: less memory has as much less of it. */
export const memoryOfOneCore = 1769; // MB

/**
 * What Lambda bills for one invocation: a wait takes as long with any memory, work on the processor takes as much longer
 * as the memory is less than that of a whole core.
 */
export function invocation(memoryMb: number, { wallSeconds, cpuSeconds }: { wallSeconds: number; cpuSeconds: number }) {
  const slower = Math.max(1, memoryOfOneCore / memoryMb);
  const seconds = Math.ceil((wallSeconds + cpuSeconds * (slower - 1)) * 1000) / 1000;
  return { lambdaRequests: 1, lambdaGbSeconds: (seconds * memoryMb) / 1024 };
}

const chunk = 64 * 1024;

/** How many requests SQS or SNS bills for a payload. */
export const billedRequests = (bytes: number): number => Math.max(1, Math.ceil(bytes / chunk));

/** What Lambda's pollers use of SQS for one batch: a receive and a delete. */
export const polling = (bytes: number, fair: boolean): Partial<Usage> => {
  const requests = billedRequests(bytes) + 1;
  return { sqsRequests: requests, sqsFairRequests: fair ? requests : 0 };
};
