# Streams of a stand-alone Elastic Agent, as `s1spool setup agent' writes them
# -> inputs as the Agent hands them to its Filebeat: with the data stream as
# index, and with the Agent's own processors in front of the stream's.
#
# version: the Agent's.

function add(target, fields)
{
	print "      - add_fields:"
	print "          target: \"" target "\""
	print "          fields: { " fields " }"
}

function processors()
{
	print "    index: logs-" dataset "-" namespace
	print "    processors:"
	add("@metadata", "input_id: " input)
	add("data_stream", "type: logs, dataset: " dataset \
	    ", namespace: " namespace)
	add("event", "dataset: " dataset)
	add("@metadata", "stream_id: " stream)
	add("elastic_agent", "id: 0b7f1f0e-6a3c-4a52-9d5f-2f4f3f1c7a11, " \
	    "snapshot: false, version: \"" version "\"")
	add("agent", "id: 0b7f1f0e-6a3c-4a52-9d5f-2f4f3f1c7a11")
}

BEGIN { print "filebeat.inputs:" }
/^ *#/ || /^$/ { next }
/^  - id: / { input = $3; next }
/^    data_stream.namespace: / { namespace = $2; gsub(/"/, "", namespace) }
/^      - id: / {
	stream = $3
	print "  - type: filestream"
	print "    id: " stream
	next
}
/^        data_stream:$/ { next }
/^          type: logs$/ { next }
/^          dataset: / { dataset = $2; next }
/^        processors:$/ { processors(); next }
/^        / { print substr($0, 5) }
END {
	# What the Agent gives all its inputs.
	print "processors:"
	print "  - add_host_metadata: { when.not.contains.tags: forwarded }"
	print "setup: { template.enabled: false, ilm.enabled: false }"
	print "output.elasticsearch: { api_key: \"${ES_API_KEY}\" }"
}
