/** What the synthesised template says of the functions that are measured. */
import { type Assembly, readAssembly } from '../../infra/local/template/assembly.ts';
import { synthesise } from '../../infra/local/template/synthesise.ts';

/** How a function runs. */
export interface FunctionSettings {
  readonly memoryMb: number;
  /** How many messages it gets at a time, and how many of it run at a time, by the name of its queue. */
  readonly queues: Readonly<Record<string, { readonly batchSize: number; readonly atOnce: number }>>;
}

/** Synthesises the template of this checkout. */
export const readTemplate = async (): Promise<Assembly> => readAssembly(await synthesise(() => undefined));

/** The settings of the function of a folder. */
export function settingsOf({ template }: Assembly, folder: string): FunctionSettings {
  const resources = Object.entries(template.Resources);
  const found = resources.find(([, { Type, Properties = {} }]) => {
    const { Environment } = Properties as { Environment?: { Variables: Readonly<Record<string, unknown>> } };
    return Type === 'AWS::Lambda::Function' && Environment?.Variables.POWERTOOLS_SERVICE_NAME === folder;
  });
  if (!found) throw new Error(`the template has no function ${folder}`);
  const [id, { Properties }] = found;
  const sources = resources.flatMap(([, { Type, Properties = {} }]) => {
    const { FunctionName, EventSourceArn, BatchSize, ScalingConfig } = Properties as {
      readonly FunctionName?: { readonly Ref?: string };
      readonly EventSourceArn?: { readonly 'Fn::GetAtt': readonly [string, string] };
      readonly BatchSize?: number;
      readonly ScalingConfig?: { readonly MaximumConcurrency: number };
    };
    if (Type !== 'AWS::Lambda::EventSourceMapping' || FunctionName?.Ref !== id) return [];
    const queue = EventSourceArn!['Fn::GetAtt'][0].replace(/Queue[0-9A-F]{8}$/, '').replace(/^.*?([A-Z][a-z]+)$/, '$1');
    return [[queue, { batchSize: BatchSize ?? 10, atOnce: ScalingConfig?.MaximumConcurrency ?? 1000 }] as const];
  });
  return { memoryMb: (Properties as { MemorySize: number }).MemorySize, queues: Object.fromEntries(sources) };
}
