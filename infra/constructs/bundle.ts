import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** A folder of functions/ as one small ES module with everything in it, the AWS SDK too, and its source map. */
export function bundle(folder: string): Code {
  return Code.fromAsset(join(root, 'functions', folder), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('esbuild-runs-in-this-process'),
      local: {
        tryBundle: (directory) => {
          built ??= buildAll();
          cpSync(join(built, folder), directory, { recursive: true });
          return true;
        },
      },
    },
  });
}

let built: string | undefined;

/** Bundles all functions at once, as nearly all of what they need is shared, and answers where: a folder for each. */
function buildAll(): string {
  // In the project: source maps name their sources from here, and a template must not tell where the project lies.
  const outdir = join(root, 'cdk.out', `bundles-${process.pid}`);
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  buildSync({
    absWorkingDir: root,
    entryPoints: readdirSync(join(root, 'functions')).map((folder) => `functions/${folder}/index.ts`),
    outdir,
    outbase: 'functions',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    // CommonJS packages (http-signature is one) call require() for Node's own modules, which an ES module does not have.
    banner: {
      js: "import{createRequire as _createRequire}from'node:module';const require=_createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  return outdir;
}
