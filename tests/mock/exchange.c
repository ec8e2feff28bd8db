#include "config.h"

#include "tests/mock/exchange.h"

#include <string.h>

void
reply_begin(struct exchange *x, unsigned status, const char *type)
{
	x->status = status;
	x->type = type;
	buf_reset(&x->out);
}

void
exchange_string(struct buf *out, const char *s)
{
	buf_addc(out, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			buf_addf(out, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			buf_addf(out, "\\u%04x", (unsigned)*s);
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '"');
}

void
reply_error(struct exchange *x, unsigned status, int code, const char *title,
    const char *detail)
{
	reply_begin(x, status, "application/json");
	buf_addf(&x->out, "{\"errors\":[{\"code\":%d,\"detail\":", code);
	if (detail == NULL)
		buf_adds(&x->out, "null");
	else
		exchange_string(&x->out, detail);
	buf_addf(&x->out, ",\"title\":\"%s\"}]}", title);
}

const char *
exchange_arg(const struct exchange *x, const char *name)
{
	for (size_t i = 0; i < x->n_args; i++)
		if (strcmp(x->arg[i].name, name) == 0)
			return x->arg[i].value;
	return NULL;
}
