/*
 * saved_objects FOLDER FIELDS: what Kibana imports, one object a line, made of
 * the tables in a folder and of one with the types of the fields.
 */
#include "config.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "filebeat/kibana/dashboard.h"
#include "filebeat/kibana/names.h"
#include "filebeat/kibana/query.h"
#include "filebeat/kibana/shape.h"

/* Columns of searches.tsv. */
enum {
	SEARCH_ID,
	SEARCH_TITLE,
	SEARCH_STREAMS,
	SEARCH_KQL,
	SEARCH_COLUMNS,
	SEARCH_DESCRIPTION
};

static void
put(struct json_object *object)
{
	puts(shape_text(object));
	json_object_put(object);
}

/*
 * Say in an object's description what it was made of: Kibana rewrites what it
 * imports, so this is how setup sees whether it is there already.
 */
static void
put_marked(struct json_object *object)
{
	struct json_object *attributes = NULL, *description = NULL;
	const char *text = shape_text(object);
	unsigned char hash[EVP_MAX_MD_SIZE];
	char *marked;

	if (EVP_Digest(text, strlen(text), hash, NULL, EVP_sha256(), NULL) !=
	    1)
		abort();
	json_object_object_get_ex(object, "attributes", &attributes);
	json_object_object_get_ex(attributes, "description", &description);
	marked = xasprintf("%s (s1spool %02x%02x%02x%02x)",
	    json_object_get_string(description), hash[0], hash[1], hash[2],
	    hash[3]);
	shape_set(attributes, "description", json_object_new_string(marked));
	free(marked);
	put(object);
}

static void
put_data_view(void)
{
	put(shape("{'type':'index-pattern','id':$s,'attributes':{"
	    "'title':'logs-sentinel_one.*','name':'SentinelOne collector',"
	    "'timeFieldName':'@timestamp','allowNoIndex':true,'fields':'[]',"
	    "'fieldAttrs':'{}','fieldFormatMap':'{}','runtimeFieldMap':'{}',"
	    "'sourceFilters':'[]','typeMeta':'{}'},'references':[],"
	    "'coreMigrationVersion':'8.8.0','typeMigrationVersion':'8.0.0',"
	    "'managed':false}", NAMES_DATA_VIEW));
}

static void
put_tag(void)
{
	put_marked(shape("{'type':'tag','id':$s,'attributes':{"
	    "'name':'SentinelOne collector',"
	    "'description':'What s1spool installs','color':'#6092C0'},"
	    "'references':[],'coreMigrationVersion':'8.8.0',"
	    "'typeMigrationVersion':'8.0.0','managed':false}", NAMES_TAG));
}

static void
put_search(char *const *c)
{
	char *id = xasprintf(NAMES_PREFIX "%s", c[SEARCH_ID]);
	char *title = xasprintf(NAMES_TITLE "%s", c[SEARCH_TITLE]);
	char *query = query_text(c[SEARCH_STREAMS], c[SEARCH_KQL]);

	put_marked(shape("{'type':'search','id':$s,'attributes':$j,"
	    "'references':[{'type':'index-pattern','id':$s,'name':"
	    "'kibanaSavedObjectMeta.searchSourceJSON.index'},"
	    "{'type':'tag','id':$s,'name':'tag-ref-" NAMES_TAG "'}],"
	    "'coreMigrationVersion':'8.8.0','typeMigrationVersion':'8.0.0',"
	    "'managed':false}", id, query_documents(title,
	    c[SEARCH_DESCRIPTION], query, c[SEARCH_COLUMNS]), NAMES_DATA_VIEW,
	    NAMES_TAG));
	free(id);
	free(title);
	free(query);
}

/* Read a table of the folder. */
static void
load(struct rows *r, const char *folder, const char *name)
{
	char *path = xasprintf("%s/%s.tsv", folder, name);

	rows_load(r, path);
	free(path);
}

static void
put_dashboards(const char *folder, const struct facts *f)
{
	struct rows all, panels;

	load(&all, folder, "dashboards");
	for (size_t i = 0; i < all.n; i++) {
		char *name = xasprintf("panels/%s",
		    all.row[i].column[DASHBOARD_ID]);

		load(&panels, folder, name);
		put_marked(dashboard_make(&all, &all.row[i], &panels, f));
		rows_free(&panels);
		free(name);
	}
	rows_free(&all);
}

static void
put_searches(const char *folder)
{
	struct rows searches;

	load(&searches, folder, "searches");
	for (size_t i = 0; i < searches.n; i++)
		put_search(searches.row[i].column);
	rows_free(&searches);
}

int
main(int argc, char **argv)
{
	struct facts facts;
	char *labels;

	if (argc != 3) {
		fputs("usage: saved_objects FOLDER FIELDS\n", stderr);
		return 2;
	}
	labels = xasprintf("%s/labels.tsv", argv[1]);
	facts_load(&facts, argv[2], labels);
	free(labels);
	put_data_view();
	put_tag();
	put_dashboards(argv[1], &facts);
	put_searches(argv[1]);
	facts_free(&facts);
	return fflush(stdout) == 0 ? 0 : 1;
}
