# What response actions ask of the data streams, asked of the book: the same
# conditions on index, field and value, the same sort and collapse.
#
# Input: the book, slurped.  $agents[0]: the console's agents by id;
# $activities: its newest activities.
# Output: what is wrong, a line each.

def fail_unless(so; $what): if so then empty else "FAIL: " + $what end;
def from($stream): map(select(._index | startswith("logs-" + $stream + "-")));

# One of each group, the first in the order that there is.
def collapse(f): reduce .[] as $d ({}; ($d | f) as $k
    | if has($k) then . else .[$k] = $d end) | [.[]];

# Times that sort: with six digits behind the point.
def time: capture("^(?<s>[^.Z]*)([.](?<f>[0-9]*))?Z$")
    | .s + "." + ((.f // "") + "000000")[:6];

# The console's time as documents have it, in milliseconds.
def stamp: (time | .[:23]) + "000";

# What was refused cannot be found.
def dead: from("s1spool.dead_letter") | map(._source.message | fromjson
    | .sentinel_one);

(dead | map(.activity.id, .agent.agent.id | values)) as $dead
| [$activities[] | select(.id | IN($dead[]) | not)] as $activities
| (from("sentinel_one.activity")) as $done
| (from("sentinel_one.agent")
    | map(select(._source.sentinel_one.agent.agent.id | IN($dead[]) | not)))
    as $hosts
|
# Activities of these types, as the console has them.
def activities($types): [$activities[] | select(.activityType | IN($types[]))];

# The first activities of an agent behind a time, of documents.
def answers($types; $agent; $since): map(._source.sentinel_one.activity
	| select(.type | IN($types[])) | select(.agent.id == $agent)
	| select(.updated_at | time > $since))
    | sort_by(.updated_at | time) | collapse(.agent.id);

# The same of the console's records, and all that have the same time.
def expected($types; $agent; $since): activities($types)
    | map(select(.agentId == $agent)
	| select(.updatedAt | stamp > $since))
    | (map(.updatedAt | stamp) | min) as $first
    | map(select(.updatedAt | stamp == $first) | .id);

# A millisecond before it, whatever the second is.
def before: .[:19] as $s | (.[20:23] | tonumber) as $ms
    | if $ms > 0 then $s + "." + ("00" + ($ms - 1 | tostring))[-3:] + "000"
      else ($s + "Z" | fromdate - 1 | todate | .[:19]) + ".999000" end;

# T1: nothing but the streams that there are.
def t1: [.[]._index] | unique[] | . as $i | fail_unless(
    test("^logs-(sentinel_one[.](activity|agent|alert|application|" +
	"application_risk|group|threat|threat_event|unified_alert)|" +
	"s1spool[.]dead_letter)-default$");
    "T1: " + $i);

# T2, T3, T4: a host was isolated, could not be, or was released.
def t2($types): . as $docs | activities($types)[] as $a
    | ($a.updatedAt | stamp | before) as $asked
    | ($docs | answers($types; $a.agentId; $asked))
    | fail_unless(length == 1; "T2: \($a.id): \(length) hits"),
      (.[] | fail_unless(.id | IN(expected($types; $a.agentId; $asked)[]);
	  "T2: \($a.id): the answer is \(.id)"),
      fail_unless(.type | IN($types[]); "T2: \(.id): type"),
      fail_unless(.description.primary | type == "string" and . != "";
	  "T2: \(.id): no description"));

# T3: a failure says so; an old answer does not answer a new request.
def t3: . as $docs | activities([1001, 2010])[] as $a
    | ($docs | map(._source.sentinel_one.activity | select(.id == $a.id)
	| .description.primary))
    | fail_unless(. == [$a.primaryDescription]; "T3: \($a.id): its text"),
      ($docs | answers([1001, 2010]; $a.agentId; "2999-01-01T00:00:00.0")
      | fail_unless(. == []; "T3: \($a.id): answers a later request"));

# T5, T6: files were fetched; the download's address is a text, if empty.
def t5: . as $docs | activities([80])[] as $a
    | ($docs | map(._source.sentinel_one.activity | select(.type == 80)
	| select(.agent.id == $a.agentId)
	| select(.data.flattened.commandBatchUuid ==
	    $a.data.commandBatchUuid)))
    | fail_unless(length == 1; "T5: \($a.id): \(length) hits"),
      (.[] | fail_unless(.data.flattened.filename == $a.data.filename;
	  "T5: \($a.id): no name of the file"),
      fail_unless(.data.downloaded.url == ($a.data.downloadUrl // "");
	  "T6: \($a.id): the address of the download"));

# T7: the state of a host, from its newest document.
def t7: sort_by(._source.sentinel_one.agent.last_active_date | time)
    | reverse | collapse(._source.sentinel_one.agent.agent.id)
    | fail_unless(length > 0; "T7: no host"),
      (.[]._source.sentinel_one.agent
      | . as $d | $agents[0][.agent.id]
      | fail_unless($d.network_status == .networkStatus;
	  "T7: \(.id): \($d.network_status), not \(.networkStatus)"),
      fail_unless($d.is_active == .isActive and
	  $d.is_pending_uninstall == .isPendingUninstall and
	  $d.is_uninstalled == .isUninstalled; "T7: \(.id): its state"),
      fail_unless($d.last_active_date | time == ($d.last_active_date | stamp);
	  "T7: \(.id): its date"));

# T8: who ships for the host, from its newest document.
def t8: sort_by(._source.event.created | time) | reverse
    | collapse(._source.sentinel_one.agent.agent.id)[]
    | fail_unless(._source.agent.id | type == "string";
	"T8: \(._id): no agent.id");

# T9: ids of agents, all digits of them.
def t9: . as $book | ("alert", "threat", "activity", "agent") as $stream
    | ($book | from("sentinel_one." + $stream)
	| map(._source.sentinel_one[$stream].agent.id | values))
    | fail_unless(length > 0; "T9: \($stream): no agent"),
      fail_unless(all(.[]; type == "string" and . as $id | $agents[0] | has($id));
	  "T9: \($stream): an agent that the console does not have");

t1, t9, ($done | t2([1001, 2010]), t2([1002]), t3, t5), ($hosts | t7, t8),
  # Else one of the above has said nothing.
  ((1001, 1002, 2010, 80) as $type | fail_unless(
      [$activities[] | select(.activityType == $type)] | length > 0;
      "no activity of type \($type)")),
  fail_unless(any($activities[]; .activityType == 80 and
      (.data.downloadUrl // "") == ""); "T6: all have an address"),
  fail_unless(any($hosts | group_by(._source.sentinel_one.agent.agent.id)[];
      map(._source.sentinel_one.agent.network_status) | unique | length > 1);
      "T7: the state of no host has changed")
