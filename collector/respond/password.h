/*
 * Passwords for the archives of fetched files: another one for each call.
 */
#ifndef S1SPOOL_RESPOND_PASSWORD_H
#define S1SPOOL_RESPOND_PASSWORD_H

#define PASSWORD_LEN 24

/* Random, with upper and lower case, digits and symbols; needs no escaping in
 * JSON nor in single quotes of a shell. */
void password_make(char password[PASSWORD_LEN + 1]);

#endif
