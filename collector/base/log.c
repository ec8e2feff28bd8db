#include "config.h"

#include "collector/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/buf.h"
#include "collector/base/clock.h"
#include "collector/base/iso8601.h"
#include "collector/base/xalloc.h"

/* A longer message is cut. */
#define MESSAGE_MAX 2048
/* Worst case: each byte as \u00XX, and what is around it. */
#define LINE_MAX_BYTES (6 * MESSAGE_MAX + 1024)

static const struct {
	const char *name;
	int syslog; /* journald's number */
} levels[] = {
	[LOG_ERROR] = { "error", 3 },
	[LOG_WARN] = { "warn", 4 },
	[LOG_INFO] = { "info", 6 },
	[LOG_DEBUG] = { "debug", 7 },
};

static enum log_level max_level = LOG_INFO;
static enum log_format format = LOG_TEXT;

/*
 * What was said lately: buckets of a few entries by hash, the one longest
 * quiet gives way.  Losing one only means that a message is written once more.
 */
#define BUCKETS 128
#define BUCKET_SIZE 4
#define INTERVAL_FIRST_MS 60000
#define INTERVAL_MAX_MS 3600000

struct said {
	uint64_t hash; /* of level, kind, console and dataset; 0: free */
	int64_t last_ms; /* when it came last, written or not */
	int64_t next_ms; /* not written again before this */
	int64_t interval_ms;
	uint64_t repeats; /* since it was written */
	/* What was held back last; NULL without repeats.  console and dataset
	 * may be NULL. */
	char *message, *console, *dataset;
	enum log_level level;
};

static struct said said[BUCKETS][BUCKET_SIZE];

/* What was held back of it. */
static void
said_forget(struct said *s)
{
	free(s->message);
	free(s->console);
	free(s->dataset);
	s->message = s->console = s->dataset = NULL;
	s->repeats = 0;
}

void
log_setup(enum log_level level, enum log_format f)
{
	max_level = level;
	format = f;
	for (size_t i = 0; i < BUCKETS * BUCKET_SIZE; i++)
		said_forget(&said[i / BUCKET_SIZE][i % BUCKET_SIZE]);
	memset(said, 0, sizeof(said));
}

/* FNV-1a, the NUL included so that parts do not run together. */
static uint64_t
hash_add(uint64_t hash, const char *s)
{
	if (s == NULL)
		s = "";
	do {
		hash ^= (unsigned char)*s;
		hash *= UINT64_C(1099511628211);
	} while (*s++ != '\0');
	return hash;
}

static struct said *
said_find(uint64_t hash)
{
	struct said *bucket = said[hash % BUCKETS];
	struct said *oldest = &bucket[0];

	for (size_t i = 0; i < BUCKET_SIZE; i++) {
		if (bucket[i].hash == hash)
			return &bucket[i];
		if (bucket[i].last_ms < oldest->last_ms)
			oldest = &bucket[i];
	}
	said_forget(oldest);
	*oldest = (struct said){ .hash = hash };
	return oldest;
}

/* It is written now, and not again before the next interval has passed. */
static void
said_now(struct said *s, int64_t now)
{
	if (s->interval_ms == 0 || now - s->last_ms > INTERVAL_MAX_MS)
		s->interval_ms = INTERVAL_FIRST_MS;
	else if (s->interval_ms < INTERVAL_MAX_MS)
		s->interval_ms *= 2;
	if (s->interval_ms > INTERVAL_MAX_MS)
		s->interval_ms = INTERVAL_MAX_MS;
	s->next_ms = now + s->interval_ms;
	said_forget(s);
}

/* Length of the UTF-8 sequence at p, 0 when there is none. */
static size_t
utf8_len(const unsigned char *p, const unsigned char *end)
{
	/* RFC 3629: what the second byte may be decides over overlong forms,
	 * surrogates and what is beyond U+10FFFF. */
	unsigned lo = 0x80, hi = 0xbf;
	size_t n;

	if (*p < 0x80)
		return 1;
	if (*p < 0xc2 || *p > 0xf4)
		return 0;
	n = *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	if (*p == 0xe0)
		lo = 0xa0;
	else if (*p == 0xed)
		hi = 0x9f;
	else if (*p == 0xf0)
		lo = 0x90;
	else if (*p == 0xf4)
		hi = 0x8f;
	if ((size_t)(end - p) < n || p[1] < lo || p[1] > hi)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return n;
}

/*
 * Append a message that may hold what a server sent: one line stays one line,
 * and valid UTF-8.
 */
static void
add_clean(struct buf *b, const char *text, bool json)
{
	const unsigned char *p = (const unsigned char *)text;
	const unsigned char *end = p + strlen(text);
	size_t n;

	for (; p < end; p += n) {
		n = utf8_len(p, end);
		if (n == 0) {
			buf_adds(b, "\xef\xbf\xbd"); /* U+FFFD */
			n = 1;
		} else if (json && (*p == '"' || *p == '\\')) {
			buf_addc(b, '\\');
			buf_addc(b, (char)*p);
		} else if (json && *p < 0x20) {
			buf_addf(b, "\\u%04x", *p);
		} else if (*p < 0x20 || *p == 0x7f) {
			buf_addc(b, ' ');
		} else {
			buf_add(b, p, n);
		}
	}
}

