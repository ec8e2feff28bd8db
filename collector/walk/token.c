#include "config.h"

#include "collector/walk/token.h"

#include <inttypes.h>

#include "collector/json/tree.h"


/* In days, the first one first. */
static const int64_t warnings[] = { 14, 7, 3, 1 };
#define N_WARNINGS (sizeof(warnings) / sizeof(warnings[0]))

const char *const token_state_name[TOKEN_STATE_COUNT] = {
	[TOKEN_UNTOLD] = "unknown",
	[TOKEN_VALID] = "valid",
	[TOKEN_EXPIRING] = "expiring",
	[TOKEN_EXPIRED] = "expired",
	[TOKEN_REFUSED] = "refused",
	[TOKEN_UNUSABLE] = "unusable",
};

struct token_file
token_file_of(const struct stat *st)
{
	return (struct token_file){
		.changed_ns = (int64_t)st->st_ctim.tv_sec * 1000000000 +
		    st->st_ctim.tv_nsec,
		.inode = (int64_t)st->st_ino,
	};
}

bool
token_file_same(const struct token_file *a, const struct token_file *b)
{
	return a->changed_ns == b->changed_ns && a->inode == b->inode;
}

/* The members of a record. */
static const struct {
	const char *name;
	size_t offset;
} members[] = {
	{ "created", offsetof(struct token_life, created_ms) },
	{ "expires", offsetof(struct token_life, expires_ms) },
	{ "asked", offsetof(struct token_life, asked_ms) },
	{ "warned", offsetof(struct token_life, warned) },
	{ "file_changed", offsetof(struct token_life, file.changed_ns) },
	{ "file_inode", offsetof(struct token_life, file.inode) },
};
#define N_MEMBERS (sizeof(members) / sizeof(members[0]))

static int64_t *
member_of(struct token_life *l, size_t i)
{
	return (int64_t *)(void *)((char *)l + members[i].offset);
}

void
token_life_print(struct buf *b, const struct token_life *l)
{
	struct token_life copy = *l;

	buf_adds(b, "{\"v\":1");
	for (size_t i = 0; i < N_MEMBERS; i++)
		buf_addf(b, ",\"%s\":%" PRId64, members[i].name,
		    *member_of(&copy, i));
	buf_addc(b, '}');
}

void
token_life_parse(struct token_life *l, struct slice text)
{
	struct json_object *root = tree_parse_object(text), *v;

	*l = (struct token_life){ 0 };
	for (size_t i = 0; i < N_MEMBERS; i++)
		if (json_object_object_get_ex(root, members[i].name, &v) &&
		    json_object_is_type(v, json_type_int))
			*member_of(l, i) = json_object_get_int64(v);
	json_object_put(root);
}

enum token_state
token_life_state(const struct token_life *l, int64_t now_ms)
{
	if (l->expires_ms == 0)
		return TOKEN_UNTOLD;
	if (now_ms >= l->expires_ms)
		return TOKEN_EXPIRED;
	return l->expires_ms - now_ms <= warnings[0] * TOKEN_DAY_MS ?
	    TOKEN_EXPIRING : TOKEN_VALID;
}

int64_t
token_life_days(const struct token_life *l, int64_t now_ms)
{
	int64_t left = l->expires_ms - now_ms;

	return left >= 0 ? left / TOKEN_DAY_MS :
	    -((-left + TOKEN_DAY_MS - 1) / TOKEN_DAY_MS);
}

bool
token_life_is_due(const struct token_life *l, const struct token_file *file,
    int64_t now_ms)
{
	if (l->asked_ms == 0 || !token_file_same(file, &l->file))
		return true;
	if (now_ms - l->asked_ms >= TOKEN_DAY_MS || now_ms < l->asked_ms)
		return true;
	return l->asked_ms < l->expires_ms && now_ms >= l->expires_ms;
}

int64_t
token_life_warn(struct token_life *l, int64_t now_ms)
{
	int64_t left = l->expires_ms - now_ms, nearest = 0;

	if (l->expires_ms == 0 || left <= 0)
		return 0;
	for (size_t i = 0; i < N_WARNINGS; i++)
		if (left <= warnings[i] * TOKEN_DAY_MS)
			nearest = warnings[i];
	if (nearest == 0 || (l->warned != 0 && nearest >= l->warned))
		return 0;
	l->warned = nearest;
	return nearest;
}

bool
token_life_told(struct token_life *l, int64_t created_ms, int64_t expires_ms,
    const struct token_file *file, int64_t now_ms)
{
	bool other = expires_ms != l->expires_ms;

	if (other)
		l->warned = 0;
	l->created_ms = created_ms;
	l->expires_ms = expires_ms;
	l->asked_ms = now_ms;
	l->file = *file;
	return other;
}
