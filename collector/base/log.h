/*
 * The collector's own log: lines to stderr, as text (journald adds time and
 * level from the <N> prefix) or as ECS JSON.  Nothing secret is ever passed in.
 * An error or a warning that repeats for the same console and dataset is
 * written once and then with "repeated N times" at growing intervals, from a
 * minute up to an hour, until it has been quiet for an hour: with its next
 * repeat, or by log_repeats().
 * errno is preserved, and %m in a format is it.
 */
#ifndef S1SPOOL_LOG_H
#define S1SPOOL_LOG_H

#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_TEXT, LOG_JSON };

/* Also forgets which messages repeat.  Until then: info and up, as text. */
void log_setup(enum log_level level, enum log_format format);

/*
 * One message.  console and dataset may be NULL.  Keep the format string
 * constant per kind of event: repeats are told apart by it, and by the text
 * where it is "%s".
 */
void log_event(enum log_level level, const char *console, const char *dataset,
    const char *fmt, ...) __attribute__((format(printf, 4, 5), nonnull(4)));

/* Write what repeated and was held back, when its interval has passed, or all.
 * To be called now and then, and at the end. */
void log_repeats(bool all);

/* Each line of text as a message of its own. */
void log_lines(enum log_level level, const char *text);

#define log_error(...) log_event(LOG_ERROR, NULL, NULL, __VA_ARGS__)
#define log_warn(...) log_event(LOG_WARN, NULL, NULL, __VA_ARGS__)
#define log_info(...) log_event(LOG_INFO, NULL, NULL, __VA_ARGS__)
#define log_debug(...) log_event(LOG_DEBUG, NULL, NULL, __VA_ARGS__)

#endif
