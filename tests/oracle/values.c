#include "config.h"

#include "tests/oracle/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/tree.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
#define LIST(a) a, COUNT_OF(a)

/* Texts and JSON for each conversion, the good ones first. */
static const char *const dates[] = {
	"\"2025-03-04T09:15:42.123456Z\"", "\"2024-02-29\"", "\"2025\"",
	"\"2025-12\"", "\"2025-03-04T23:59:59,1+0530\"",
	"\"0000-01-01T00:00-01:00\"", "\"9999-12-31T23:59:59.999Z\"", "2025",
	"\"2025-02-29\"", "\"2025-13-01\"", "\"2025-03-04 09:15:42\"",
	"\"2025-03-04T24:00:00Z\"", "\"2025-03-04T09:15:42.Z\"",
	"\"9999-12-31T23:59:59-01:00\"", "\"0000-01-01T00:00:00+01:00\"",
	"\"2025-7-1\"", "\"2025-7-1T9:05:3Z\"", "\"2025-07-01T9\"",
	"\"2025-007-1\"", "\"225-7-1\"", "\"2025-2-29\"",
	"\"2025-1-1T1:1:1.5+1:00\"", "\"2025-1-1T1:1:1,5+01\"",
	"\"2025-03-04T09:15:42+18:01\"", "\"2025-03-04T09:15:42+18\"",
	"\" 2025-03-04\"", "\"2025-03-04Z\"", "2025.0", "20250304",
};
static const char *const longs[] = {
	"7", "\"7\"", "0", "-1", "\"-0x1F\"", "\"0xff\"", "\"+5\"", "\"007\"",
	"-0", "\"-0\"", "9223372036854775807", "\"9223372036854775807\"",
	"-9223372036854775808", "\"-0x8000000000000000\"",
	"9223372036854775808", "\"-9223372036854775809\"",
	"\"0x8000000000000000\"", "7.0", "1e3", "\"0x\"", "\"-\"", "\"+0x1\"",
	"\" 7\"", "\"7 \"", "\"1_000\"", "\"0X1\"", "\"--1\"",
};
static const char *const decimals[] = {
	"7", "\"7\"", "\"7.00\"", "8.1", "\"10.0\"", "10", "\"-0.5\"", "0",
	"-0.0", "\"+.5\"", "\"5.\"", "\"1e2\"", "1E-7", "\"0.001\"",
	"0.00099", "9999999.5", "10000000", "123456789.125", "0.1",
	"3.4028236e38", "1e39", "\"1e309\"", "1e-400", "16777217",
	"\"0.30000000000000004\"", "1.7976931348623157e308", "\"NaN\"",
	"\"Infinity\"", "\"1f\"", "\"0x1p3\"", "\" 1\"", "\".\"", "\"1e\"",
	"\"1,5\"", "\"1\\u00002\"", "\"--1\"", "100", "1230000", "0.5e1",
};
static const char *const bools[] = {
	"true", "false", "\"true\"", "\"FALSE\"", "\"tRuE\"", "1", "\"yes\"",
	"\"true \"", "\"tru\"", "\"truee\"",
};
static const char *const addresses[] = {
	"\"10.0.0.1\"", "\"::1\"", "\"fe80::1%eth0\"", "\"2001:db8::\"",
	"\"::ffff:192.0.2.1\"", "\"1:2:3:4:5:6:7:8\"", "\"255.255.255.255\"",
	"\"10.0.0.01\"", "\"10.0.0\"", "\"10.0.0.256\"", "\"fe80::1%\"",
	"\"1:2:3:4:5:6:7:8:9\"", "\":::\"", "\"1::2::3\"", "\"10.0.0.1 \"",
	"\"::1.2.3\"", "\"12345::\"", "\"10.0.0.1,::1\"", "\"::1,,\"", "\",\"",
	"\"10.0.0.1,,::1\"", "\"10.0.0.1, ::1\"", "17", "\"1:2:3:4:5:6:7::\"",
	"\"::2:3:4:5:6:7:8\"", "\"1::3:4:5:6:7:8\"", "\"10.0.0.1%eth0\"",
};
static const char *const macs[] = {
	"\"00:1a:2b:3c:4d:5e\"", "\"001a.2b3c.4d5e\"", "\"00-1A-2B\"",
	"\"\\u00e4:b\"", "\"a\\\\b\"", "5",
};
static const char *const systems[] = {
	"\"windows\"", "\"Linux Server\"", "\"MacOS\"", "\"unixware\"",
	"\"cisco ios\"", "\"ANDROID\"", "\"win\"", "\"windows linux\"",
	"\"li\\u0000nux\"", "9",
};
/* Texts with meaning for a derived field, and others. */
static const char *const texts[] = {
	"\"CORP\\\\j.doe\"", "\"a\\\\b\\\\c\"", "\"\\\\x\"", "\"x\\\\\"",
	"\"malicious\"", "\"SUSPICIOUS\"", "\"Malware\"", "\"PUA\"",
	"\"exploit\"", "\"Ransomware\"", "\"Trojan\"", "\"downloader\"",
	"\"The user logged in\"", "\"LOGGED OUT of it\"",
	"\"failed to log in\"", "\"policy created and deleted\"",
	"\"enabled\"", "\"verification email\"", "\"Recovery Email updated\"",
	"\"added, edited, modified\"", "\"80\"", "\"x\"",
	"\"\\u00fcn\\u00ef\\u20ac\\ud83d\\ude00\"",
	"\"tab\\t\\\"q\\\" \\\\ /\"",
	"\"\\u0001\\u007f\"", "1.50", "1e10", "-0.0", "80", "true", "false",
	"123456789012345678901234567890", "2147483647", "2147483648",
	"-2147483648", "-2147483649", "9223372036854775807",
	"9223372036854775808", "-9223372036854775808",
};
/* What derived fields look for in members of that name. */
static const char *const severities[] = {
	"\"LOW\"", "\"Medium\"", "\"high\"", "\"CRITICAL\"", "\"INFO\"",
	"\"lo\"", "\"highest\"", "3",
};
static const char *const classes[] = {
	"\"MALWARE\"", "\"RANSOMWARE\"", "\"TROJAN\"", "\"DOWNLOADER\"",
	"\"WORM\"", "\"VIRUS\"", "\"SPYWARE\"", "\"KEYLOGGER\"",
	"\"INFO_STEALER\"", "\"ROOTKIT\"", "\"BACKDOOR\"", "\"DROPPER\"",
	"\"COINMINER\"", "\"CRYPTOMINER\"", "\"MINER\"", "\"PACKED\"",
	"\"LINUX_MALWARE\"", "\"MALICIOUS_OFFICE_DOC\"",
	"\"MALICIOUS_PDF\"", "\"GENERIC_HEURISTIC\"", "\"PUA\"",
	"\"ROGUE\"", "\"TOOLBAR\"", "\"COMMAND_AND_CONTROL\"",
	"\"EXPLOIT\"", "\"HACKTOOL\"", "\"ENUMERATION\"",
	"\"INTERACTIVE_SHELL\"", "\"REMOTE_SHELL\"",
	"\"LATERAL_MOVEMENT\"", "\"MANUAL\"", "\"NETWORK\"",
	"\"PHISHING\"", "\"BENIGN\"", "\"Malware\"", "\"trojan\"",
	"\"WORMS\"", "\"Malware \"",
};
static const char *const directions[] = {
	"\"ingress\"", "\"egress\"", "\"inbound\"", "\"outbound\"",
	"\"internal\"", "\"external\"", "\"unknown\"", "\"OUTGOING\"",
	"\"Inbound\"", "\"in\"", "1",
};
static const char *const outcomes[] = {
	"\"Succeeded\"", "\"FAILED\"", "\"failed\"", "\"SUCCEEDED\"",
	"\"Mitigated\"", "\"UNMITIGATED\"", "\"mitigated\"",
	"\"unmitigated\"", "\"Succeeded \"", "\"in progress\"", "true",
};
static const char *const users[] = {
	"\"CORP\\\\j.doe\"", "\"a\\\\b\\\\c\"", "\"\\\\x\"",
	"\"x\\\\\"", "\"\\\\\"", "\"\\\\\\\\\"", "\"j.doe\"",
	"\"kim@corp.example\"", "17", "{\"name\":\"x\"}",
};
static const char *const protocols[] = {
	"\"TCP\"", "\"udp\"", "\"Icmp-6\"", "\"\u00c4BC\"", "6",
	"\"A\\u0042\\n\"", "\"@AZ[`az{\"",
};
static const char *const systems_as_told[] = {
	"\"windows\"", "\"linux\"", "\"macos\"", "\"Windows\"",
	"\"unix\"", "\"macos \"", "\"UNKNOWN\"", "\"CLOUD_WORKLOAD\"",
};
static const char *const types[] = { "80", "\"80\"", "81", "8.0e1" };

