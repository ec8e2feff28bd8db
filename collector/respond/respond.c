#include "config.h"

#include "collector/respond/respond.h"

#include <openssl/rand.h>
#include <stdarg.h>
#include <stdlib.h>

#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "collector/json/text.h"
#include "collector/json/tree.h"
#include "collector/respond/action.h"
#include "collector/respond/record.h"

#define TEXT_MAX ((size_t)256 << 10)

void
respond_say(struct respond *r, const char *fmt, ...)
{
	va_list ap;

	buf_reset(&r->said);
	va_start(ap, fmt);
	buf_vaddf(&r->said, fmt, ap);
	va_end(ap);
	while (r->said.len > 0 && r->said.p[r->said.len - 1] == '\n')
		buf_cut(&r->said, r->said.len - 1);
	fprintf(stderr, "s1spool respond: %s\n", r->said.p);
}

void
respond_fact(struct respond *r, const char *name, struct json_object *value)
{
	char *path = strchr(name, '.') != NULL ? xstrdup(name) :
	    xasprintf("s1spool.audit.%s", name);

	audit_set(r->facts, path, value);
	free(path);
}

/* the console */

static void
list_consoles(const struct conf *conf, struct buf *text)
{
	for (size_t i = 0; i < conf->n_consoles; i++)
		if (conf->console[i]->respond_token_file != NULL)
			buf_addf(text, " %s", conf->console[i]->name);
}

static const struct conf_console *
find_console(const struct conf *conf, const char *name, size_t *n)
{
	const struct conf_console *found = NULL;

	*n = 0;
	for (size_t i = 0; i < conf->n_consoles; i++) {
		const struct conf_console *c = conf->console[i];

		if (c->respond_token_file == NULL ||
		    (name != NULL && strcmp(c->name, name) != 0))
			continue;
		found = c;
		++*n;
	}
	return found;
}

/* Who could stand between could act on any host. */
static int
check_tls(struct respond *r)
{
	const char *mode = r->console.ssl.verification_mode;

	if (mode == NULL || strcmp(mode, "full") == 0)
		return RESPOND_GO;
	respond_say(r, "ssl.verification_mode of %s is %s: the token that acts "
	    "is sent only to a console whose certificate and name are checked; "
	    "name its authority in ssl.certificate_authorities",
	    r->console.name, mode);
	return RESPOND_USAGE;
}

/* From here on the token is that which may act: no other is ever read. */
static int
choose_console(struct respond *r)
{
	const char *name = r->call->value[RESPOND_CONSOLE];
	const struct conf_console *c;
	struct buf names;
	size_t n;

	c = find_console(r->conf, name, &n);
	if (n == 1) {
		r->console = *c;
		r->console.api_token_file = c->respond_token_file;
		return check_tls(r);
	}
	buf_init(&names, TEXT_MAX);
	list_consoles(r->conf, &names);
	if (n > 1)
		respond_say(r, "which console? --console is one of%s", names.p);
	else if (name != NULL && names.len > 0)
		respond_say(r, "no console '%s' has a respond_token_file; "
		    "these have:%s", name, names.p);
	else
		respond_say(r, "no console has a respond_token_file: the token "
		    "that may act on endpoints");
	buf_fini(&names);
	return RESPOND_USAGE;
}

static int
connect_console(struct respond *r)
{
	struct buf err;

	buf_init(&err, TEXT_MAX);
	r->ask = ask_new(&r->console, &err);
	if (r->ask == NULL)
		respond_say(r, "%s", err.p);
	buf_fini(&err);
	return r->ask == NULL ? RESPOND_USAGE : RESPOND_GO;
}

static int
find_host(struct respond *r)
{
	struct buf why;
	int code;

	buf_init(&why, TEXT_MAX);
	code = host_find(r->ask, r->call->args[0], &r->host, &why);
	if (code != RESPOND_GO)
		respond_say(r, "%s", why.p);
	buf_fini(&why);
	return code;
}