struct event {
	enum log_level level;
	const char *console, *dataset;
	const char *message;
	uint64_t repeats;
};

static void
add_time(struct buf *b)
{
	char text[ISO8601_LEN];

	iso8601_format(clock_wall_us() / 1000, text);
	buf_add(b, text, sizeof(text));
}

static void
add_label(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_addf(b, "%s\"%s\":\"", b->p[b->len - 1] == '{' ? "" : ",", name);
	add_clean(b, value, true);
	buf_addc(b, '"');
}

/* In the order that the ECS loggers use: time, level, message first. */
static void
build_json(struct buf *b, const struct event *e)
{
	buf_adds(b, "{\"@timestamp\":\"");
	add_time(b);
	buf_addf(b, "\",\"log.level\":\"%s\",\"message\":\"",
	    levels[e->level].name);
	add_clean(b, e->message, true);
	buf_adds(b, "\",\"ecs.version\":\"9.3.0\",\"service.name\":\"s1spool\","
	    "\"event.dataset\":\"s1spool.log\"");
	if (e->console != NULL || e->dataset != NULL) {
		buf_adds(b, ",\"labels\":{");
		add_label(b, "console", e->console);
		add_label(b, "dataset", e->dataset);
		buf_addc(b, '}');
	}
	if (e->repeats > 0)
		buf_addf(b, ",\"event.count\":%" PRIu64, e->repeats);
	buf_adds(b, "}\n");
}

/*
 * Is stderr the journal's stream?  The variable is inherited by children whose
 * stderr is something else, so it names the file (systemd.exec(5)).
 */
static bool
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) < 0)
		return false;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(stream, own) == 0;
}

static void
build_text(struct buf *b, const struct event *e)
{
	if (stderr_is_journal()) {
		buf_addf(b, "<%d>", levels[e->level].syslog);
	} else {
		add_time(b);
		buf_addf(b, " %-5s ", levels[e->level].name);
	}
	if (e->console != NULL)
		add_clean(b, e->console, false);
	if (e->console != NULL && e->dataset != NULL)
		buf_addc(b, '/');
	if (e->dataset != NULL)
		add_clean(b, e->dataset, false);
	if (e->console != NULL || e->dataset != NULL)
		buf_adds(b, ": ");
	add_clean(b, e->message, false);
	if (e->repeats > 0)
		buf_addf(b, " (repeated %" PRIu64 " times)", e->repeats);
	buf_addc(b, '\n');
}

static void
write_event(const struct event *e)
{
	static struct buf line;
	ssize_t ignored;

	if (line.p == NULL)
		buf_init(&line, LINE_MAX_BYTES);
	buf_reset(&line);
	if (format == LOG_JSON)
		build_json(&line, e);
	else
		build_text(&line, e);
	/* One write: lines of several processes do not mix. */
	ignored = write(STDERR_FILENO, line.p, line.len);
	(void)ignored;
}

static void
hold_back(struct said *s, const struct event *e)
{
	uint64_t repeats = s->repeats + 1;

	said_forget(s);
	s->repeats = repeats;
	s->level = e->level;
	s->message = xstrdup(e->message);
	s->console = xstrdup(e->console);
	s->dataset = xstrdup(e->dataset);
}

/* Write a message, unless its kind was said enough. */
static void
say_unless_said(struct event *e, uint64_t hash)
{
	struct said *s = said_find(hash);
	int64_t now = clock_mono_ms();

	if (s->interval_ms > 0 && now < s->next_ms) {
		hold_back(s, e);
	} else {
		e->repeats = s->repeats;
		said_now(s, now);
		write_event(e);
	}
	s->last_ms = now;
}

static void
say(struct event *e, const char *kind)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	hash = hash_add(hash_add(hash, levels[e->level].name), kind);
	hash = hash_add(hash_add(hash, e->console), e->dataset);
	if (e->level > LOG_WARN)
		write_event(e);
	else
		say_unless_said(e, hash);
}

void
log_repeats(bool all)
{
	int64_t now = clock_mono_ms();
	int saved = errno;

	for (size_t i = 0; i < BUCKETS * BUCKET_SIZE; i++) {
		struct said *s = &said[i / BUCKET_SIZE][i % BUCKET_SIZE];

		if (s->repeats == 0 || (!all && now < s->next_ms))
			continue;
		write_event(&(struct event){ s->level, s->console, s->dataset,
		    s->message, s->repeats });
		said_now(s, now);
	}
	errno = saved;
}

void
log_event(enum log_level level, const char *console, const char *dataset,
    const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	struct event e = { level, console, dataset, message, 0 };
	int saved = errno;
	va_list ap;

	if (level > max_level)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	/* "%s" is no kind of event; there the message must be. */
	say(&e, strcmp(fmt, "%s") == 0 ? message : fmt);
	errno = saved;
}

void
log_lines(enum log_level level, const char *text)
{
	char line[MESSAGE_MAX];
	struct event e = { level, NULL, NULL, line, 0 };
	int saved = errno;
	size_t len;

	if (level > max_level)
		return;
	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (len > 0)
			say(&e, line);
	}
	errno = saved;
}
