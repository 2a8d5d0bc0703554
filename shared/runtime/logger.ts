import { Logger } from '@aws-lambda-powertools/logger';

/** The one structured logger; its service name comes from POWERTOOLS_SERVICE_NAME. */
export const logger = new Logger();