/* What fits nowhere, or is empty. */
static const char *const odd[] = {
	"null", "\"\"", "{}", "[]", "[null]", "[\"\"]", "{\"a\":null}",
	"[[],{}]", "{\"a\":{\"b\":\"c\"},\"D\":[1,null,\"\"]}",
	"[1,\"two\",[3]]", "[{\"k\":\"v\",\"n\":{}}]", "[{\"x\":[{}]},5]",
	"\"odd\"", "0", "{\"id\":1,\"ID\":2,\"a@b\":3,\"aB\":{\"cD\":4}}",
};
struct list {
	const char *const *json;
	size_t n;
};

/* For each conversion. */
static const struct list fitting[MAP_CONV_COUNT] = {
	[MAP_DATE] = { LIST(dates) },
	[MAP_DATE_LENIENT] = { LIST(dates) },
	[MAP_LONG] = { LIST(longs) },
	[MAP_DOUBLE] = { LIST(decimals) },
	[MAP_FLOAT] = { LIST(decimals) },
	[MAP_BOOL] = { LIST(bools) },
	[MAP_IP] = { LIST(addresses) },
	[MAP_IP_LIST] = { LIST(addresses) },
	[MAP_MAC] = { LIST(macs) },
	[MAP_OS_TYPE] = { LIST(systems) },
};

