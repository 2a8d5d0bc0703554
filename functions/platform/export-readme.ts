/** The first file of an archive: what the others hold. */
export const readme = (memberId: string, madeAt: Date): string => `Fediverse sharing: all that is kept about ${memberId}
Put together at ${madeAt.toISOString()}. Times are in UTC.

profile.json       The profile, and whether sharing is on.
followers.csv      Who follows from other servers, and since when.
posts.json         Every sharing of a post: what was said, when it was shared, edited and deleted.
interactions.json  Who liked and boosted the posts.
replies.json       Who replied to the posts, quoted them, or mentioned this member; texts are their authors'.
blocks.json        Accounts and servers that this member blocks.
consents.json      What this member agreed to, and when: each time that sharing was turned on.
removals.json      What servers were asked to remove, and how that went.
receipts/          For each of these removals: every server, how often it was asked, and how it answered.

People on other servers stand in these files with the addresses of their accounts, and nothing else.
"Asked to remove" means just that: a server may say yes and keep its copy.
`;
