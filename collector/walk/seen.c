#include "config.h"

#include "collector/walk/seen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/iso8601.h"
#include "collector/base/xalloc.h"

void
seen_init(struct seen *s, size_t max_entries)
{
	*s = (struct seen){ .ids = idset_new(max_entries) };
}

void
seen_fini(struct seen *s)
{
	idset_free(s->ids);
	free(s->fresh);
	*s = (struct seen){ 0 };
}

int64_t
seen_time(const struct seen_clock *clock, struct slice at, int64_t resend)
{
	int64_t ms;

	if (clock->fixed_ms != 0)
		return clock->fixed_ms;
	if (resend != 0)
		return resend * 1000;
	if (iso8601_parse(at, &ms) != 0)
		return clock->upper_ms;
	/* A walk that asks by another time than the row's can find what
	 * changed behind its upper bound; later ones find that again. */
	if (clock->trust_at ? ms >= clock->lower_ms : ms > clock->upper_ms)
		return ms;
	return clock->upper_ms;
}

bool
seen_has(const struct seen *s, struct idset_key key)
{
	return idset_has(s->ids, key);
}

bool
seen_again(struct seen *s, struct idset_key key, int64_t at_ms)
{
	return idset_has(s->ids, key) && !idset_add(s->ids, key, at_ms);
}

void
seen_add(struct seen *s, struct idset_key key, int64_t at_ms)
{
	idset_add(s->ids, key, at_ms);
	if (s->n_fresh == s->cap) {
		s->cap = s->cap == 0 ? 16 : 2 * s->cap;
		s->fresh = xreallocarray(s->fresh, s->cap, sizeof(*s->fresh));
	}
	s->fresh[s->n_fresh++] = key;
}

void
seen_note(struct seen *s, struct idset_key key, int64_t at_ms)
{
	seen_add(s, key, at_ms);
	s->n_appended++;
	s->n_notes++;
}

void
seen_append(struct seen *s, size_t n, size_t bytes)
{
	s->n_appended += n;
	s->unsaved_bytes += (int64_t)bytes;
}

void
seen_forget_batch(struct seen *s)
{
	while (s->n_fresh > s->n_appended)
		idset_remove(s->ids, s->fresh[--s->n_fresh]);
}

/* Most datasets of a thousand consoles rest: they keep no room for a page. */
void
seen_sync(struct seen *s)
{
	size_t batch = s->n_fresh - s->n_appended;

	if (batch > 0) {
		memmove(s->fresh, s->fresh + s->n_appended,
		    batch * sizeof(*s->fresh));
	} else {
		free(s->fresh);
		s->fresh = NULL;
		s->cap = 0;
	}
	s->n_fresh = batch;
	s->n_appended = s->n_notes = 0;
}

void
seen_forget_appended(struct seen *s)
{
	for (size_t i = 0; i < s->n_appended; i++)
		idset_remove(s->ids, s->fresh[i]);
	seen_sync(s);
}

struct recovery {
	struct seen *seen;
	const struct seen_clock *clock;
	const struct seen_backfill *backfill;
	struct rebuild *rebuild;
	struct seen_found *found;
};

static bool
is_backfilled(const struct seen_backfill *b, const struct stream_line *line)
{
	return line->backfill ||
	    (line->resend != 0 && line->resend == b->resend);
}

/* Ids of slices that are complete are of no use. */
static int64_t
backfilled_time(const struct recovery *r, const struct stream_line *line)
{
	const struct seen_backfill *b = r->backfill;
	int64_t ms;

	if (b->lasting && line->resend == 0)
		return r->clock->upper_ms;
	if (!b->open || (r->clock->trust_at &&
	    iso8601_parse(line->at, &ms) == 0 &&
	    (ms < b->lower || ms >= b->upper)))
		return 0;
	return SEEN_HELD;
}

static int64_t
line_time(const struct recovery *r, const struct stream_line *line)
{
	return is_backfilled(r->backfill, line) ? backfilled_time(r, line) :
	    seen_time(r->clock, line->at, line->resend);
}

static bool
take_line(void *cookie, const struct stream_line *line)
{
	struct recovery *r = cookie;

	idset_add(r->seen->ids, idset_key(line->id, line->resend),
	    line_time(r, line));
	r->seen->unsaved_bytes += (int64_t)line->text.len + 1;
	rebuild_line(r->rebuild, line, r->found->damaged > 0);
	return true;
}

static bool
is_same(const struct stream_pos *a, const struct stream_pos *b)
{
	return strcmp(a->segment, b->segment) == 0 && a->offset == b->offset;
}

/* 0, or why the snapshot does not do. */
static int
load_snapshot(struct seen *s, int dirfd, const char *name,
    const struct stream_pos *want)
{
	struct stream_pos pos;

	if (idset_load(s->ids, dirfd, name, &pos) != 0)
		return errno;
	return is_same(&pos, want) ? 0 : ESTALE;
}

int
seen_recover(struct seen *s, struct stream *st, int dirfd, const char *name,
    const struct seen_clock *clock, const struct seen_backfill *backfill,
    struct rebuild *rebuild, struct stream_pos *pos, struct seen_found *found)
{
	struct recovery r = { s, clock, backfill, rebuild, found };

	*found = (struct seen_found){
		.error = load_snapshot(s, dirfd, name, pos),
	};
	switch (found->error) {
	case 0:
		break;
	case ENOENT:
	case EBADMSG:
	case ESTALE:
		*pos = (struct stream_pos){ .offset = 0 };
		break;
	default:
		errno = found->error;
		return -1;
	}
	return stream_read_back(st, pos, take_line, &r, &found->damaged);
}

int
seen_save(struct seen *s, const struct stream *st, int dirfd,
    const char *name, struct stream_pos *pos)
{
	struct stream_pos end;

	stream_end(st, &end);
	if (idset_save(s->ids, dirfd, name, &end) != 0)
		return -1;
	s->unsaved_bytes = 0;
	*pos = end;
	return 0;
}
