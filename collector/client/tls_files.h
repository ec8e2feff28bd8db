/*
 * Are the files of `ssl` usable?  Asked once at the start, for libcurl's own
 * answer comes only with the first connection.
 */
#ifndef S1SPOOL_TLS_FILES_H
#define S1SPOOL_TLS_FILES_H

#include "collector/base/buf.h"
#include "collector/conf/conf.h"

/* 0, or -1 with one line in err that names the file and the option. */
int tls_files_check(const struct conf_ssl *ssl, struct buf *err);

#endif