/* the frame */

static void
make_id(char id[37])
{
	unsigned char b[16];
	char hex[33];

	if (RAND_bytes(b, sizeof(b)) != 1)
		abort();
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	num_hex_text(b, sizeof(b), hex);
	snprintf(id, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
	    hex + 16, hex + 20);
}

static int
set_wait(struct respond *r)
{
	const char *wait = r->call->value[RESPOND_WAIT];

	r->wait_ms = r->conf->respond.wait;
	if (wait == NULL || num_duration(slice_of(wait), &r->wait_ms) == 0)
		return RESPOND_GO;
	respond_say(r, "--wait %s is no duration such as 90s or 10m", wait);
	return RESPOND_USAGE;
}

static int
open_audit(struct respond *r)
{
	struct buf err;

	if (!r->action->about.writes || respond_has(r, RESPOND_DRY_RUN))
		return RESPOND_GO;
	buf_init(&err, TEXT_MAX);
	r->audit = audit_open(r->conf->respond.directory, r->console.name,
	    &err);
	if (r->audit == NULL)
		respond_say(r, "%s", err.p);
	buf_fini(&err);
	return r->audit == NULL ? RESPOND_REFUSED : RESPOND_GO;
}

static int
check_reason(struct respond *r)
{
	const char *reason = r->call->value[RESPOND_REASON];

	if (!r->action->about.writes)
		return RESPOND_GO;
	if (reason != NULL && reason[strspn(reason, " \t")] != '\0')
		return RESPOND_GO;
	respond_say(r, "%s needs its --reason: a ticket, or a few words",
	    r->action->about.name);
	return RESPOND_USAGE;
}

static bool
is_utf8(const char *s)
{
	const char *end = s + strlen(s);
	size_t n;

	for (; s < end; s += n) {
		n = (unsigned char)*s < 0x80 ? 1 : json_utf8_len(s, end);
		if (n == 0)
			return false;
	}
	return true;
}

/* What is sent and what is written down is JSON: other bytes would make lines
 * that nobody can read, and that count for no limit. */
static int
check_texts(struct respond *r)
{
	const struct respond_call *c = r->call;
	bool right = true;

	for (size_t i = 0; i < c->n_args; i++)
		right = right && is_utf8(c->args[i]);
	for (size_t i = 0; i < RESPOND_N_OPTIONS; i++)
		right = right && (c->value[i] == NULL || is_utf8(c->value[i]));
	if (right)
		return RESPOND_GO;
	respond_say(r, "an argument is no UTF-8");
	return RESPOND_USAGE;
}

static int
prepare(struct respond *r)
{
	int code = check_texts(r);

	if (code == RESPOND_GO)
		code = set_wait(r);
	if (code == RESPOND_GO)
		code = choose_console(r);
	if (code == RESPOND_GO)
		code = open_audit(r);
	if (code == RESPOND_GO)
		code = check_reason(r);
	if (code == RESPOND_GO)
		code = connect_console(r);
	if (code == RESPOND_GO && r->action->has_host)
		code = find_host(r);
	return code;
}

static int
run(struct respond *r)
{
	int code = r->action->asks_console ? prepare(r) : RESPOND_GO;

	if (code == RESPOND_GO)
		code = r->action->run(r);
	return record_end(r, code);
}

int
respond_run(const struct conf *conf, const struct respond_call *call)
{
	const struct action *action = action_table[call->action];
	struct respond r = {
		.conf = conf,
		.call = call,
		.action = action,
		.args = call->args + action->has_host,
		.n_args = call->n_args - action->has_host,
		.facts = tree_object(),
		.sent_ms = -1,
	};
	int code;

	buf_init(&r.said, TEXT_MAX);
	make_id(r.id);
	code = run(&r);
	host_fini(&r.host);
	ask_free(r.ask);
	audit_close(r.audit);
	json_object_put(r.facts);
	buf_fini(&r.said);
	free(r.before);
	return code;
}
