/*
 * The derived fields of each dataset, read from its description a second time,
 * and what they are made with.
 */
#ifndef S1SPOOL_ORACLE_DERIVE_H
#define S1SPOOL_ORACLE_DERIVE_H

#include <json-c/json.h>
#include <stdbool.h>

struct oracle;

/* Are the dataset's derived fields described here? */
bool oracle_derives(const char *dataset);
void oracle_derive(struct oracle *o, const char *dataset);

/* A target or "." value; NULL when unset. */
struct json_object *oracle_get(const struct oracle *o, const char *path);
/* Takes v over; NULL unsets. */
void oracle_set(struct oracle *o, const char *path, struct json_object *v);
/* Append a scalar as text to a list, of a list of ours its elements; unique:
 * unless it is there already. */
void oracle_add(struct oracle *o, const char *to, const char *from,
    bool unique);
/* An empty string, which the clean-up leaves. */
void oracle_keep_empty(struct oracle *o, const char *path);
/* What stayed at a raw path among the kept members does so no longer. */
void oracle_unplace(struct oracle *o, const char *raw);
/* Is the option of that name on? */
bool oracle_switch(const struct oracle *o, const char *name);

/* The text of a string, else NULL. */
const char *derive_string(const struct oracle *o, const char *path);
/* Nothing when `from` is unset; the second: or is no scalar. */
void derive_copy(struct oracle *o, const char *to, const char *from);
void derive_copy_text(struct oracle *o, const char *to, const char *from);
/* Append a word to a list unless it is there. */
void derive_add_word(struct oracle *o, const char *to, const char *text);
/* Is it one of the words, which blanks separate?  No text is none. */
bool derive_is_one_of(const char *text, const char *words, bool fold);
bool derive_contains(const char *text, const char *word);
/* user.domain and user.name at the first backslash of a text; what is none is
 * the name as it is. */
void derive_user(struct oracle *o, const char *from);
/* event.severity of the word in `from`. */
void derive_severity(struct oracle *o, const char *from);
/* event.outcome: success and failure for a word each, case alike. */
void derive_outcome(struct oracle *o, const char *from, const char *success,
    const char *failure);

/* Pairs of target and source, each added once. */
#define DERIVE_LISTS(o, pairs)                                               \
	derive_lists(o, pairs, sizeof(pairs) / sizeof((pairs)[0]))
void derive_lists(struct oracle *o, const char *const (*pairs)[2], size_t n);

/* derive_inventory.c */
void derive_agent(struct oracle *o);
void derive_application(struct oracle *o);
void derive_application_risk(struct oracle *o);
void derive_group(struct oracle *o);

/* derive_threat.c */
void derive_activity(struct oracle *o);
void derive_threat(struct oracle *o);
void derive_threat_event(struct oracle *o);

/* derive_alert.c */
void derive_alert(struct oracle *o);
void derive_unified_alert(struct oracle *o);

#endif
