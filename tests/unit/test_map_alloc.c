/*
 * Mapping allocates nothing once it has seen records of the kind.  The linker
 * puts the functions below in the place of the allocator's.
 */
#include "config.h"

#include <stdlib.h>

#include "collector/dataset/dataset.h"
#include "collector/map/map.h"
#include "tests/unit/unit.h"

static unsigned long n_calls;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

void *
__wrap_malloc(size_t n)
{
	n_calls++;
	return __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	n_calls++;
	return __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	n_calls++;
	return __real_realloc(p, n);
}

void
__wrap_free(void *p)
{
	n_calls += p != NULL;
	__real_free(p);
}

/* Records as consoles send them: users of a domain, lists of engines and
 * addresses, text with escapes, a wrong value, more members than rows. */
#define USER "\"CORP\\\\j.doe\""
#define MANY                                                                 \
	"\"m01\":1,\"m02\":1,\"m03\":1,\"m04\":1,\"m05\":1,\"m06\":1,\"m07\":1,"     \
	"\"m08\":1,\"m09\":1,\"m10\":1,\"m11\":1,\"m12\":1,\"m13\":1,\"m14\":1,"     \
	"\"m15\":1,\"m16\":1,\"m17\":1,\"m18\":1,\"m19\":1,\"m20\":1,\"m21\":1,"     \
	"\"m22\":1,\"m23\":1,\"m24\":1,\"m25\":1,\"m26\":1,\"m27\":1,\"m28\":\"\""

static const struct {
	const char *dataset;
	const char *record;
} records[] = {
	{ "activity",
	    "{\"id\":\"1\",\"createdAt\":\"2025-03-04T09:15:42.123456Z\","
	    "\"updatedAt\":\"2025-03-04T09:15:42Z\",\"activityType\":27,"
	    "\"primaryDescription\":\"The user \\\"J\\u00f6rg\\\" logged in\","
	    "\"data\":{\"username\":" USER ",\"byUser\":\"CORP\\u005cj.doe\","
	    "\"computerName\":\"pc\\t1\",\"externalIp\":\"203.0.113.7\","
	    "\"ipAddress\":\"no address\",\"newValue\":{\"a\":[1,\"b\"]},"
	    "\"createdAt\":\"soon\"," MANY "}}" },
	{ "agent",
	    "{\"id\":\"2\",\"createdAt\":\"2025-03-04T09:15:42Z\","
	    "\"updatedAt\":\"2025-03-04T09:15:42Z\",\"osUsername\":" USER ","
	    "\"lastLoggedInUserName\":" USER ",\"externalIp\":\"::1\","
	    "\"osType\":\"windows_server\",\"activeThreats\":\"many\","
	    "\"networkInterfaces\":[{\"inet\":[\"10.0.0.1\",\"x\"],\"id\":\"9\","
	    "\"inet6\":[\"fe80::1%eth0\"],\"physical\":\"00:aa:bb\","
	    "\"gatewayIp\":\"10.0.0.254\"}],\"tags\":{\"sentinelone\":[{"
	    "\"key\":\"k\\\\\",\"assignedAt\":\"2025-03-04T09:15:42Z\"," MANY
	    "}]}," MANY "}" },
	{ "group",
	    "{\"id\":\"3\",\"createdAt\":\"2025-03-04T09:15:42Z\",\"updatedAt\":"
	    "\"x\",\"creator\":" USER ",\"inherits\":\"maybe\",\"rank\":-1}" },
	{ "threat",
	    "{\"id\":\"4\",\"threatInfo\":{\"createdAt\":\"2025-03-04T09:15:42Z\""
	    ",\"updatedAt\":\"2025-03-04T09:15:42Z\",\"engines\":[\"On-Write "
	    "Static AI\",\"Reputation\"],\"detectionEngines\":[{\"key\":\"p\\n\","
	    "\"title\":\"t\"}],\"threatName\":\"a\\\\b\",\"confidenceLevel\":"
	    "\"malicious\",\"processUser\":" USER ",\"initiatingUsername\":"
	    USER ",\"threatId\":\"4\",\"classification\":\"Trojan\",\"sha1\":"
	    "\"aa\",\"fileSize\":12,\"filePath\":\"C:\\\\x\\\\y\"},"
	    "\"agentDetectionInfo\":{\"agentIpV4\":\"10.0.0.1,10.0.0.2\","
	    "\"agentIpV6\":\"fe80::1,x\",\"externalIp\":\"203.0.113.7\","
	    "\"agentLastLoggedInUserName\":" USER "},\"agentRealtimeInfo\":{"
	    "\"agentOsType\":\"linux\",\"networkInterfaces\":[{\"inet\":["
	    "\"10.0.0.1\"],\"physical\":\"00:aa\",\"name\":\"e\\/0\"}]},"
	    "\"indicators\":[{\"ids\":[1,2,1],\"description\":\"\\\"\","
	    "\"tactics\":[{\"name\":\"a\",\"source\":\"MITRE\",\"techniques\":["
	    "{\"link\":\"https:\\/\\/x\",\"name\":\"T1\"},{\"link\":"
	    "\"https:\\/\\/x\",\"name\":\"T1\"}]}]}],\"mitigationStatus\":[{"
	    "\"actionsCounters\":{\"total\":1},\"lastUpdate\":\"x\"}],"
	    "\"timeline\":{\"id\":\"5\",\"createdAt\":\"2025-03-04T09:15:42Z\","
	    "\"data\":{\"ruleName\":\"r\\\"\"," MANY "}}}" },
};

static const struct dataset *
find(const char *name)
{
	const struct dataset *d = dataset_find(slice_of(name));

	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	return d;
}

static void
test_steady_state(void)
{
	static const struct map_context ctx = { .collected_at_ms = 1 };

	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct map_options opt = { .name = records[i].dataset,
			.namespace = "default",
			.preserve_original_event = true };
		struct mapper *m = mapper_new(&find(opt.name)->map, &opt);
		struct slice record = slice_of(records[i].record);
		struct map_ident ident;
		struct buf out;

		buf_init(&out, 1 << 20);
		for (int round = 0; round < 4; round++) {
			unsigned long before = n_calls;
			int r;

			buf_reset(&out);
			r = mapper_scan(m, record, &ctx, &ident);
			CU_ASSERT_EQUAL_FATAL(r, 0);
			r = mapper_emit(m, &out, true);
			CU_ASSERT_EQUAL_FATAL(r, 0);
			if (round > 0 && n_calls != before)
				fprintf(stderr, "%s: %lu calls\n", opt.name,
				    n_calls - before);
			CU_ASSERT_EQUAL(n_calls == before, round > 0);
		}
		buf_fini(&out);
		mapper_free(m);
	}
}

static const struct unit_test tests[] = {
	{ "no allocation in steady state", test_steady_state },
};

UNIT_MAIN("map_alloc", tests)
