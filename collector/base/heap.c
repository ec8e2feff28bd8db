#include "config.h"

#include "collector/base/heap.h"

#include <malloc.h>
#include <sys/prctl.h>

#define LARGE_BYTES (64 * 1024)
#define SPARE_BYTES (16 * 1024)

/*
 * By itself glibc raises the size from which a buffer is mapped alone, up to
 * 32 MiB, each time that one is freed: then they share the heap, moves of what
 * grows are copies, and their gaps stay.  A heap per thread is for programs
 * whose threads allocate; ours only look names up.
 *
 * A huge page, which some distributions give to whoever has 2 MiB in a row, is
 * resident whole where a tenth of it is in use, and takes back what was freed.
 */
void
heap_keep_small(void)
{
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
	mallopt(M_TRIM_THRESHOLD, LARGE_BYTES);
	mallopt(M_TOP_PAD, SPARE_BYTES);
	mallopt(M_ARENA_MAX, 1);
#endif
#ifdef PR_SET_THP_DISABLE
	(void)prctl(PR_SET_THP_DISABLE, 1L, 0L, 0L, 0L);
#endif
}
