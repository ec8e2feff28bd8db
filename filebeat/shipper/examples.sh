#!/bin/sh
# examples.sh S1SPOOL TOP DIR: make the examples of filebeat/shipper in DIR, of
# the sample configuration as it is, with raw output, and with packed segments.
set -eu
s1spool=$1 top=$2 dir=$3
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

sample=$top/packaging/s1spool.yml
cp "$sample" "$tmp/mapped.yml"
sed 's/^    #output: mapped$/    output: raw/' "$sample" >"$tmp/raw.yml"
sed 's/^  #compress: archive$/  compress: sealed/' "$sample" >"$tmp/sealed.yml"

# make FORM OPTION...
make()
{
	form=$1
	shift
	"$s1spool" setup --config "$tmp/$form.yml" --assets "$top/filebeat" \
	    "$@" >/dev/null
}

make mapped filebeat --file "$dir/filebeat.yml"
make raw filebeat --file "$dir/filebeat-raw.yml"
make sealed filebeat --file "$dir/filebeat-sealed.yml"
make mapped filebeat --inputs-only --file "$dir/inputs.yml"
make raw filebeat --inputs-only --file "$dir/inputs-raw.yml"
make mapped agent --file "$dir/agent.yml"
make raw agent --file "$dir/agent-raw.yml"
for version in 1.2.0 2.0.0; do
	make mapped agent --fleet --agent-policy AGENT-POLICY-ID \
	    --package filestream@$version --package sentinel_one@2.8.2 \
	    --directory "$dir/fleet/filestream-${version%%.*}.x"
done
