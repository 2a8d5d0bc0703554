import type { Writable } from 'node:stream';
import type { Assembly } from '../template/assembly.ts';
import { account, type Resources } from '../template/resources.ts';
import { createFunction, type LocalFunction } from './function-pool.ts';
import { allowedActions } from './role.ts';

interface FunctionProperties {
  Code: { S3Key?: string };
  Role?: string;
  Layers?: unknown;
  Handler?: string;
  Timeout?: number;
  MemorySize?: number;
  ReservedConcurrentExecutions?: number;
  Environment?: { Variables?: Record<string, string> };
}

/** What every function is given beside its own variables. */
export interface Deployment {
  region: string;
  /** Credentials and endpoints. */
  environment: Record<string, string>;
  trusted: string[];
  /** Threads per function. */
  concurrency: number;
  openLog(functionName: string): Writable;
}

/** The functions of the template, found by name or ARN. */
export interface Functions {
  find(nameOrArn: string): LocalFunction;
  /** The variables of all functions; those on which two disagree are left out. */
  variables: Record<string, string>;
  stop(): Promise<void>;
}

/** Makes the functions of the template callable. None is loaded before it is first called. */
export function deployFunctions(resources: Resources, assembly: Assembly, deployment: Deployment): Functions {
  const { region, environment, trusted, concurrency, openLog } = deployment;
  const functions = new Map<string, LocalFunction>();
  const variables = new Map<string, Set<string>>();
  for (const { id, name, properties } of resources.ofType<FunctionProperties>('AWS::Lambda::Function')) {
    const { Code, Layers, Handler = 'index.handler', Timeout = 3, MemorySize = 128 } = properties;
    if (!Code.S3Key || Layers) throw new Error(`The local runner cannot run ${id}: it knows assets without layers.`);
    const own = properties.Environment?.Variables ?? {};
    for (const [key, value] of Object.entries(own)) variables.set(key, (variables.get(key) ?? new Set()).add(value));
    const logGroupName = `/aws/lambda/${name}`;
    const settings = {
      directory: assembly.assetDirectory(Code.S3Key),
      handler: Handler,
      context: {
        functionName: name,
        invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:${name}`,
        memoryLimitInMB: String(MemorySize),
        logGroupName,
      },
      allowed: allowedActions(resources, properties.Role),
      trusted,
      timeoutSeconds: Number(Timeout),
      memoryMegabytes: Number(MemorySize),
      environment: {
        ...Object.fromEntries(Object.entries(own).map(([key, value]) => [key, String(value)])),
        ...environment,
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
        AWS_LAMBDA_LOG_GROUP_NAME: logGroupName,
        AWS_LAMBDA_LOG_STREAM_NAME: 'local',
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      },
    };
    const atMost = Math.min(concurrency, Number(properties.ReservedConcurrentExecutions ?? concurrency));
    functions.set(name, createFunction(settings, atMost, openLog(name)));
  }
  const agreed = [...variables].filter(([, values]) => values.size === 1);
  return {
    find: (nameOrArn) => {
      const found = functions.get(nameOrArn) ?? functions.get(nameOrArn.split(':')[6] ?? '');
      if (!found) throw new Error(`The template has no function ${nameOrArn}.`);
      return found;
    },
    variables: Object.fromEntries(agreed.map(([key, [value]]) => [key, String(value)])),
    stop: async () => {
      await Promise.all([...functions.values()].map((one) => one.stop()));
    },
  };
}
