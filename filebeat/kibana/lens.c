#include "config.h"

#include "filebeat/kibana/lens.h"

#include "collector/base/xalloc.h"
#include "filebeat/kibana/column.h"
#include "filebeat/kibana/names.h"
#include "filebeat/kibana/shape.h"

static struct json_object *
metric(const struct panel *p)
{
	(void)p;
	return shape("{'layerId':$s,'layerType':'data',"
	    "'metricAccessor':'c_v0'}", LENS_LAYER);
}

static struct json_object *
donut(const struct panel *p)
{
	(void)p;
	return shape("{'shape':'donut','layers':[{'layerId':$s,"
	    "'layerType':'data','primaryGroups':['c_s0'],"
	    "'secondaryGroups':[],'metrics':['c_v0'],"
	    "'numberDisplay':'percent','categoryDisplay':'default',"
	    "'legendDisplay':'show','legendPosition':'right',"
	    "'nestedLegend':false,'truncateLegend':true,"
	    "'emptySizeRatio':0.54}]}", LENS_LAYER);
}

static struct json_object *
table(const struct panel *p)
{
	struct json_object *columns = json_object_new_array();

	for (int i = 0; i < p->n_splits; i++) {
		struct json_object *column = shape("{'columnId':$s}",
		    column_split(i));

		if (p->split[i].across)
			shape_set(column, "isTransposed",
			    json_object_new_boolean(1));
		shape_push(columns, column);
	}
	for (int i = 0; i < p->n_values; i++)
		shape_push(columns, shape("{'columnId':$s,'alignment':$s}",
		    column_value(i),
		    p->value[i].op == PANEL_LAST ? "left" : "right"));
	return shape("{'layerId':$s,'layerType':'data','columns':$j,"
	    "'sorting':{'columnId':$s,'direction':$s},"
	    "'paging':{'enabled':true,'size':10},'rowHeight':'single',"
	    "'rowHeightLines':1}", LENS_LAYER, columns, column_value(0),
	    p->split[0].ascending ? "asc" : "desc");
}

/* Bars, lines and areas; with a second split they are stacked, but lines. */
static struct json_object *
bars(const struct panel *p)
{
	bool stacked = p->n_splits > 1 && p->series[0] != 'l';
	char *series = xasprintf("%s%s", p->series, stacked ? "_stacked" : "");
	struct json_object *layer = shape("{'layerId':$s,'layerType':'data',"
	    "'seriesType':$s,'position':'top','showGridlines':false,"
	    "'xAccessor':$s,'accessors':['c_v0']}", LENS_LAYER, series,
	    column_split(0));
	struct json_object *all;

	if (p->n_splits > 1)
		shape_set(layer, "splitAccessor",
		    json_object_new_string(column_split(1)));
	all = shape("{'preferredSeriesType':$s,"
	    "'legend':{'isVisible':$b,'position':'right'},"
	    "'valueLabels':'hide','fittingFunction':'None',"
	    "'axisTitlesVisibilitySettings':"
	    "{'x':false,'yLeft':true,'yRight':true},"
	    "'tickLabelsVisibilitySettings':"
	    "{'x':true,'yLeft':true,'yRight':true},"
	    "'gridlinesVisibilitySettings':"
	    "{'x':true,'yLeft':true,'yRight':true},"
	    "'labelsOrientation':{'x':0,'yLeft':0,'yRight':0},"
	    "'yLeftExtent':{'mode':'full'},'yRightExtent':{'mode':'full'},"
	    "'layers':[$j]}", series, p->n_splits > 1, layer);
	free(series);
	return all;
}

static const struct {
	const char *type; /* Kibana's */
	struct json_object *(*make)(const struct panel *p);
} visualizations[] = {
	[PANEL_METRIC] = { "lnsMetric", metric },
	[PANEL_DONUT] = { "lnsPie", donut },
	[PANEL_TABLE] = { "lnsDatatable", table },
	[PANEL_BAR] = { "lnsXY", bars },
	[PANEL_TIME] = { "lnsXY", bars },
};

struct json_object *
lens_attributes(const struct panel *p, const char *query,
    struct json_object *layer)
{
	return shape("{'title':'','description':'','visualizationType':$s,"
	    "'type':'lens','references':[{'type':'index-pattern','id':$s,"
	    "'name':'indexpattern-datasource-layer-" LENS_LAYER "'}],"
	    "'state':{'visualization':$j,"
	    "'query':{'query':$s,'language':'kuery'},'filters':[],"
	    "'datasourceStates':{'formBased':{'layers':{$s:$j}}},"
	    "'internalReferences':[],'adHocDataViews':{}}}",
	    visualizations[p->kind].type, NAMES_DATA_VIEW,
	    visualizations[p->kind].make(p), query, LENS_LAYER, layer);
}
