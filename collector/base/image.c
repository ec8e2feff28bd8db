#include "config.h"

#include "collector/base/image.h"

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static const ElfW(Dyn) *
dynamic_of(const struct dl_phdr_info *object)
{
	const ElfW(Phdr) *h = object->dlpi_phdr;

	for (size_t i = 0; i < object->dlpi_phnum; i++)
		if (h[i].p_type == PT_DYNAMIC)
			return (const void *)(object->dlpi_addr + h[i].p_vaddr);
	return NULL;
}

/* Has the loader written to its code?  Only some 32-bit libraries want that;
 * their pages are not those of the file any more. */
static bool
has_patched_code(const struct dl_phdr_info *object)
{
	const ElfW(Dyn) *d = dynamic_of(object);

	for (; d != NULL && d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_TEXTREL ||
		    (d->d_tag == DT_FLAGS && (d->d_un.d_val & DF_TEXTREL) != 0))
			return true;
	return false;
}

/* Whole pages only: one at an edge may belong to a segment that is written. */
static void
give_back(uintptr_t from, uintptr_t to, uintptr_t page)
{
	from = (from + page - 1) / page * page;
	to = to / page * page;
	if (from < to)
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
}

static int
on_object(struct dl_phdr_info *object, size_t size, void *page)
{
	const ElfW(Phdr) *h = object->dlpi_phdr;
	uintptr_t at;

	(void)size;
	if (has_patched_code(object))
		return 0;
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		if (h[i].p_type != PT_LOAD || (h[i].p_flags & PF_W) != 0)
			continue;
		at = object->dlpi_addr + h[i].p_vaddr;
		give_back(at, at + h[i].p_memsz, *(uintptr_t *)page);
	}
	return 0;
}

void
image_give_back(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	dl_iterate_phdr(on_object, &page);
}
