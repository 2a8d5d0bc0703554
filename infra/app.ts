import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { FediverseStack } from './fediverse-stack.ts';
import { SettingsError, settingsOf } from './settings.ts';

const app = new App();
try {
  const settings = settingsOf(app.node.tryGetContext('stage') ?? 'production');
  new FediverseStack(app, `FediverseSharing-${settings.stage}`, settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exit(1);
}
