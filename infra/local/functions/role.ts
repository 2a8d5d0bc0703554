import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { Resources } from '../template/resources.ts';

interface PolicyProperties {
  Roles?: string[];
  PolicyDocument: { Statement: { Effect: string; Action: string | string[] }[] };
}

/** The actions that the policies of a role allow, such as `dynamodb:GetItem`; resources and conditions are not looked at. */
export const allowedActions = (resources: Resources, role: string | undefined): string[] =>
  resources
    .ofType<PolicyProperties>('AWS::IAM::Policy')
    .filter(({ properties }) => role !== undefined && properties.Roles?.includes(role))
    .flatMap(({ properties }) => properties.PolicyDocument.Statement)
    .flatMap(({ Effect, Action }) => (Effect === 'Allow' ? [Action].flat() : []));

/** Services that name the operation in a header. SNS names it in the body: its requests all pass. */
const services: Record<string, string> = { DynamoDB_20120810: 'dynamodb', AmazonSQS: 'sqs', TrentService: 'kms' };
const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'];
const singular = /^(SendMessage|DeleteMessage|ChangeMessageVisibility)Batch$/;

/** The actions of which one must be allowed for an operation. A transaction needs those of its parts: one of them, as far as can be seen. */
function wanted(operation: string): string[] {
  if (operation === 'TransactWriteItems') return writes;
  if (operation === 'TransactGetItems') return ['GetItem'];
  return [operation.replace(singular, '$1')];
}

const matches = (pattern: string, action: string) =>
  pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : pattern === action;

/** Why a role does not allow the operation that this `x-amz-target` names; undefined when it does. */
export function refusal(target: string, allowed: readonly string[]): string | undefined {
  const [prefix = '', operation = ''] = target.split('.');
  const service = services[prefix];
  if (!service) return undefined;
  const actions = wanted(operation).map((action) => `${service}:${action}`);
  const isAllowed = actions.some((action) => allowed.some((pattern) => matches(pattern, action)));
  return isAllowed ? undefined : `The role of this function allows no ${actions.join(', ')}.`;
}

/** From now on requests of this thread to AWS end with AccessDenied where the role does not allow them: no emulator knows roles. */
export function keepToRole(allowed: readonly string[]): void {
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    const reason = refusal(String(request.getHeader('x-amz-target') ?? ''), allowed);
    if (reason) request.destroy(Object.assign(new Error(reason), { name: 'AccessDeniedException' }));
  });
}
