#include "config.h"

#include "filebeat/kibana/dashboard.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "filebeat/kibana/column.h"
#include "filebeat/kibana/lens.h"
#include "filebeat/kibana/names.h"
#include "filebeat/kibana/query.h"
#include "filebeat/kibana/shape.h"

#define GRID_WIDTH 48
#define PANEL_VERSION "8.10.0"
#define SOURCE_INDEX "kibanaSavedObjectMeta.searchSourceJSON.index"

struct making {
	const struct rows *all;
	const struct row *row;
	const struct facts *facts;
	const struct rows *panels;
	struct json_object *references;
	int x, y, h; /* where the next panel goes, the height of its row */
};

/* A dashboard's references are found by their names alone. */
static void
refer(struct making *m, const char *type, const char *id, char *name)
{
	shape_push(m->references, shape("{'type':$s,'id':$s,'name':$s}", type,
	    id, name));
	free(name);
}

static struct json_object *
links(struct making *m, const struct panel *p)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < m->all->n; i++) {
		char *const *to = m->all->row[i].column;
		char *id = xasprintf("lnk_%s", to[DASHBOARD_ID]);
		char *name = xasprintf("link_%s_dashboard", id);
		char *target = xasprintf(NAMES_PREFIX "%s", to[DASHBOARD_ID]);

		shape_push(list, shape("{'id':$s,'type':'dashboardLink',"
		    "'label':$s,'order':$d,'destinationRefName':$s,"
		    "'options':{'openInNewTab':false,"
		    "'useCurrentDateRange':false,'useCurrentFilters':true}}",
		    id, to[DASHBOARD_TITLE], (int)i, name));
		refer(m, "dashboard", target,
		    xasprintf("%s:%s", p->id, name));
		free(id);
		free(name);
		free(target);
	}
	return shape("{'attributes':{'layout':'horizontal','links':$j},"
	    "'enhancements':{},'hidePanelTitles':true}", list);
}

/* "\n" in a table is the end of a line. */
static char *
lines_of(const char *text)
{
	char *lines = xstrdup(text), *to = lines;

	for (const char *p = text; *p != '\0'; p++)
		if (strncmp(p, "\\n", 2) == 0) {
			*to++ = '\n';
			p++;
		} else {
			*to++ = *p;
		}
	*to = '\0';
	return lines;
}

static struct json_object *
markdown(struct making *m, const struct panel *p)
{
	char *text = lines_of(p->text);
	struct json_object *config = shape("{'savedVis':{'id':'','title':'',"
	    "'description':'','type':'markdown','params':{'fontSize':12,"
	    "'openLinksInNewTab':false,'markdown':$s},'uiState':{},"
	    "'data':{'aggs':[],'searchSource':{'query':{'query':'',"
	    "'language':'kuery'},'filter':[]}}},'enhancements':{},"
	    "'hidePanelTitles':true}", text);

	(void)m;
	free(text);
	return config;
}

static struct json_object *
documents(struct making *m, const struct panel *p)
{
	char *query = query_text(p->streams, p->kql);
	struct json_object *attributes = query_documents("", "", query,
	    p->text);

	free(query);
	shape_set(attributes, "references", shape("[{'type':'index-pattern',"
	    "'id':$s,'name':'" SOURCE_INDEX "'}]", NAMES_DATA_VIEW));
	refer(m, "index-pattern", NAMES_DATA_VIEW,
	    xasprintf("%s:" SOURCE_INDEX, p->id));
	return shape("{'attributes':$j,'enhancements':{}}", attributes);
}

static struct json_object *
chart(struct making *m, const struct panel *p)
{
	char *query = query_text(p->streams, p->kql);
	const char *field;
	struct json_object *layer = column_layer(p, m->facts, &field);
	struct json_object *config;

	if (layer == NULL)
		rows_fail(m->panels, rows_find(m->panels, p->id),
		    "of no use in charts: %s", field);
	config = shape("{'attributes':$j,'enhancements':{},"
	    "'hidePanelTitles':$b}", lens_attributes(p, query, layer),
	    p->kind == PANEL_METRIC);
	free(query);
	refer(m, "index-pattern", NAMES_DATA_VIEW,
	    xasprintf("%s:indexpattern-datasource-layer-" LENS_LAYER, p->id));
	return config;
}

static const struct {
	const char *type; /* Kibana's */
	struct json_object *(*make)(struct making *m, const struct panel *p);
} kinds[] = {
	[PANEL_LINKS] = { "links", links },
	[PANEL_MARKDOWN] = { "visualization", markdown },
	[PANEL_DOCUMENTS] = { "search", documents },
	[PANEL_METRIC] = { "lens", chart },
	[PANEL_DONUT] = { "lens", chart },
	[PANEL_TABLE] = { "lens", chart },
	[PANEL_BAR] = { "lens", chart },
	[PANEL_TIME] = { "lens", chart },
};

