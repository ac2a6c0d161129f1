/**
 * The language of the scenarios. A line is `TIMES VERB WORDS FIELD=VALUE …`, `#` starts a comment. TIMES is
 * in seconds: `4`, or `2,5,9`, or `2..20/2` for every two seconds. A value with blanks or escapes is quoted
 * as in JSON; `nil` is an absent field.
 *
 *   policy namespace= name= label.KEY= node= expect= grace= severity= team= lateAfter= leftoverAfter= ignore= class=
 *                           as in the configuration, where its order counts and its time does not
 *   lease NS/NAME holder= duration= transitions= age= since= renewed= strategy= preferred=
 *                           identity= writer= label.KEY=
 *                           puts a record into the cluster (age, since: seconds ago; renewed: a time)
 *   create, renew, take HOLDER, release, delete, edit FIELD=
 *                           NS/NAME first: what happens to a lease; each is a write of now
 *   node NAME boot= ready= terminating= cordoned=     creates a Node or changes it
 *   delete NAME                             deletes a Node
 *   pod NS/NAME node= owner= revision= restarts= ended= deleting= reason= disruption=
 *                           creates a Pod or changes it; `ended` is why a container ended, now
 *   gone NS/NAME                            the Pod is no more
 *   pods forbidden WHY  pods unreadable WHY  pods unlisted WHY  pods readable
 *                           holders are looked up only in a script that has one of these three
 *   beat NAME                               the kubelet renews the lease of its node
 *   candidate NS/NAME lease= age=           stands for an election, or renews its candidacy
 *   ping NS/NAME  withdraw NS/NAME          the controller asks the candidate; it is gone
 *   list SOURCE                             a complete list reaches us, and a watch from there
 *   blind SOURCE WHY  sighted SOURCE WHY  forbidden SOURCE WHY    restart=REASON where a watch was lost
 *   sockets NS/POD PORT=ESTABLISHED/UNACCEPTED/CLOSING,… counters=    a census; see sockets.ts for the rest
 *   handshake TARGET WHY failure= status= dns= tcp= tls= upgrade= pong= leaf= issuer=
 *                           what a probe saw; phases in seconds, ends of certificates as seconds from the start
 *   pong TARGET after=  closed TARGET WHY code= by= held=  session TARGET WHY failure=
 *   spread TARGET WHY backend.NAME= failed.REASON=        how many connections each backend answered
 *   counts TARGET side= connections= total= failed=       what a proxy or an application counts itself
 *   bookmark SOURCE                         the watch says that it has told everything
 *   late SOURCE  prompt SOURCE              what the source sees comes late, all at once when it is prompt again
 *   unreadable WHY  readable                reads fail from here on, or succeed
 *   cluster UID   clock SECONDS             who the cluster is; the wall clock jumps
 *   checkpoint              what the checkpoint has when leasewatch is killed; without it: what it knew then
 *   kill                    leasewatch ends without a word
 *   start machine= damaged=KEY checkpoint=lost      and starts again, on a machine and with a memory
 *   outbox ROUTE pending= bytes= enqueued= delivered= dead= dead_bytes= refused= rejected= full= damaged= by_leader= folded= oldest=
 *   receiver ROUTE accepted= retry= rejected= bytes= credentials=refused too_old= in_future=
 *   pushes WHY  stands-by WHY               how the election among our own replicas stands
 *   metrics PATTERN                         shows the samples that match
 *   wait                                    time passes
 *
 * What happens while a source is blind is seen by the next `list`, or all at once when it is `sighted`.
 */
export interface Command {
  readonly at: number;
  readonly verb: string;
  readonly words: readonly string[];
  readonly fields: ReadonlyMap<string, string>;
  readonly text: string;
}

/** The commands of a script in the order of their times. Throws with the line on what it cannot read. */
export function parseScript(script: string): Command[] {
  const commands = script.split('\n').flatMap((line, index) => {
    const text = withoutComment(line);
    return text === '' ? [] : parseLine(text, index + 1);
  });
  return commands.sort((a, b) => a.at - b.at);
}

function withoutComment(line: string): string {
  return line.replace(/(^|\s)#.*$/, '').trim();
}

const token = /([\w.-]+)=("(?:[^"\\]|\\.)*"|\S*)|"(?:[^"\\]|\\.)*"|\S+/g;

function parseLine(text: string, number: number): Command[] {
  const [times = '', verb = '', ...rest] = text.split(/\s+/);
  if (verb === '') throw new Error(`line ${number}: no command in "${text}"`);
  const words: string[] = [];
  const fields = new Map<string, string>();
  const after = text.slice(text.indexOf(verb, times.length) + verb.length);
  for (const [whole, name, value] of after.matchAll(token)) {
    if (name === undefined || value === undefined) words.push(unquoted(whole));
    else fields.set(name, unquoted(value));
  }
  return timesOf(times, number).map((at) => ({ at, verb, words, fields, text: rest.join(' ') }));
}

function unquoted(value: string): string {
  return value.startsWith('"') ? String(JSON.parse(value)) : value;
}

function timesOf(text: string, number: number): number[] {
  const range = /^([\d.]+)\.\.([\d.]+)\/([\d.]+)$/.exec(text);
  const times = range === null ? text.split(',').map(Number) : steps(range.slice(1).map(Number));
  if (times.some((time) => !Number.isFinite(time))) throw new Error(`line ${number}: no time "${text}"`);
  return times;
}

function steps([from = 0, to = 0, step = 1]: readonly number[]): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}
