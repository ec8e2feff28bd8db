/*
 * Inside the mapper: what the compiled table and the record being mapped look
 * like.  Included by collector/map only.
 */
#ifndef S1SPOOL_MAPPER_H
#define S1SPOOL_MAPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/json/scan.h"
#include "collector/map/map.h"
#include "collector/map/out.h"
#include "collector/map/table.h"

/* Kinds of values beyond enum tok_kind. */
enum val_kind {
	VAL_LIST = TOK_ARRAY + 1, /* a list of our own: items linked by index */
	VAL_OBJECTS, /* a list of objects of the record, mapped by a shape */
	VAL_REST, /* an object of the record, without what rows took */
	VAL_ORIGINAL /* the record's own text as a string */
};

/*
 * A value of the document to be.  Scalars are JSON text (strings with their
 * quotes), a slice of the record or of the arena; containers are tokens.
 */
struct val {
	const char *p;
	uint32_t len;
	uint32_t tok; /* containers: token index; VAL_LIST: first item */
	uint32_t extra; /* VAL_LIST: last item; VAL_OBJECTS: first frame;
			 * VAL_REST: the frame around it */
	uint8_t kind; /* 0: unset */
	uint8_t escaped; /* a string with escapes */
	uint16_t index; /* VAL_OBJECTS, VAL_REST: which shape or node */
};

struct item {
	struct val val;
	uint32_t next; /* 0: the last one */
	uint32_t list; /* the first one */
	uint32_t taken; /* of the first one: up to which the list is in the
			 * mapper's set; 0: none of it */
};

/* The values of long lists by hash, for finding them again. */
struct list_set {
	uint32_t *place; /* item index, 0: free */
	size_t n_places; /* a power of two */
	size_t n;
};

/* Where a row puts its value. */
struct dest {
	uint16_t slot;
	bool root; /* a slot of the document, not of the element */
	bool in_place; /* set, even by a row that appends to its targets */
};

#define ROW_DESTS_MAX 4

struct row;

/* One conversion of a value, in its place; see convert.h. */
typedef bool convert_fn(struct mapper *m, const struct row *row,
    struct val *v);

struct row {
	enum map_conv conv;
	unsigned flags;
	const char *tag; /* raw path without "[]", for error.message */
	struct dest dest[ROW_DESTS_MAX];
	size_t n_dests;
	convert_fn *scalar; /* of what is no list, or NULL */
	uint16_t index; /* MAP_OBJECTS: shape; MAP_REST: node */
	bool each; /* the raw path ends in "[]" */
	bool first; /* it has "[0]": targets are the first element's */
	bool stays; /* the value stays where it is, converted */
	bool alone; /* it sets one target, and nothing else */
};

struct node;
struct shape;

/* No value of ours stays here; it would, but the options leave it out. */
enum { IN_PLACE_NONE = -1, IN_PLACE_HIDDEN = -2 };

/* What is to be done with a member, by what is known of it. */
enum way {
	WAY_ROWS, /* all there may be */
	WAY_PLAIN, /* one row, MAP_AS_IS, to places of its own */
	WAY_SCALAR, /* one row that converts it, to places of its own */
	WAY_DROPPED /* nothing is known of it but that it is dropped */
};

/* A known member of an object. */
struct member {
	uint8_t way; /* enum way */
	uint8_t mark; /* flags for its name's token */
	bool taken; /* not among the kept members: a row moved it */
	bool dropped; /* WAY_DROPPED to be, see node_settle() */
	struct row *row;
	size_t n_rows;
	struct node *node; /* known members of the object below, or NULL */
	struct shape *element; /* shape of the elements of a list, or NULL */
	char *name;
	uint32_t len;
	uint16_t number; /* WAY_DROPPED: of its name, 0 when it has none yet */
	int in_place; /* slot of the converted value that stays here, or: */
};

