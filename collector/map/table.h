/*
 * A dataset's mapping as a table: the readable form of what Elastic's ingest
 * pipeline does, row by row in its order.
 */
#ifndef S1SPOOL_TABLE_H
#define S1SPOOL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct map_record;

/* What becomes of a value on its way.  A conversion that fails leaves the
 * target unset and adds an entry to error.message. */
enum map_conv {
	MAP_AS_IS, /* whatever its type, without what the clean-up removes */
	MAP_DATE, /* -> "YYYY-MM-DDTHH:MM:SS.mmmZ" */
	MAP_DATE_LENIENT, /* the same, of 1 or 2 digits: 2025-7-1T9:05 */
	MAP_LONG, /* integer, or text of one, decimal or 0x */
	MAP_DOUBLE, /* number, or text of one: its shortest form, as 7.0 */
	MAP_FLOAT, /* the same in single precision */
	MAP_BOOL, /* true, false, or text of one in any case */
	MAP_IP, /* text of an address, kept as it is */
	MAP_IP_LIST, /* text with commas -> list of addresses */
	MAP_STRING, /* scalars to text; compact JSON of objects */
	MAP_STRING_JAVA, /* scalars to text; Java's form of objects: {a=1} */
	MAP_TEXT, /* scalars to text; anything else: unset, no error */
	MAP_LOWER, /* text in lower case; anything else: unset, no error */
	MAP_MAC, /* text: - : . become -, upper case; else unset, no error */
	MAP_OS_TYPE, /* first of linux, macos, unix, windows, ios, android
		      * contained in the text; else unset, no error */
	MAP_JOIN, /* list -> its elements' text, joined by commas */
	MAP_OBJECTS, /* list of objects, mapped by the rows with "[]" */
	MAP_REST, /* the members of this object that have no row */
	MAP_CONV_COUNT
};

enum map_flag {
	MAP_EACH = 1, /* a bad element costs the element, not the list */
	MAP_QUIET = 2, /* failure adds no entry to error.message */
	MAP_APPEND = 4, /* the target is a list; add to it */
	MAP_UNIQUE = 8, /* ... unless the text is there already */
	MAP_STAYS = 16, /* the member also stays among those without a row */
	MAP_DUPLICATE = 32, /* a custom field that ECS has too: kept only with
			     * preserve_duplicate_custom_fields */
	MAP_LIST_ONLY = 64, /* MAP_OBJECTS: what is no list is moved as it is,
			     * in place of being taken for one element */
	MAP_EMPTY = 256, /* an empty string is a value too */
	MAP_SNAKE = 128 /* MAP_REST: names become snake_case, at all depths */
};

/*
 * One row.  Raw paths are as in "agentRealtimeInfo.networkInterfaces[].inet[]"
 * ("[]" steps into the elements of a list); "" is the record itself.  With
 * "[0]" in place of "[]" only the first element of the list sets the targets
 * (a value that stays where it is stays so, converted, in all of them).
 *
 * A target below the target of the surrounding list ("...interfaces[].mac") is
 * a member of the element; one without "[]" belongs to the document (with
 * MAP_APPEND).  A target that begins with "." is no field but a value for the
 * derive function.  NULL: the value stays where it is among the kept members
 * of a MAP_REST or MAP_OBJECTS, converted; derive knows it as "." and the raw
 * path.
 *
 * also: further targets, separated by blanks, that get the same value.
 */
struct map_row {
	const char *raw;
	enum map_conv conv;
	const char *target;
	const char *also;
	unsigned flags; /* enum map_flag */
};

/* A field with the same value in every document; value is JSON text. */
struct map_constant {
	const char *target;
	const char *value;
};

/* The number of rows of a table. */
#define TABLE_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define MAP_ID_FIELDS_MAX 5
#define MAP_SWITCHES_MAX 2

/* What the _id is the hash of. */
struct map_identity {
	/* Raw paths in ascending order; NULL-terminated. */
	const char *field[MAP_ID_FIELDS_MAX];
	/* Used in place of field when the value at `when` is there. */
	const char *when;
	const char *field_when[MAP_ID_FIELDS_MAX];
	bool parent; /* first the id of the parent of a chained request */
	/* The whole record and the number of the re-send period, in place of
	 * fields: inventories, whose rows have no time of change. */
	bool record;
};

struct map_table {
	const struct map_row *rows;
	size_t n_rows;
	const struct map_constant *constants; /* ends with target NULL */
	/* The targets that derive() reads and sets, by number. */
	const char *const *slots;
	size_t n_slots;
	void (*derive)(struct map_record *r); /* may be NULL */
	struct map_identity identity;
	const char *at; /* raw path of the watermark value */
	bool prune_first; /* void values of the record count as absent */
	bool event_created; /* event.created is the time of collection */
	bool error_fails; /* an entry in error.message makes event.kind
			   * pipeline_error and keeps event.original */
	/* Boolean options of this dataset that derive() asks for by number
	 * with map_switch(); the configuration's names, NULL-terminated. */
	const char *switches[MAP_SWITCHES_MAX + 1];
};

#endif
