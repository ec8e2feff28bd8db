#include "config.h"

#include "collector/base/vault.h"

#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/base/xalloc.h"

/*
 * Sizes are rounded up to one of these classes: up to FINE_MAX a GRAIN apart,
 * then four to each doubling.  What is larger than SMALL_MAX is a mapping of
 * its own.
 */
#define GRAIN 16
#define FINE_MAX 128
#define FINE_CLASSES (FINE_MAX / GRAIN + 1)
#define FINE_SHIFT 5 /* of the class behind FINE_MAX: 5 << 5 bytes */
#define SMALL_MAX ((size_t)32 << 10)
#define N_CLASSES (FINE_CLASSES + 4 * 8)
#define REGION ((size_t)256 << 10)

/* What stands before each piece.  A free one is all zeros behind it. */
struct head {
	size_t size; /* of the class, or what the mapping has room for */
	struct head *next; /* of the free ones */
	max_align_t data[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct head *free_list[N_CLASSES];
static char *region;
static size_t region_left;

static struct head *
head_of(void *p)
{
	return (struct head *)((char *)p - offsetof(struct head, data));
}

/* The class of n bytes, at most SMALL_MAX; *size is that of its pieces. */
static size_t
class_of(size_t n, size_t *size)
{
	size_t steps, shift = FINE_SHIFT;

	if (n <= FINE_MAX) {
		steps = (n + GRAIN - 1) / GRAIN;
		*size = steps * GRAIN;
		return steps;
	}
	while ((n - 1) >> shift > 7)
		shift++;
	steps = ((n - 1) >> shift) + 1;
	*size = steps << shift;
	return FINE_CLASSES + 4 * (shift - FINE_SHIFT) + steps - 5;
}

static void *
map(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		xalloc_failed();
	/* It fails where a kernel has no core files either. */
	(void)madvise(p, n, MADV_DONTDUMP);
	return p;
}

/* How much is mapped for n bytes. */
static size_t
mapped(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (n > PTRDIFF_MAX - 2 * page)
		xalloc_failed();
	return (n + sizeof(struct head) + page - 1) / page * page;
}

static struct head *
new_mapping(size_t n)
{
	size_t all = mapped(n);
	struct head *h = map(all);

	h->size = all - sizeof(*h);
	return h;
}

/* The end of a region that is too short for this piece is left. */
static struct head *
carve(size_t size)
{
	size_t all = size + sizeof(struct head);
	struct head *h;

	if (region_left < all) {
		region = map(REGION);
		region_left = REGION;
	}
	h = (struct head *)(void *)region;
	region += all;
	region_left -= all;
	h->size = size;
	return h;
}

void *
vault_alloc(size_t n)
{
	struct head *h;
	size_t class, size;

	if (n > SMALL_MAX)
		return new_mapping(n)->data;
	class = class_of(n, &size);
	pthread_mutex_lock(&lock);
	h = free_list[class];
	if (h != NULL)
		free_list[class] = h->next;
	else
		h = carve(size);
	pthread_mutex_unlock(&lock);
	return h->data;
}

void
vault_free(void *p)
{
	size_t class, size;
	struct head *h;

	if (p == NULL)
		return;
	h = head_of(p);
	if (h->size > SMALL_MAX) {
		munmap(h, h->size + sizeof(*h));
		return;
	}
	explicit_bzero(p, h->size);
	class = class_of(h->size, &size);
	pthread_mutex_lock(&lock);
	h->next = free_list[class];
	free_list[class] = h;
	pthread_mutex_unlock(&lock);
}

void *
vault_calloc(size_t n, size_t size)
{
	if (size > 0 && n > SIZE_MAX / size)
		xalloc_failed();
	return vault_alloc(n * size);
}

/* Both are mappings: the kernel moves pages, not bytes. */
static void *
remap(struct head *h, size_t n)
{
	size_t all = mapped(n);

	h = mremap(h, h->size + sizeof(*h), all, MREMAP_MAYMOVE);
	if (h == MAP_FAILED)
		xalloc_failed();
	h->size = all - sizeof(*h);
	return h->data;
}

void *
vault_resize(void *p, size_t n)
{
	size_t old, size;
	void *q;

	if (p == NULL)
		return vault_alloc(n);
	old = head_of(p)->size;
	if (old > SMALL_MAX && n > SMALL_MAX)
		return remap(head_of(p), n);
	if (old <= SMALL_MAX && n <= SMALL_MAX) {
		class_of(n, &size);
		if (size == old)
			return p;
	}
	q = vault_alloc(n);
	memcpy(q, p, old < n ? old : n);
	vault_free(p);
	return q;
}

char *
vault_strndup(const char *s, size_t n)
{
	n = strnlen(s, n);
	return memcpy(vault_alloc(n + 1), s, n);
}

char *
vault_strdup(const char *s)
{
	return vault_strndup(s, strlen(s));
}

char *
vault_printf(const char *fmt, ...)
{
	va_list ap, again;
	char *s;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		xalloc_failed();
	s = vault_alloc((size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return s;
}
