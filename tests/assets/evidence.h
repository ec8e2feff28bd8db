/*
 * Which fields there are: what the datasets declare, and which values
 * documents have there.
 */
#ifndef S1SPOOL_EVIDENCE_H
#define S1SPOOL_EVIDENCE_H

#include <json-c/json.h>

/* What a field is used for. */
enum evidence_use {
	EVIDENCE_SHOWN, /* in a list of documents, or whether it is there */
	EVIDENCE_VALUES, /* its values are told apart and compared */
	EVIDENCE_ORDER, /* the largest one is looked for */
	EVIDENCE_DATE /* as a time */
};

/* A set of datasets: bit i for the i-th. */
typedef unsigned evidence_set;
#define EVIDENCE_ALL (~(evidence_set)0)

/* Read what a folder has for a dataset ("NAME" of sentinel_one, or
 * "MODULE.NAME"): in DATASET the rows of its fields, in DATASET.docs documents.
 *  Exits when it cannot. */
void evidence_load(const char *folder, const char *dataset);

/* A pipeline adds fields to documents. */
void evidence_pipeline(struct json_object *pipeline);

void evidence_free(void);

/* The dataset of that name, of the form "sentinel_one.NAME"; 0 for none. */
evidence_set evidence_dataset(const char *name);

/* It is a fault if no dataset of the set has such a field, if it is of no use
 * for that, or if nothing ever puts a value there. */
void evidence_field(evidence_set set, const char *field,
    enum evidence_use use);

/* It is a fault if the field cannot have that value, or never has. */
void evidence_value(evidence_set set, const char *field, const char *value);

/* The type of the field, NULL for none. */
const char *evidence_type(evidence_set set, const char *field);

/* Look at a query, whose fields must be in the datasets that it names, or in
 * those of the set.  Returns the datasets that it is about. */
evidence_set evidence_query(evidence_set set, const char *kql);

#endif
