/*
 * The record being mapped, as the derive functions of the datasets see it:
 * slots by number (struct map_table, slots), each unset, a value or a list.
 */
#ifndef S1SPOOL_RECORD_H
#define S1SPOOL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/map/table.h"

/* Whether the slot is set. */
bool map_has(const struct map_record *r, int slot);

/* Copy or move a value; an unset `from` changes nothing. */
void map_copy(struct map_record *r, int to, int from);
void map_move(struct map_record *r, int to, int from);
void map_unset(struct map_record *r, int slot);
/* Copy a scalar as a string; nothing when it is no scalar. */
void map_copy_text(struct map_record *r, int to, int from);

/* The plain text of a string value, valid until the next record; p == NULL
 * when the slot is unset or holds no string. */
struct slice map_string(struct map_record *r, int slot);

/* The same, but numbers and booleans as their JSON text too. */
struct slice map_scalar(struct map_record *r, int slot);

/* Set to a string (copied), or to a JSON text that outlives the mapper. */
void map_set_string(struct map_record *r, int slot, struct slice text);
void map_set_json(struct map_record *r, int slot, const char *json);
/* Set to the n parts one after another. */
void map_set_joined(struct map_record *r, int slot, const struct slice *parts,
    size_t n);

/*
 * Append what slot `from` holds to the list in slot `to`: a scalar as text, of
 * a list its elements; what is already there (by text) is not added again.
 */
void map_add(struct map_record *r, int to, int from);

/* The same without looking whether it is there. */
void map_append_to(struct map_record *r, int to, int from);

/* Append a JSON text that outlives the mapper, without looking for it. */
void map_add_json(struct map_record *r, int to, const char *json);

/* What a text stands for: the JSON text for a word. */
struct map_word {
	const char *word;
	const char *json; /* NULL: the word itself, as a string */
};

/*
 * Set slot `to` to what the string in slot `from` stands for among n words;
 * left as it is when it is none of them.  fold: `word` is in lower case, and
 * the text may be in any.
 */
void map_translate(struct map_record *r, int to, int from,
    const struct map_word *words, size_t n, bool fold);

/* event.severity of a severity: low 21, medium 47, high 73, critical 99. */
void map_severity(struct map_record *r, int to, int from);

/* Is the table's i-th switch on? */
bool map_switch(const struct map_record *r, int i);

/* Rewrite each string of a list in the form of MAP_MAC. */
void map_mac_list(struct map_record *r, int slot);

/*
 * user.name and user.domain: the text of `from` split at its first backslash,
 * domain before it, name behind it; without one it is the name as it is.  No
 * string: copied to name.
 */
void map_split_user(struct map_record *r, int from, int name, int domain);

/* Equal to one of the n words, upper and lower case alike. */
bool map_is_one_of(struct slice text, const char *const *words, size_t n);

/*
 * Which of up to 32 words (lower case, of three bytes or more) the text
 * contains, upper and lower case alike: bit i for words[i].
 */
uint32_t map_words(struct slice text, const char *const *words, size_t n);

#endif