/* From left to right; a row of panels that is full begins the next one. */
static struct json_object *
place(struct making *m, const struct panel *p)
{
	struct json_object *grid = shape("{'i':$s,'x':$d,'y':$d,'w':$d,"
	    "'h':$d}", p->id, m->x, m->y, p->w, p->h);

	m->x += p->w;
	m->h = p->h > m->h ? p->h : m->h;
	if (m->x == GRID_WIDTH) {
		m->y += m->h;
		m->x = m->h = 0;
	}
	return grid;
}

static struct json_object *
make_panel(struct making *m, struct row *row)
{
	struct panel p = panel_read(m->panels, row);
	struct json_object *grid = place(m, &p);
	struct json_object *config = kinds[p.kind].make(m, &p);

	if (m->x > GRID_WIDTH)
		rows_fail(m->panels, row, "wider than what is left");
	if (p.range != NULL)
		shape_set(config, "timeRange", shape("{'from':$s,'to':'now'}",
		    p.range));
	return shape("{'type':$s,'panelIndex':$s,'gridData':$j,'title':$s,"
	    "'embeddableConfig':$j,'version':'" PANEL_VERSION "'}",
	    kinds[p.kind].type, p.id, grid, p.title, config);
}

static struct json_object *
make_panels(struct making *m)
{
	struct json_object *panels = json_object_new_array();

	for (size_t i = 0; i < m->panels->n; i++)
		shape_push(panels, make_panel(m, &m->panels->row[i]));
	if (m->x != 0)
		rows_fail(m->panels, &m->panels->row[m->panels->n - 1],
		    "leaves a row of panels that is not full");
	return panels;
}

/* The lists above a dashboard from which values of fields are chosen. */
static struct json_object *
make_controls(struct making *m)
{
	struct json_object *controls = json_object_new_object();
	char *copy = xstrdup(m->row->column[DASHBOARD_CONTROLS]), *rest = copy;
	const char *field;
	int n = 0;

	while ((field = rows_part(&rest, " ")) != NULL) {
		char *id = xasprintf("ctl_%d", n);

		shape_set(controls, id, shape("{'order':$d,'width':'medium',"
		    "'grow':true,'type':'optionsListControl',"
		    "'explicitInput':{'id':$s,'dataViewId':$s,'fieldName':$s,"
		    "'title':$s,'searchTechnique':'prefix',"
		    "'selectedOptions':[],"
		    "'sort':{'by':'_count','direction':'desc'},"
		    "'enhancements':{}}}", n, id, NAMES_DATA_VIEW, field,
		    facts_label(m->facts, field)));
		refer(m, "index-pattern", NAMES_DATA_VIEW,
		    xasprintf("controlGroup_%s:optionsListDataView", id));
		free(id);
		n++;
	}
	free(copy);
	return controls;
}

static struct json_object *
make_attributes(struct making *m)
{
	char *const *c = m->row->column;
	char *title = xasprintf(NAMES_TITLE "%s", c[DASHBOARD_TITLE]);
	struct json_object *panels = make_panels(m);
	struct json_object *attributes = shape("{'title':$s,"
	    "'description':$s,'version':1,'timeRestore':true,'timeFrom':$s,"
	    "'timeTo':'now','refreshInterval':{'pause':true,'value':60000},"
	    "'optionsJSON':$t,'kibanaSavedObjectMeta':"
	    "{'searchSourceJSON':$t},'controlGroupInput':{"
	    "'chainingSystem':'HIERARCHICAL','controlStyle':'oneLine',"
	    "'ignoreParentSettingsJSON':$t,'panelsJSON':$t},"
	    "'panelsJSON':$t}", title, c[DASHBOARD_DESCRIPTION],
	    c[DASHBOARD_RANGE],
	    shape("{'useMargins':true,'syncColors':false,'syncCursor':true,"
	    "'syncTooltips':false,'hidePanelTitles':false}"),
	    shape("{'query':{'query':'','language':'kuery'},'filter':[]}"),
	    shape("{'ignoreFilters':false,'ignoreQuery':false,"
	    "'ignoreTimerange':false,'ignoreValidations':false}"),
	    make_controls(m), panels);

	free(title);
	return attributes;
}

struct json_object *
dashboard_make(const struct rows *all, const struct row *row,
    const struct rows *panels, const struct facts *f)
{
	struct making m = { .all = all, .row = row, .facts = f,
		.panels = panels, .references = json_object_new_array() };
	struct json_object *attributes = make_attributes(&m);
	char *id = xasprintf(NAMES_PREFIX "%s", row->column[DASHBOARD_ID]);
	struct json_object *dashboard;

	refer(&m, "tag", NAMES_TAG, xstrdup("tag-ref-" NAMES_TAG));
	dashboard = shape("{'type':'dashboard','id':$s,'attributes':$j,"
	    "'references':$j,'coreMigrationVersion':'8.8.0',"
	    "'typeMigrationVersion':'8.9.0','managed':false}", id, attributes,
	    m.references);
	free(id);
	return dashboard;
}
