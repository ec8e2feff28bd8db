/*
 * What the files of `s1spool setup elasticsearch' share: elastic.c goes through
 * the parts, elastic_object.c brings one object about, elastic_same.c compares,
 * elastic_digest.c says what an index is made of, elastic_stream.c looks after
 * data streams, elastic_transform.c after transforms, elastic_key.c makes an API
 * key.
 */
#ifndef S1SPOOL_SETUP_ELASTIC_H
#define S1SPOOL_SETUP_ELASTIC_H

#include <stdbool.h>

#include <json-c/json.h>

#include "collector/conf/conf.h"
#include "collector/setup/http.h"
#include "collector/setup/setup.h"

struct elastic {
	struct setup *setup;
	struct http *http;
	bool serverless;
	/* Names of the templates that were created or updated, as members. */
	struct json_object *changed;
};

/* elastic_object.c */

/* Objects of one kind: one API, one folder of assets. */
struct elastic_kind {
	const char *what; /* for people */
	const char *folder; /* below the assets; files are named as objects */
	const char *path; /* of the API, with a slash at its end */
	const char *query; /* of the PUT: "?x=y"; NULL: none */
	/* Where the answer to a GET has the object: element 0 of this list, and
	 * in it this member.  NULL: the member of the object's own name; the
	 * element itself. */
	const char *list;
	const char *item;
	bool whole; /* the list is what is asked for */
};

/*
 * An asset as JSON, which the caller puts; NULL after a message.  File and
 * object have the same name where the object's is not asked for by another.
 */
struct json_object *elastic_asset(const struct elastic *e, const char *folder,
    const char *name);

/* Names of a folder's assets, ascending; -1 after a report.  The caller frees
 * each, and the list. */
int elastic_names(const struct elastic *e, const char *folder, char ***names);
void elastic_names_free(char **names, int n);

/*
 * What the server has under a name: NULL when there is none.  The caller puts
 * it.  -1 after a report of what failed.
 */
int elastic_get(struct elastic *e, const struct elastic_kind *kind,
    const char *name, struct json_object **object);

/* Send a call that has a body or none, and report it as failed when it is.
 * name is of the object it is for.  0 or -1. */
int elastic_call(struct elastic *e, const struct elastic_kind *kind,
    const char *name, const char *method, const char *path,
    struct json_object *body);

/* How many items a list has: none, when it is no list. */
size_t elastic_length(struct json_object *list);

/* Is the object one of ours? */
bool elastic_is_ours(struct json_object *object);

/* PUT an object. */
int elastic_put(struct elastic *e, const struct elastic_kind *kind,
    const char *name, struct json_object *wanted);

/*
 * Make the server have what is wanted under a name, unless something that is
 * not ours is in its place.  Reports what became of it.
 */
void elastic_ensure(struct elastic *e, const struct elastic_kind *kind,
    const char *name, struct json_object *wanted);

/* elastic_same.c */

/*
 * Is what the server returns what was wanted?  It writes settings as text and
 * in any nesting, and adds defaults and dates of its own.
 */
bool elastic_same(struct json_object *wanted, struct json_object *got);

/* elastic_digest.c */

#define ELASTIC_DIGEST_LEN 32

/* Of an index template as it is in the assets, and of the component templates
 * that come with it, in hexadecimal. */
void elastic_digest(const struct elastic *e, struct json_object *template,
    char hex[ELASTIC_DIGEST_LEN + 1]);

/* Add the digest to its mapping, and so to that of each index it makes. */
void elastic_stamp(const struct elastic *e, struct json_object *template);

/* Does an object with mappings carry that digest? */
bool elastic_is_stamped(struct json_object *o, const char *digest);

/* elastic_stream.c */

/*
 * For each data stream of the index templates: tell whose template counts in
 * place of ours, and roll over where ours counts and has changed, or the index
 * was made of an earlier one.
 */
void elastic_streams(struct elastic *e);

/* elastic_transform.c */
void elastic_transforms(struct elastic *e);

/* elastic_key.c */

/* Make the shipper's API key and write it to a file of the state directory,
 * unless that is there. */
void elastic_key(struct elastic *e);

#endif
