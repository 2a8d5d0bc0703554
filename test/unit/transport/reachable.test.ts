import { describe, expect, test } from 'vitest';
import { reachable } from '#shared/transport/reachable';

const most = 3;

function aDeployment() {
  const named = new Map<string, Set<string>>();
  const mayReach = reachable({
    mayDeliverTo: (inbox) => !inbox.includes('10.0.0.1'),
    elsewhere: {
      admit: async (domain, place, limit) => {
        const places = named.get(domain) ?? new Set<string>();
        if (places.size >= limit && !places.has(place)) return false;
        named.set(domain, places.add(place));
        return true;
      },
    },
    limits: { inboxesElsewherePerDomain: most },
    now: () => new Date(),
  });
  return {
    named,
    may: (id: string, inbox: string, sharedInbox?: string) => mayReach({ id, inbox, sharedInbox }),
  };
}

describe('[T25] an inbox', () => {
  test('on the own host is free, however it is spelled', async () => {
    const { may, named } = aDeployment();
    for (let n = 0; n < 10; n++)
      expect(await may(`https://far.example/${n}`, `https://FAR.example./${n}/inbox`)).toBe(true);
    expect(named.size).toBe(0);
  });

  test("on somebody else's host is taken a few times per registrable domain, and each time for who named it before", async () => {
    const { may } = aDeployment();
    const actor = (n: number) => `https://n${n}.bad.example/users/1`;
    const victim = (n: number) => `https://victim.example/made-up/${n}`;
    const taken = [];
    for (let n = 0; n < 10; n++) taken.push(await may(actor(n), victim(n)));
    expect(taken.filter(Boolean)).toHaveLength(most);
    expect(await may(actor(7), victim(0))).toBe(true);
    expect(await may(actor(7), 'https://another.example/inbox')).toBe(false);
    expect(await may('https://other.example/1', victim(9))).toBe(true);
  });

  test('that many share counts once: sites on domains of their own whose host has one inbox for all', async () => {
    const { may, named } = aDeployment();
    for (let n = 0; n < 10; n++)
      expect(
        await may(`https://blogs.example/${n}`, `https://host.example/${n}/inbox`, 'https://host.example/inbox'),
      ).toBe(true);
    expect(named.get('blogs.example')?.size).toBe(1);
  });

  test('on another host of the same owner counts by host: a server may keep its inboxes apart', async () => {
    const { may } = aDeployment();
    for (let n = 0; n < 10; n++)
      expect(await may(`https://social.far.example/${n}`, `https://inbox.far.example/${n}`)).toBe(true);
    const hosts = [];
    for (let n = 0; n < 10; n++) hosts.push(await may('https://social.far.example/1', `https://h${n}.far.example/1`));
    expect(hosts.filter(Boolean)).toHaveLength(most - 1);
  });

  test('beside a public suffix is elsewhere', async () => {
    const { may, named } = aDeployment();
    await may('https://one.github.io/a', 'https://two.github.io/inbox');
    expect([...named.keys()]).toEqual(['one.github.io']);
  });

  test('where nothing may ever go is not taken, wherever it is', async () => {
    const { may, named } = aDeployment();
    expect(await may('https://far.example/1', 'https://10.0.0.1/inbox')).toBe(false);
    expect(await may('https://far.example/1', 'https://far.example/1/inbox', 'https://10.0.0.1/inbox')).toBe(false);
    expect(await may('https://far.example/1', 'https://10.0.0.1/inbox', 'https://far.example/inbox')).toBe(false);
    expect(named.size).toBe(0);
  });
});
