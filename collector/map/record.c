#include "config.h"

#include "collector/map/record.h"

#include "collector/map/convert.h"

static struct val *
slot_of(struct map_record *r, int slot)
{
	return &r->m.val[r->m.named[slot]];
}

bool
map_has(const struct map_record *r, int slot)
{
	return r->m.val[r->m.named[slot]].kind != 0;
}

void
map_copy(struct map_record *r, int to, int from)
{
	const struct val *v = slot_of(r, from);

	if (v->kind == VAL_LIST)
		*slot_of(r, to) = map_copy_of(&r->m, v);
	else if (v->kind != 0)
		*slot_of(r, to) = *v;
}

void
map_unset(struct map_record *r, int slot)
{
	*slot_of(r, slot) = (struct val){ .kind = 0 };
}

void
map_copy_text(struct map_record *r, int to, int from)
{
	struct val text;

	if (val_as_text(&r->m, slot_of(r, from), &text))
		*slot_of(r, to) = text;
}

void
map_move(struct map_record *r, int to, int from)
{
	map_copy(r, to, from);
	map_unset(r, from);
}

struct slice
map_string(struct map_record *r, int slot)
{
	const struct val *v = slot_of(r, slot);

	if (v->kind != TOK_STRING)
		return (struct slice){ NULL, 0 };
	return val_plain(&r->m, v);
}

struct slice
map_scalar(struct map_record *r, int slot)
{
	const struct val *v = slot_of(r, slot);

	if (v->kind >= TOK_FALSE && v->kind <= TOK_NUMBER)
		return (struct slice){ v->p, v->len };
	return map_string(r, slot);
}

void
map_set_string(struct map_record *r, int slot, struct slice text)
{
	if (text.len == 0)
		map_unset(r, slot);
	else
		*slot_of(r, slot) = val_string(&r->m, text);
}

void
map_set_joined(struct map_record *r, int slot, const struct slice *parts,
    size_t n)
{
	size_t len = 0;
	char *text;

	for (size_t i = 0; i < n; i++)
		len += parts[i].len;
	text = map_alloc(&r->m, len);
	len = 0;
	for (size_t i = 0; i < n; i++) {
		memcpy(text + len, parts[i].p, parts[i].len);
		len += parts[i].len;
	}
	map_set_string(r, slot, (struct slice){ text, len });
}

static struct val
json_val(const char *json)
{
	return (struct val){ .p = json, .len = (uint32_t)strlen(json),
		.kind = json[0] == '"' ? TOK_STRING : TOK_NUMBER };
}

void
map_set_json(struct map_record *r, int slot, const char *json)
{
	*slot_of(r, slot) = json_val(json);
}

typedef void add_fn(struct mapper *m, struct val *list, const struct val *v);

static void
add_one(struct map_record *r, int to, const struct val *v, add_fn *add)
{
	struct val text;

	if (v->kind == TOK_STRING)
		add(&r->m, slot_of(r, to), v);
	else if (val_as_text(&r->m, v, &text))
		add(&r->m, slot_of(r, to), &text);
}

static void
add_each(struct map_record *r, int to, int from, add_fn *add)
{
	struct val v;

	if (!map_has(r, from))
		return;
	v = *slot_of(r, from);
	if (v.kind != VAL_LIST) {
		add_one(r, to, &v, add);
		return;
	}
	for (size_t i = v.tok; i != 0; i = r->m.item[i].next) {
		struct val one = r->m.item[i].val;

		add_one(r, to, &one, add);
	}
}

void
map_add(struct map_record *r, int to, int from)
{
	add_each(r, to, from, map_append_unique);
}

void
map_append_to(struct map_record *r, int to, int from)
{
	add_each(r, to, from, map_append);
}

void
map_add_json(struct map_record *r, int to, const char *json)
{
	struct val v = json_val(json);

	map_append(&r->m, slot_of(r, to), &v);
}

void
map_mac_list(struct map_record *r, int slot)
{
	static const struct row row = { .conv = MAP_MAC };
	const struct val *v = slot_of(r, slot);

	if (v->kind != VAL_LIST)
		return;
	for (size_t i = v->tok; i != 0; i = r->m.item[i].next)
		convert_mac(&r->m, &row, &r->m.item[i].val);
}

void
map_split_user(struct map_record *r, int from, int name, int domain)
{
	struct slice text = map_string(r, from), head;
	const char *at = text.p == NULL ? NULL :
					  memchr(text.p, '\\', text.len);

	if (at == NULL) {
		map_copy(r, name, from);
		return;
	}
	head = (struct slice){ text.p, (size_t)(at - text.p) };
	at++;
	map_set_string(r, domain, head);
	map_set_string(r, name,
	    (struct slice){ at, (size_t)(text.p + text.len - at) });
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
begins_with(struct slice text, const char *word)
{
	size_t i = 0;

	while (word[i] != '\0' && i < text.len && lower(text.p[i]) == word[i])
		i++;
	return word[i] == '\0';
}

static bool
is_word(struct slice text, const char *word, bool fold)
{
	size_t i = 0;

	while (i < text.len && word[i] != '\0' &&
	    (fold ? lower(text.p[i]) : text.p[i]) == word[i])
		i++;
	return i == text.len && word[i] == '\0';
}

bool
map_is_one_of(struct slice text, const char *const *words, size_t n)
{
	for (size_t i = 0; text.p != NULL && i < n; i++)
		if (is_word(text, words[i], true))
			return true;
	return false;
}

uint32_t
map_words(struct slice text, const char *const *words, size_t n)
{
	/* The words that have a letter in their first places; its lower five
	 * bits are the same in both cases. */
	struct { uint32_t first, second, third; } at[32] = { { 0 } };
	/* Those that the last one or two bytes may be the beginning of. */
	uint32_t one = 0, two = 0, found = 0;

	for (size_t i = 0; i < n; i++) {
		at[words[i][0] & 31].first |= (uint32_t)1 << i;
		at[words[i][1] & 31].second |= (uint32_t)1 << i;
		at[words[i][2] & 31].third |= (uint32_t)1 << i;
	}
	for (size_t i = 0; i < text.len; i++) {
		unsigned c = text.p[i] & 31;
		uint32_t maybe = two & at[c].third & ~found;

		two = one & at[c].second;
		one = at[c].first;
		for (; maybe != 0; maybe &= maybe - 1) {
			int word = __builtin_ctz(maybe);

			if (begins_with((struct slice){ text.p + i - 2,
			    text.len - i + 2 }, words[word]))
				found |= (uint32_t)1 << word;
		}
	}
	return found;
}

void
map_translate(struct map_record *r, int to, int from,
    const struct map_word *words, size_t n, bool fold)
{
	struct slice text = map_string(r, from);

	for (size_t i = 0; text.p != NULL && i < n; i++) {
		if (!is_word(text, words[i].word, fold))
			continue;
		if (words[i].json != NULL)
			map_set_json(r, to, words[i].json);
		else
			map_copy(r, to, from);
		return;
	}
}

void
map_severity(struct map_record *r, int to, int from)
{
	static const struct map_word words[] = {
		{ "low", "21" },
		{ "medium", "47" },
		{ "high", "73" },
		{ "critical", "99" },
	};

	map_translate(r, to, from, words, sizeof(words) / sizeof(words[0]),
	    true);
}

bool
map_switch(const struct map_record *r, int i)
{
	return (r->m.opt->switches & 1u << i) != 0;
}
