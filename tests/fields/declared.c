#include "config.h"

#include "tests/fields/declared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"

#define COLUMNS 5

/* "...; copied to `name`" */
static char *
copy_of(const char *description)
{
	static const char words[] = "; copied to `";
	const char *at = strstr(description, words);

	if (at == NULL)
		return NULL;
	at += strlen(words);
	return xstrndup(at, strcspn(at, "`"));
}

static bool
add_row(struct declared *d, char *line)
{
	char *column[COLUMNS];

	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; i < COLUMNS; i++)
		if ((column[i] = strsep(&line, "\t")) == NULL)
			return false;
	if (line != NULL || (d->n > 0 &&
	    strcmp(d->field[d->n - 1].name, column[0]) >= 0))
		return false;
	d->field = xrealloc(d->field, (d->n + 1) * sizeof(*d->field));
	d->field[d->n++] = (struct declared_field){
		.name = xstrdup(column[0]),
		.type = xstrdup(column[1]),
		.parameters = xstrdup(column[2]),
		.added = strcmp(column[3], "added") == 0,
		.copy = copy_of(column[4]),
	};
	return true;
}

int
declared_load(struct declared *d, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	bool ok = true;

	*d = (struct declared){ .n = 0 };
	if (f == NULL) {
		printf("%s: cannot be read\n", path);
		return -1;
	}
	while (ok && getline(&line, &size, f) > 0)
		ok = add_row(d, line);
	free(line);
	fclose(f);
	if (ok && d->n > 0)
		return 0;
	printf("%s: row %zu is no row of a field\n", path, d->n + 1);
	declared_free(d);
	return -1;
}

void
declared_free(struct declared *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->field[i].name);
		free(d->field[i].type);
		free(d->field[i].parameters);
		free(d->field[i].copy);
	}
	free(d->field);
	*d = (struct declared){ .n = 0 };
}

static int
by_name(const void *key, const void *field)
{
	return strcmp(key, ((const struct declared_field *)field)->name);
}

static struct declared_field *
find_exactly(const struct declared *d, const char *name)
{
	return bsearch(name, d->field, d->n, sizeof(*d->field), by_name);
}

struct declared_field *
declared_find(const struct declared *d, const char *name)
{
	struct declared_field *f = find_exactly(d, name);
	const char *dot = name + strlen(name);

	while (f == NULL &&
	    (dot = memrchr(name, '.', (size_t)(dot - name))) != NULL) {
		char *wild = xasprintf("%.*s.*", (int)(dot - name), name);

		f = find_exactly(d, wild);
		free(wild);
	}
	return f;
}

bool
declared_is_wild(const struct declared_field *f)
{
	size_t n = strlen(f->name);

	return n > 2 && strcmp(f->name + n - 2, ".*") == 0;
}

bool
declared_text(const struct declared_field *f, const char *parameter, char *to,
    size_t size)
{
	size_t n = strlen(parameter);

	for (const char *p = f->parameters; *p != '\0';) {
		size_t len = strcspn(p, " ");

		if (len > n && strncmp(p, parameter, n) == 0 && p[n] == '=' &&
		    len - n <= size) {
			memcpy(to, p + n + 1, len - n - 1);
			to[len - n - 1] = '\0';
			return true;
		}
		p += len + strspn(p + len, " ");
	}
	return false;
}

long
declared_number(const struct declared_field *f, const char *parameter,
    long otherwise)
{
	char text[24];

	return declared_text(f, parameter, text, sizeof(text)) ?
	    strtol(text, NULL, 10) : otherwise;
}