/* What is known of the members of one object. */
struct node {
	char *path; /* of its members, without their names: "a.b[]." */
	struct member **member; /* open hash table, NULL = free */
	uint32_t mask;
	uint32_t n;
	struct row *rest; /* the MAP_REST row of this object, or NULL */
	uint16_t index;
	bool kept; /* members without a row are kept */
	bool snake;
};

/* So much can be read behind the text of a leaf. */
#define LEAF_PAD OUT_BLOCK
/* Objects around a leaf, at most. */
#define LEAF_DEPTH 12

/* A field of the document (or of an element): a slot and the way to it. */
struct leaf {
	uint16_t slot;
	uint8_t depth; /* objects around it */
	uint8_t common; /* of these, shared with the leaf before */
	uint16_t off[LEAF_DEPTH]; /* text + off[d]: its part from depth d on */
	uint16_t len;
	char *text; /* "a":{"b":{"c": */
};

/* The record, or an element of a list of objects. */
struct shape {
	struct node *root;
	struct leaf *leaf;
	size_t n_leaves;
	uint16_t n_slots;
	uint16_t index;
	struct val *fresh; /* a frame with the constants in it */
};

/* A member that was looked up: what is known of it in an object, or NULL. */
struct known {
	const struct node *node;
	struct member *member;
};

struct chunk {
	struct chunk *next;
	char bytes[];
};

/* Slots that every dataset has. */
enum { SLOT_TIMESTAMP, SLOT_ERROR, SLOT_KIND, SLOT_TAGS, SLOT_ORIGINAL,
	SLOT_CREATED, SLOT_FIXED };

struct mapper {
	const struct map_table *table;
	const struct map_options *opt;
	bool keeps_original; /* by option or tag */
	bool keeps_duplicates;

	/* Compiled (compile.c). */
	struct shape **shape; /* [0] is the record's */
	size_t n_shapes;
	struct node **node;
	size_t n_nodes;
	uint16_t *named; /* slot of table->slots[i] */
	char *tags[2][2]; /* [original added by an error][original dropped] */
	/* What all datasets carry: event.module, data_stream and the like;
	 * ends with target NULL, values are JSON text and ours. */
	struct map_constant constant[4];

	/* The paths of table->identity and table->at. */
	struct {
		struct scan_path field[MAP_ID_FIELDS_MAX];
		struct scan_path when;
		struct scan_path field_when[MAP_ID_FIELDS_MAX];
		struct scan_path at;
	} path;

	/* The names met so far, and what they were found to be, by number. */
	struct names names;
	struct known *known;
	size_t n_known;
	struct slice *snaked; /* in snake_case; see map_snake_learn() */
	size_t n_snaked;
	bool snakes_clash; /* two of one object become the same */

	/* The record at hand. */
	struct scan scan;
	struct slice record;
	struct map_context ctx;
	char id[32];
	size_t id_len;
	struct val *val; /* frames, the record's first */
	size_t n_vals;
	size_t cap_vals;
	struct item *item; /* [0] is never used */
	size_t n_items;
	size_t cap_items;
	struct list_set set;
	bool in_first; /* of the lists around, all are at their first element */
	size_t n_dead; /* members that a later one of their name replaces */

	/* Memory of converted texts; reset with each record. */
	struct chunk *chunks;
	struct chunk *chunk; /* the one in use */
	struct chunk *large; /* texts too large for one; freed each time */
	size_t chunk_used;
	char collected[32]; /* "…" of ctx.collected_at_ms */
	int64_t collected_ms;
	char period_text[24]; /* of period; see ident.c */
	int64_t period;

	/* What has no place in the document (drop.c): the names met so far,
	 * and of each such member of the record the number of its name. */
	char *name[MAP_NAMES_MAX]; /* the first one is number 1 */
	unsigned n_names;
	uint16_t *drop;
	size_t n_drops;
	size_t cap_drops;
	bool marked; /* names of the record are marked TOK_DROPPED */

	struct buf error;
	struct map_counts counts;
	struct buf work; /* scratch of val_*() and ident.c */
	struct buf text; /* scratch of convert.c */
};

/* The derive functions' view is the mapper itself. */
struct map_record {
	struct mapper m;
};

