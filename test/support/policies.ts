/** What is decided about others, as workers in tests know of it: read anew each time. */
import { policiesOf } from '../../shared/domain/policy.ts';
import { barredFrom } from '../../shared/storage/barred.ts';
import { blocks } from '../../shared/storage/blocks.ts';
import { type PolicyDirectory, policies } from '../../shared/storage/policies.ts';
import type { Tables } from '../../shared/storage/table.ts';

/** The decisions of this moment. */
export const presentPolicies =
  (tables: Tables): PolicyDirectory =>
  async () => {
    const { servers, accounts } = await policies(tables).all();
    return policiesOf(
      servers,
      accounts.map(({ actor }) => actor),
    );
  };

/** Where nothing new may go at this moment. */
export const presentlyBarred = (tables: Tables) =>
  barredFrom({ policies: presentPolicies(tables), blocks: blocks(tables) });
