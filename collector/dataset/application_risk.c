/*
 * application_risk: the known vulnerabilities of installed applications, one
 * document per vulnerability, application and endpoint.
 */
#include "config.h"

#include "collector/dataset/dataset.h"
#include "collector/map/record.h"

#define K "sentinel_one.application_risk."

static const struct map_row rows[] = {
	{ "application", MAP_AS_IS, K "application", NULL, 0 },
	{ "applicationName", MAP_AS_IS, K "application_name", "package.name",
	    MAP_DUPLICATE },
	{ "applicationVendor", MAP_AS_IS, K "application_vendor", NULL, 0 },
	{ "applicationVersion", MAP_AS_IS, K "application_version",
	    "package.version", MAP_DUPLICATE },
	{ "baseScore", MAP_DOUBLE, K "base_score", "vulnerability.score.base",
	    MAP_DUPLICATE },
	{ "cveId", MAP_AS_IS, K "cve_id", "vulnerability.id vulnerability.cve",
	    MAP_DUPLICATE },
	{ "cvssVersion", MAP_AS_IS, K "cvss_version",
	    "vulnerability.score.version", MAP_DUPLICATE },
	{ "daysDetected", MAP_LONG, K "days_detected", NULL, 0 },
	{ "detectionDate", MAP_DATE, K "detection_date", "event.created", 0 },
	{ "endpointId", MAP_STRING, K "endpoint_id", "host.id resource.id",
	    MAP_DUPLICATE },
	{ "endpointName", MAP_AS_IS, K "endpoint_name", "resource.name",
	    MAP_DUPLICATE },
	{ "endpointType", MAP_AS_IS, K "endpoint_type", "host.type",
	    MAP_DUPLICATE },
	{ "exploitCodeMaturity", MAP_AS_IS, K "exploit_code_maturity", NULL,
	    0 },
	{ "id", MAP_STRING, K "id", "event.id", MAP_DUPLICATE },
	{ "lastScanDate", MAP_DATE_LENIENT, K "last_scan_date", "@timestamp",
	    0 },
	{ "lastScanResult", MAP_AS_IS, K "last_scan_result", NULL, 0 },
	{ "markType", MAP_AS_IS, K "mark_type", NULL, 0 },
	{ "markedBy", MAP_AS_IS, K "marked_by", "host.name", 0 },
	{ "markedDate", MAP_DATE_LENIENT, K "marked_date", NULL, 0 },
	{ "mitigationStatus", MAP_AS_IS, K "mitigation_status", NULL, 0 },
	{ "mitigationStatusChangeTime", MAP_DATE_LENIENT,
	    K "mitigation_status_change_time", NULL, 0 },
	{ "mitigationStatusChangedBy", MAP_AS_IS,
	    K "mitigation_status_changed_by", NULL, 0 },
	{ "mitigationStatusReason", MAP_AS_IS, K "mitigation_status_reason",
	    NULL, 0 },
	{ "nvdBaseScore", MAP_FLOAT, K "nvd_base_score", NULL, 0 },
	{ "nvdCvssVersion", MAP_AS_IS, K "nvd_cvss_version", NULL, 0 },
	{ "osType", MAP_AS_IS, K "os_type", NULL, MAP_DUPLICATE },
	{ "publishedDate", MAP_DATE_LENIENT, K "published_date",
	    "vulnerability.package.published_date", MAP_DUPLICATE },
	{ "reason", MAP_AS_IS, K "reason", "event.reason", MAP_DUPLICATE },
	{ "remediationLevel", MAP_AS_IS, K "remediation_level", NULL, 0 },
	{ "reportConfidence", MAP_AS_IS, K "report_confidence", NULL, 0 },
	{ "riskScore", MAP_DOUBLE, K "risk_score", NULL, 0 },
	{ "severity", MAP_AS_IS, K "severity", NULL, 0 },
	{ "status", MAP_AS_IS, K "status", NULL, 0 },
};

static const struct map_constant constants[] = {
	{ "ecs.version", "\"9.3.0\"" },
	{ "event.kind", "\"state\"" },
	{ "event.category", "[\"vulnerability\"]" },
	{ "event.type", "[\"info\"]" },
	{ "event.outcome", "\"unknown\"" },
	{ NULL, NULL },
};

enum {
	SCAN_RESULT,
	OUTCOME,
	RISK_SEVERITY,
	SEVERITY,
	OS,
	OS_TYPE,
	SLOTS
};

static const char *const slots[SLOTS] = {
	[SCAN_RESULT] = K "last_scan_result",
	[OUTCOME] = "event.outcome",
	[RISK_SEVERITY] = K "severity",
	[SEVERITY] = "event.severity",
	[OS] = K "os_type",
	[OS_TYPE] = "host.os.type",
};

static const struct map_word outcomes[] = {
	{ "succeeded", "\"success\"" },
	{ "failed", "\"failure\"" },
};

static const struct map_word os_types[] = {
	{ "windows", NULL },
	{ "linux", NULL },
	{ "macos", NULL },
};

static void
derive(struct map_record *r)
{
	map_translate(r, OUTCOME, SCAN_RESULT, outcomes, TABLE_LEN(outcomes),
	    true);
	map_severity(r, SEVERITY, RISK_SEVERITY);
	map_translate(r, OS_TYPE, OS, os_types, TABLE_LEN(os_types), false);
}

const struct dataset dataset_application_risk = {
	.name = "application_risk",
	.permission = "Applications: view risks",
	.walk = {
		.list = {
			.path = "/web/api/v2.1/application-management/risks",
			.records = "data[]",
			.cursor = "pagination.nextCursor",
			.rate_class = "/application-management/risks",
			.max_page = 1000,
			.site_ids = true,
		},
	},
	.map = {
		.rows = rows,
		.n_rows = TABLE_LEN(rows),
		.constants = constants,
		.slots = slots,
		.n_slots = SLOTS,
		.derive = derive,
		.identity = { .record = true },
		.error_fails = true,
	},
	.defaults = {
		.interval = 24 * 3600 * 1000,
		.page_size = 1000,
		.tags = { "forwarded", "sentinel_one-application_risk" },
		.resend = 24 * 3600 * 1000,
		.custom_duplicates = true,
	},
};