/* A slot of the document or of the frame at base; until slots are added. */
static inline struct val *
map_slot(struct mapper *m, size_t base, struct dest d)
{
	return &m->val[(d.root ? 0 : base) + d.slot];
}

/*
 * The value of a token, put where it is to be: a copy of what was just put
 * together of narrower parts has to wait until all of them are in the cache.
 */
static inline void
val_set(struct val *v, const struct mapper *m, size_t tok)
{
	const struct tok *t = &m->scan.tok[tok];

	*v = (struct val){ .p = m->scan.text + t->start, .len = t->len,
		.tok = (uint32_t)tok, .kind = t->kind,
		.escaped = (t->flags & TOK_ESCAPED) != 0 };
}

static inline struct val
val_of_tok(const struct mapper *m, size_t tok)
{
	struct val v;

	val_set(&v, m, tok);
	return v;
}

/* compile.c */
void map_compile(struct mapper *m);
void map_compile_free(struct mapper *m);
struct member *node_find(const struct node *n, struct slice name);
uint32_t slice_hash(struct slice s);

/* mapper.c: arena, n bytes that stay until the next record. */
char *map_alloc(struct mapper *m, size_t n);

/* fill.c: fill the slots of the record scanned last. */
void map_fill(struct mapper *m);
/* The known member of that name, or NULL. */
struct member *map_find(struct mapper *m, const struct node *node,
    const struct tok *name);

/* list.c */
void map_append(struct mapper *m, struct val *list, const struct val *v);
/* Append; of a list of our own each of its items. */
void map_append_all(struct mapper *m, struct val *list, const struct val *v);
/* Append unless an item with the same text is there. */
void map_append_unique(struct mapper *m, struct val *list,
    const struct val *v);

/* The value for one more slot: a list of our own is not shared. */
struct val map_copy_of(struct mapper *m, const struct val *v);

/* value.c */
/* A JSON string of plain text, a JSON text, both copied to the arena. */
struct val val_string(struct mapper *m, struct slice plain);
struct val val_json(struct mapper *m, struct slice json, enum tok_kind kind);
/* The plain text of a string value. */
struct slice val_plain(struct mapper *m, const struct val *v);
/* A scalar as a string: false when v is null or a container. */
bool val_as_text(struct mapper *m, const struct val *v, struct val *out);

/* convert.c: one value by one row; false when it failed (the entry in
 * error.message is made) or when nothing is to be set. */
bool map_convert(struct mapper *m, const struct row *row, size_t tok,
    struct val *out);
/* What converts a value that is no list, NULL when nothing does. */
convert_fn *map_converter(enum map_conv conv);

/*
 * drop.c: a member nothing is known of, where such are dropped.  A new name is
 * learned and returned for map_drop(); NULL when it is not, and was noted.
 */
struct member *map_learn(struct mapper *m, struct node *n, size_t tok);
/* Note a member that is known to be dropped. */
void map_drop(struct mapper *m, const struct node *n, struct member *x);
/* Mark a member that is not taken over, for map_drop_marked(). */
static inline void
map_leave_out(struct mapper *m, size_t tok)
{
	m->scan.tok[tok].flags |= TOK_DROPPED;
	m->marked = true;
}

/* Note the members that are marked. */
void map_drop_marked(struct mapper *m);

/* emit.c */
int map_emit_document(struct mapper *m, struct buf *out);

/*
 * snake.c.  Names in snake_case have their quotes.  p == NULL for a member that
 * is not taken over, which is to be marked by map_leave_out(): names that hold
 * '@', the later of two that become one.
 */
/* Those of all names with numbers, in m->snaked; good for any object of a text
 * whose names are unique, unless some clash. */
void map_snake_learn(struct mapper *m);
/* Those of an object's members, one after another, valid until the next record;
 * what is not taken over is marked. */
const struct slice *map_snake_names(struct mapper *m, size_t object);
void map_snake_free(struct mapper *m);

/* ident.c */
void map_identify(struct mapper *m);

#endif
