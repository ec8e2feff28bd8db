/*
 * Record templates: JSON text with holes, so that a generated record looks in
 * the source as it does on the wire.  In a template
 *
 *	'	stands for a double quote and ^ for an escaped back-slash
 *	@@	is an at sign
 *	@name@	is filled by a function
 *	@a|b|c@	is one of the alternatives
 *	@3..70@	is a number between them
 *	@x40@	is that many hexadecimal digits
 *	:?	before a value: now and then null or an empty string, list or
 *		object instead, as the console does without rule
 *	@?name@	before a value: null instead unless a function says yes
 */
#ifndef S1SPOOL_MOCK_TMPL_H
#define S1SPOOL_MOCK_TMPL_H

#include <stdbool.h>
#include <stddef.h>

struct gen;
struct tmpl_op;

/* What fills a hole, or decides.  Tables of these end with a NULL name. */
struct tmpl_name {
	const char *name;
	void (*put)(struct gen *g);
	bool (*has)(const struct gen *g);
};

/* A template, to be a static object. */
struct tmpl {
	struct tmpl_op *op;
	size_t n;
	char *text;
	struct tmpl *next; /* of all */
};

/*
 * names and more (may be NULL) are looked up before gen_names.  A template
 * that is wrong ends the program: they are constants.
 */
void tmpl_compile(struct tmpl *t, const char *source,
    const struct tmpl_name *names, const struct tmpl_name *more);
/* Free all of them. */
void tmpl_fini(void);

/* Append the filled template to g->out. */
void tmpl_expand(const struct tmpl *t, struct gen *g);

#endif
