#include "config.h"

#include "spool/backlog.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/base/xalloc.h"
#include "spool/segment.h"

/* The directory's name may end in slashes, of which shippers know nothing. */
static int
name_len(const char *directory)
{
	size_t len = strlen(directory);

	while (len > 1 && directory[len - 1] == '/')
		len--;
	return (int)len;
}

static bool
is_shipped(const struct backlog_place *place, const char *path)
{
	char *full = xasprintf("%.*s/%s", name_len(place->directory),
	    place->directory, path);
	struct shipper_file f = { place->dirfd, path, full };
	bool has = place->n_shippers > 0;
	struct buf why;

	buf_init(&why, 4096);
	for (size_t i = 0; has && i < place->n_shippers; i++)
		has = place->shippers[i] != NULL &&
		    shipper_ask(place->shippers[i], &f, &why) == SHIPPER_HAS;
	buf_fini(&why);
	free(full);
	return has;
}

static void
count(struct backlog_part *part, const struct backlog_place *place,
    const char *path)
{
	struct stat sb;

	/* It may have been pruned meanwhile. */
	if (fstatat(place->dirfd, path, &sb, 0) != 0)
		return;
	part->segments++;
	part->bytes += sb.st_size;
}

static int
count_plain(const struct backlog_place *place, const char *folder,
    const char *dataset, struct backlog *b)
{
	struct segment_list l = { 0 };
	int r = segment_list_add(&l, place->dirfd, folder, dataset);

	segment_list_sort(&l);
	for (size_t i = 0; i < l.n; i++)
		count(is_shipped(place, l.files[i].path) ? &b->shipped :
		    &b->waiting, place, l.files[i].path);
	segment_list_fini(&l);
	return r;
}

static int
count_archived(const struct backlog_place *place, const char *folder,
    const char *dataset, struct backlog *b)
{
	struct segment_list l = { 0 };
	int r = segment_list_add(&l, place->dirfd, folder, dataset);

	for (size_t i = 0; i < l.n; i++)
		count(&b->archived, place, l.files[i].path);
	segment_list_fini(&l);
	return r;
}

int
backlog_count(const struct backlog_place *place, const char *console,
    const char *dataset, struct backlog *b)
{
	char *folder = xasprintf("%s/%s", console, dataset);
	char *archive = xasprintf("%s/archive/%s", console, dataset);
	int r, saved;

	*b = (struct backlog){ 0 };
	r = count_plain(place, folder, dataset, b);
	if (r == 0)
		r = count_archived(place, archive, dataset, b);
	saved = errno;
	free(archive);
	free(folder);
	errno = saved;
	return r;
}
