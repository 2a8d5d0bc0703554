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
      local: { tryBundle: (directory) => build(folder, directory) },
    },
  });
}

function build(folder: string, directory: string): true {
  buildSync({
    absWorkingDir: root,
    entryPoints: [`functions/${folder}/index.ts`],
    outfile: join(directory, 'index.mjs'),
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
  return true;
}
