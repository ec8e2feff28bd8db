#include "config.h"

#include "collector/dataset/classification.h"

void
classification_derive(struct map_record *r, int class, int category, int type)
{
	static const char *const unwanted[] = { "exploit", "pua" };
	static const char *const malware[] = { "malware", "ransomware",
		"trojan", "downloader" };
	struct slice text = map_string(r, class);

	if (map_is_one_of(text, unwanted, 2)) {
		map_add_json(r, category, "\"threat\"");
		map_add_json(r, type, "\"indicator\"");
	} else if (map_is_one_of(text, malware, 4)) {
		map_add_json(r, category, "\"malware\"");
		map_add_json(r, type, "\"info\"");
	}
}