/* For members by the end of their path, where the conversion does not tell. */
static const struct {
	const char *end;
	struct list list;
} telling[] = {
	{ "everity", { LIST(severities) } },
	{ "lassification", { LIST(classes) } },
	{ "netEventDirection", { LIST(directions) } },
	{ "lastScanResult", { LIST(outcomes) } },
	{ "result", { LIST(outcomes) } },
	{ "ser", { LIST(users) } },
	{ "serName", { LIST(users) } },
	{ "loginAccountDomain", { LIST(users) } },
	{ "protocol", { LIST(protocols) } },
	{ "osType", { LIST(systems_as_told) } },
	{ "activityType", { LIST(types) } },
};

static bool
ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n >= k && strcmp(text + n - k, end) == 0;
}

static struct json_object *
pick(const struct list *list, struct rng *r)
{
	const char *json = list->json[rng_below(r, (unsigned)list->n)];
	struct json_object *v;

	if (tree_read(json, strlen(json), &v) < 0)
		abort();
	return v;
}

struct json_object *
value_any(struct rng *r)
{
	static const struct list lists[] = { { LIST(odd) }, { LIST(texts) } };

	return pick(&lists[rng_below(r, 2)], r);
}

/* Longer than what is quoted, or than what memory is taken for at a time. */
static struct json_object *
long_text(struct rng *r)
{
	static const char *const parts[] = { "a", "\xc3\xa4", "\"\\", "\t ",
		"a,b" };
	struct json_object *v;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	for (unsigned i = rng_below(r, 20000); i > 0; i--)
		fputs(parts[rng_below(r, COUNT_OF(parts))], f);
	fclose(f);
	v = tree_quote(text);
	free(text);
	return v;
}

struct json_object *
value_many(const struct map_row *row, struct rng *r)
{
	bool address = row->conv == MAP_IP || row->conv == MAP_IP_LIST;
	struct json_object *list = json_object_new_array();

	for (unsigned i = 0; i < 300; i++) {
		char text[32];

		snprintf(text, sizeof(text), "%s%u", address ? "192.0.2." : "",
		    rng_below(r, 250));
		json_object_array_add(list, tree_quote(text));
	}
	return list;
}

struct json_object *
value_for(const struct map_row *row, struct rng *r)
{
	static const struct list other = { LIST(texts) };

	if (rng_below(r, 4000) == 0)
		return long_text(r);
	if (fitting[row->conv].n > 0)
		return pick(&fitting[row->conv], r);
	for (size_t i = 0; i < COUNT_OF(telling) && rng_chance(r, 90); i++)
		if (ends_in(row->raw, telling[i].end))
			return pick(&telling[i].list, r);
	return pick(&other, r);
}
