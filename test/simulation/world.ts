/** One world: the system, the other servers, the member and the people; and what may happen there. */
import type { Member } from '../../shared/domain/member.ts';
import { isShared, type Post } from '../../shared/domain/post.ts';
import { textToHtml } from '../../shared/protocol/html.ts';
import { addresses } from '../../shared/protocol/site.ts';
import { sweepWhenDue } from './due.ts';
import { type RemoteServer, remoteServer } from './fediverse.ts';
import type { Plant } from './ground.ts';
import { member } from './member.ts';
import { crowd } from './people.ts';
import { network } from './posting.ts';
import type { Schedule, Step } from './schedule.ts';
import type { Chance } from './stand-ins/chance.ts';
import type { VirtualClock } from './stand-ins/clock.ts';
import { inMemoryQueues } from './stand-ins/queues/sqs.ts';
import { inMemoryTable } from './stand-ins/table/table.ts';
import { startSystem } from './system.ts';
import { weatherOf } from './weather.ts';

const site = addresses({ origin: new URL('https://share.example') });

/** A world on a calm day, in which nothing has happened yet. */
export function world(schedule: Schedule, plant: Plant | undefined, chance: Chance, clock: VirtualClock) {
  const weather = weatherOf[schedule.climate];
  let isCalm = true;
  let mistake: unknown;
  const table = inMemoryTable({ clock, chance });
  const queues = inMemoryQueues({ clock, chance });
  const servers = new Map(
    schedule.servers.map((plan, index): [string, RemoteServer] => {
      const server = remoteServer(index, plan, clock, chance.stream(`server ${index}`));
      return [server.host, server];
    }),
  );
  const list = [...servers.values()];
  const people = list.flatMap((server) => server.people);
  const net = network({ servers, clock, luck: chance.stream('network'), killed: () => (isCalm ? 0 : weather.killed) });
  const due = sweepWhenDue(table, clock, () => system.sweep());
  const { pageSize, hurried, skewMs } = schedule;
  const slowKeys = () => (isCalm ? 0 : weather.slowKeys);
  const { coldStarts } = weather;
  const ground = {
    clock,
    chance,
    table,
    queues,
    network: net,
    servers,
    watch: due.watch,
    coldStarts,
    pageSize,
    hurried,
    skewMs,
    slowKeys,
    plant,
  };
  const system = startSystem(ground);
  const ann = member(system, { clock, table, luck: chance.stream('platform') });

  const rowOf = <T>(kind: string) => table.items().filter(({ _et }) => _et === kind) as unknown as T[];
  const actor = () => site.actor(rowOf<Member>('Member')[0]!.actorKey!);
  const all = crowd({ counted: system.counted, clock, luck: chance.stream('people'), actor });

  /** The member asks for something, and nobody waits for it. */
  const asks = (asked: Promise<void>): void => {
    asked.catch((error) => {
      mistake ??= error;
    });
  };

  const happen = (step: Step) => {
    const someone = (which: number) => people[which % people.length]!;
    const server = (which: number) => list[which % list.length]!;
    switch (step.is) {
      case 'post':
        return asks(ann.post(step.delaySeconds, step.again));
      case 'edit':
        return asks(ann.edit(step.post));
      case 'delete':
      case 'share now':
        return asks(ann.change(step.is, step.post));
      case 'turn on':
        return asks(ann.turn('on'));
      case 'turn off':
        return asks(ann.turn('off'));
      case 'pause':
        return asks(ann.pause(step.forMs));
      case 'stop':
        return asks(ann.stop());
      case 'delete for ever':
        return asks(ann.deleteForEver());
      case 'profile':
        return asks(ann.tell());
      case 'follow':
        return all.follow(someone(step.person));
      case 'unfollow':
        return all.unfollow(someone(step.person));
      case 'like': {
        const present = rowOf<Member>('Member')[0]!;
        const shared = rowOf<Post>('Post').filter((post) => isShared(post, present));
        const post = shared.at(-1 - (step.post % Math.max(1, shared.length)));
        if (post) all.like(someone(step.person), site.post(present.actorKey!, post.objectKey), textToHtml(post.text));
        return;
      }
      case 'mood':
        return server(step.server).turn(step.mood, step.forMs);
      case 'return': {
        const one = server(step.server);
        one.turn('well', 0);
        if (step.signed) all.hello(one.people[0]!);
        return;
      }
      case 'expire':
        return table.expire(0.7);
    }
  };

  return {
    table,
    system,
    ann,
    servers: list,
    people,
    crowd: all,
    network: net,
    happen,
    /** Whether the weather is as the schedule has it, or calm. */
    calm: (calm: boolean): void => {
      isCalm = calm;
      const { table: above, queues: beside } = calm ? weatherOf.calm : weather;
      table.turn(above);
      queues.turn(beside);
    },
    /** Throws what went wrong in the simulation itself. */
    check: (): void => {
      if (mistake) throw mistake;
    },
  };
}

/** A world as a run uses it. */
export type World = ReturnType<typeof world>;
