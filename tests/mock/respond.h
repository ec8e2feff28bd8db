/*
 * The state of the response actions: how they are to go, what was asked for,
 * and what is still to happen.  All functions are called with the console's
 * lock held.
 */
#ifndef S1SPOOL_MOCK_RESPOND_H
#define S1SPOOL_MOCK_RESPOND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/mock/exchange.h"

struct json_object;
struct respond;

struct respond *respond_new(void);
void respond_free(struct respond *r);

/* Do what is due by the console's time. */
void respond_run(struct console *c);

/* Have fire(c, n) called in so many seconds of the console's time. */
void respond_after(struct console *c, double seconds,
    void (*fire)(struct console *c, size_t n), size_t n);

/* A setting, see respond_help(); its name must be known. */
double respond_number(const struct console *c, const char *name);
bool respond_flag(const struct console *c, const char *name);
const char *respond_text(const struct console *c, const char *name);
bool respond_lists(const struct console *c, const char *name,
    const char *word);
void respond_help(FILE *to);

/* Keep a request's body for respond_actions(). */
void respond_note(struct exchange *x);

/* For the control paths: settings as they are, to be changed (0, or -1 when a
 * member is unknown or of another type) or as at the start; and the bodies that
 * came, one a line. */
void respond_settings(const struct console *c, struct buf *out);
int respond_set(struct console *c, struct json_object *body);
void respond_reset(struct console *c);
void respond_actions(const struct console *c, struct buf *out);

/* What the parts keep, NULL at first. */
struct fetches **respond_fetches(const struct console *c);
struct tasks **respond_tasks(const struct console *c);

#define RESPOND_LINK "/results/" /* and a task's id: not of the API */

/* Requests, see the table in endpoint.c. */
void respond_disconnect(struct exchange *x);
void respond_connect(struct exchange *x);
void respond_fetch_files(struct exchange *x);
void respond_upload(struct exchange *x);
void respond_scripts(struct exchange *x);
void respond_guardrails(struct exchange *x);
void respond_execute(struct exchange *x);
void respond_pending(struct exchange *x);
void respond_decide(struct exchange *x);
void respond_status(struct exchange *x);
void respond_results(struct exchange *x);
void respond_link(struct exchange *x);

#endif
