/*
 * The targets of `s1spool setup', each in its own file.
 */
#ifndef S1SPOOL_TARGET_H
#define S1SPOOL_TARGET_H

struct setup;

/* Each: do it, messages on stderr; the exit code. */
int setup_agent(struct setup *s);
int setup_filebeat(struct setup *s);
int setup_elasticsearch(struct setup *s);
int setup_kibana(struct setup *s);

/* What --only may name, NULL-terminated. */
extern const char *const setup_elasticsearch_parts[];
extern const char *const setup_kibana_parts[];

#endif
