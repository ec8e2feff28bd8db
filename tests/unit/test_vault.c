#include "config.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/base/vault.h"
#include "tests/unit/unit.h"

#define LARGE ((size_t)100 << 10)

static bool
is_all(const char *p, size_t n, char c)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != c)
			return false;
	return true;
}

/* Is the address in a mapping that core files do not have? */
static bool
is_spared(const void *p)
{
	uintmax_t begin, end, at = (uintptr_t)p;
	FILE *smaps = fopen("/proc/self/smaps", "re");
	bool here = false, spared = false;
	char line[512];

	CU_ASSERT_FATAL(smaps != NULL);
	while (fgets(line, sizeof(line), smaps) != NULL)
		if (sscanf(line, "%jx-%jx ", &begin, &end) == 2)
			here = begin <= at && at < end;
		else if (here && strncmp(line, "VmFlags:", 8) == 0)
			spared = strstr(line, " dd") != NULL;
	fclose(smaps);
	return spared;
}

static void
test_sizes(void)
{
	enum { N = 300 };
	char *p[N];
	size_t size[N], n = 0;

	/* Twice: fresh memory, and what was freed. */
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < N; i++) {
			size[i] = i < 150 ? (size_t)i : n;
			n = i < 150 ? 150 : n + n / 20;
			p[i] = vault_alloc(size[i]);
			CU_ASSERT_EQUAL((uintptr_t)p[i] %
			    _Alignof(max_align_t), 0);
			CU_ASSERT(is_all(p[i], size[i], '\0'));
			memset(p[i], i % 100 + 1, size[i]);
			if (n > 4 * LARGE)
				n = 150;
		}
		for (int i = 0; i < N; i++) {
			CU_ASSERT(is_all(p[i], size[i], (char)(i % 100 + 1)));
			vault_free(p[i]);
		}
	}
	vault_free(NULL);
}

static void
test_core(void)
{
	static const size_t sizes[] = { 1, 4097, 32 << 10, LARGE };
	char *p;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		p = vault_alloc(sizes[i]);
		CU_ASSERT(is_spared(p));
		CU_ASSERT(is_spared(p + sizes[i] - 1));
		vault_free(p);
	}
	p = vault_resize(vault_alloc(LARGE), 8 * LARGE);
	CU_ASSERT(is_spared(p + 8 * LARGE - 1));
	vault_free(p);
	p = malloc(1);
	CU_ASSERT_FALSE(is_spared(p));
	free(p);
}

/* What is freed stays mapped, or is gone. */
static void
test_wiped(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char there;
	char *p, *q;

	p = vault_alloc(1000);
	memset(p, 's', 1000);
	vault_free(p);
	CU_ASSERT(is_all(p, 1000, '\0'));
	p = vault_strdup("a secret");
	q = vault_resize(p, 4000);
	CU_ASSERT(p != q);
	CU_ASSERT(is_all(p, 9, '\0'));
	UNIT_TEXT(q, "a secret");
	vault_free(q);
	p = vault_alloc(LARGE);
	vault_free(p);
	p = (char *)((uintptr_t)p / page * page);
	CU_ASSERT_EQUAL(mincore(p, page, &there), -1);
}

static void
test_resize(void)
{
	static const size_t sizes[] = {
		10, 16, 17, 500, 40, LARGE, 3 * LARGE, 2 * LARGE, 30, 1,
	};
	char *p = NULL;
	size_t old = 0, least;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		p = vault_resize(p, sizes[i]);
		least = old < sizes[i] ? old : sizes[i];
		CU_ASSERT(is_all(p, least, (char)i));
		old = sizes[i];
		memset(p, (int)i + 1, old);
	}
	vault_free(p);
	p = vault_calloc(7, 11);
	CU_ASSERT(is_all(p, 77, '\0'));
	vault_free(p);
}

static void
test_text(void)
{
	char *p = vault_strndup("secret", 3), *q = vault_strndup("se", 9);

	UNIT_TEXT(p, "sec");
	UNIT_TEXT(q, "se");
	vault_free(p);
	vault_free(q);
	p = vault_printf("%s %d", "secret", 7);
	UNIT_TEXT(p, "secret 7");
	vault_free(p);
}

static void *
work(void *cookie)
{
	char c = *(char *)cookie, *p[64];
	bool ok = true;

	for (size_t round = 0; round < 200; round++) {
		for (size_t i = 0; i < 64; i++) {
			p[i] = vault_alloc(i * 7 + 1);
			ok = ok && is_all(p[i], i * 7 + 1, '\0');
			memset(p[i], c, i * 7 + 1);
		}
		for (size_t i = 0; i < 64; i++) {
			ok = ok && is_all(p[i], i * 7 + 1, c);
			vault_free(p[i]);
		}
	}
	return ok ? cookie : NULL;
}

static void
test_threads(void)
{
	pthread_t thread[3];
	char name[3] = "abc";
	void *result;

	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[i], NULL, work,
		    &name[i]), 0);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(pthread_join(thread[i], &result), 0);
		CU_ASSERT_PTR_EQUAL(result, &name[i]);
	}
}

static const struct unit_test tests[] = {
	{ "all sizes", test_sizes },
	{ "no core file has it", test_core },
	{ "wiped when freed", test_wiped },
	{ "another size", test_resize },
	{ "text", test_text },
	{ "threads", test_threads },
};

UNIT_MAIN("vault", tests)
