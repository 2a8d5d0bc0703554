import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A CloudFormation template as the CDK writes it. */
export interface Template {
  Parameters?: Record<string, { Type: string; Default?: unknown }>;
  Conditions?: Record<string, unknown>;
  Resources: Record<string, Resource>;
  Outputs?: Record<string, { Value: unknown; Condition?: string }>;
}

/** One resource of a template, its properties still unresolved. */
export interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
  Condition?: string;
  Metadata?: Record<string, unknown>;
}

/** What the CDK wrote for one stack: its template, and where the code of each function lies. */
export interface Assembly {
  template: Template;
  /** The directory of the bundle that is uploaded under this S3 key. */
  assetDirectory(objectKey: string): string;
}

interface Manifest {
  artifacts: Record<string, { type: string; properties?: { templateFile?: string; file?: string } }>;
}
interface AssetManifest {
  files: Record<string, { source: { path: string }; destinations: Record<string, { objectKey: string }> }>;
}

/** Reads a synthesised directory (`cdk.out`), which must hold exactly one stack. */
export function readAssembly(directory: string): Assembly {
  const read = <T>(file: string): T => JSON.parse(readFileSync(join(directory, file), 'utf8'));
  const artifacts = Object.values(read<Manifest>('manifest.json').artifacts);
  const stacks = artifacts.filter(({ type }) => type === 'aws:cloudformation:stack');
  if (stacks.length !== 1) {
    throw new Error(`${directory} holds ${stacks.length} stacks; the local runner runs exactly one.`);
  }
  const assets = new Map<string, string>();
  for (const { type, properties } of artifacts) {
    if (type !== 'cdk:asset-manifest') continue;
    for (const { source, destinations } of Object.values(read<AssetManifest>(properties!.file!).files)) {
      for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, join(directory, source.path));
    }
  }
  return {
    template: read<Template>(stacks[0]!.properties!.templateFile!),
    assetDirectory: (objectKey) => {
      const found = assets.get(objectKey);
      if (!found) throw new Error(`${directory} holds no asset ${objectKey}. Synthesise it again.`);
      return found;
    },
  };
}
