# The Debian package in a Debian of its own under its own systemd: installed,
# configured, watched, upgraded with a running feed, removed, installed again,
# purged.  No record is lost or doubled on the way.
# shellcheck disable=SC2034 # lib.sh reads them
. "$top_srcdir/tests/e2e/lib.sh"
. "$top_srcdir/tests/packaging/host.sh"

root=$dir/root
datasets="activity agent group threat"
feed_pid=

# shellcheck disable=SC2317 # the trap calls it
end_all()
{
	code=$?
	[ -z "$feed_pid" ] || kill "$feed_pid" 2>/dev/null
	[ -z "$host_pid" ] || host_stop
	(exit $code)
	clean_up
}
trap end_all EXIT

new=$(ls "$top_builddir"/packages/s1spool_*.deb) || {
	echo "no package: make deb"
	exit 99
}

# The same files as an earlier release, so that there is an upgrade.
make_old()
{
	dpkg-deb -R "$new" "$dir/old"
	sed -i 's/^Version: .*/Version: 0.0.1-1/' "$dir/old/DEBIAN/control"
	dpkg-deb -b --root-owner-group "$dir/old" \
	    "$root/root/old.deb" >/dev/null
	cp "$new" "$root/root/new.deb"
}

# apt COMMAND ARGUMENT...: the output in $dir/apt.
apt()
{
	in_host apt-get -y --no-install-recommends "$@" >"$dir/apt" 2>&1 || {
		fail "apt-get $*"
		cat "$dir/apt"
	}
}

# has PATH "MODE USER:GROUP"
has()
{
	is "$1" "$(in_host stat -c '%a %U:%G' "$1")" "$2"
}

unit()
{
	in_host systemctl show --property="$1" --value s1spool.service
}

is_active()
{
	[ "$(unit ActiveState)" = active ]
}

main_pid()
{
	in_host systemctl show --property=MainPID --value s1spool.service
}

# As the world around the host knows it.
outer_pid()
{
	awk -v pid="$(main_pid)" '$1 == "NSpid:" && $NF == pid { print $2 }' \
	    /proc/[0-9]*/status 2>/dev/null | head -n 1
}

restarted()
{
	is_active && [ "$(unit NRestarts)" -gt "$1" ]
}

settings()
{
	install -d "$root/etc/s1spool/conf.d"
	{
		echo "spool: { hold: 0s }"
		echo "shippers:"
		echo "  - type: filebeat"
		write_conf "$(quick ', initial_interval: 240h')"
		sed '/^spool:/d; /^state:/d' "$dir/s1spool.yml"
	} | sed "s,$dir/token,${token-/etc/s1spool/tokens/acme}," \
	    >"$root/etc/s1spool/conf.d/acme.yml"
}

test_fresh()
{
	apt install /root/old.deb
	grep -q 'waits for a token' "$dir/apt" || fail "no word of what is next"
	is "enabled" "$(in_host systemctl is-enabled s1spool.service)" enabled
	is "started" "$(unit ActiveState)" inactive
	is "its condition" "$(unit ConditionResult)" no
	is "failed units" "$(in_host systemctl --failed --plain --no-legend)" ""
	is "timer" "$(in_host systemctl is-active s1spool-prune.timer)" active
	has /etc/s1spool "750 root:s1spool"
	has /etc/s1spool/s1spool.yml "640 root:s1spool"
	has /etc/s1spool/conf.d "750 root:s1spool"
	has /etc/s1spool/tokens "750 root:s1spool"
	has /var/spool/s1spool "750 s1spool:s1spool"
	in_host getent group s1spool-respond >/dev/null ||
	    fail "no group s1spool-respond"
}

test_start()
{
	settings
	in_host sh -c 'umask 027; echo mock-token >/etc/s1spool/tokens/acme
	    chgrp s1spool /etc/s1spool/tokens/acme'
	in_host systemctl start s1spool.service || fail "it does not start"
	is "state" "$(unit ActiveState)" active
	wait_for 60 has_lines threat 1
	has /var/lib/s1spool "750 s1spool:s1spool"
	has /run/s1spool "750 s1spool:s1spool"
}

# What its unit takes from it, the kernel refuses.
test_closed()
{
	pid=$(outer_pid)
	[ -n "$pid" ] || {
		fail "no process"
		return
	}
	is "capabilities" "$(sed -n 's/^Cap\(Eff\|Bnd\|Amb\):[^0]*//p' \
	    "/proc/$pid/status" | sort -u)" 0000000000000000
	is "new privileges" "$(sed -n 's/^NoNewPrivs:.//p' \
	    "/proc/$pid/status")" 1
	is "filter of calls" "$(sed -n 's/^Seccomp:.//p' \
	    "/proc/$pid/status")" 2
	is "core files" "$(awk '/^Max core/ { print $5 }' \
	    "/proc/$pid/limits")" 0
	for place in /usr /etc /var/lib /home; do
		! nsenter --target "$pid" --mount --root --wd \
		    touch $place/x 2>/dev/null ||
		    fail "$place can be written"
	done
	nsenter --target "$pid" --mount --root --wd \
	    touch /var/spool/s1spool/x || fail "the spool cannot be written"
	rm -f "$root/var/spool/s1spool/x"
}

# The same calls, tried by a program in a unit with the same restrictions.
test_watched()
{
	in_host mkdir -p /etc/systemd/system/s1spool.service.d
	printf '[Service]\nWatchdogSec=2s\nRestartSec=100ms\n' \
	    >"$root/etc/systemd/system/s1spool.service.d/quick.conf"
	in_host systemctl daemon-reload
	in_host systemctl restart s1spool.service
	n=$(unit NRestarts)
	in_host sh -c "kill -STOP $(main_pid)"
	wait_for 60 restarted "$n"
	n=$(unit NRestarts)
	in_host sh -c "kill -KILL $(main_pid)"
	wait_for 60 restarted "$n"
	in_host systemctl reload s1spool.service || fail "reload"
	wait_for 20 is_active
	in_host rm -r /etc/systemd/system/s1spool.service.d
	in_host systemctl daemon-reload
	in_host systemctl restart s1spool.service
}

# A configuration with errors is not tried again and again.
test_misconfigured()
{
	echo 'nonsense: true' >"$root/etc/s1spool/conf.d/bad.yml"
	in_host systemctl restart s1spool.service 2>/dev/null &&
	    fail "it starts"
	is "exit code" "$(unit ExecMainStatus)" 78
	is "state" "$(unit ActiveState)" failed
	rm "$root/etc/s1spool/conf.d/bad.yml"
	in_host systemctl restart s1spool.service || fail "start"
}

test_credential()
{
	dropins=/etc/systemd/system/s1spool.service.d
	in_host mkdir -p $dropins /etc/s1spool/tokens-of-root
	in_host chmod 700 /etc/s1spool/tokens-of-root
	in_host mv /etc/s1spool/tokens/acme /etc/s1spool/tokens-of-root/acme
	in_host chown -R root:root /etc/s1spool/tokens-of-root
	in_host cp /usr/share/doc/s1spool/examples/credential.conf $dropins
	token=/run/credentials/s1spool.service/acme
	settings
	in_host systemctl daemon-reload
	in_host systemctl restart s1spool.service || fail "start"
	produce
	have=$(lines threat)
	wait_for 60 has_lines threat $((have + 1))
	in_host mv /etc/s1spool/tokens-of-root/acme /etc/s1spool/tokens/acme
	in_host chgrp s1spool /etc/s1spool/tokens/acme
	in_host rm -r $dropins /etc/s1spool/tokens-of-root
	token=/etc/s1spool/tokens/acme
	settings
	in_host systemctl daemon-reload
	in_host systemctl restart s1spool.service || fail "start"
}

produce()
{
	for d in $datasets; do
		mock POST produce '{"dataset":"'"$d"'","count":3}' >/dev/null
	done
	mock POST time '{"advance":2}' >/dev/null
}

feed_start()
{
	(while produce; do sleep 0.2; done) &
	feed_pid=$!
}

feed_stop()
{
	kill "$feed_pid"
	wait "$feed_pid" 2>/dev/null
	feed_pid=
}

# All that the console has is in the spool, once.
settled()
{
	for d in $datasets; do
		mock GET "ledger?dataset=$d" >"$dir/ledger"
		"$check_spool" "$d" "$dir/ledger" "$dir/spool/acme/$d" \
		    >"$dir/check" 2>&1 || return 1
	done
}

check_now()
{
	wait_for 90 settled || cat "$dir/check"
	check_all
	in_host setpriv --reuid=s1spool --regid=s1spool --clear-groups \
	    s1spool verify >"$dir/verify" 2>&1 || {
		fail "s1spool verify"
		cat "$dir/verify"
	}
}

test_upgrade()
{
	echo '# edited' >>"$root/etc/s1spool/s1spool.yml"
	before=$(main_pid)
	feed_start
	apt install /root/new.deb
	# shellcheck disable=SC2016 # dpkg's
	is "version" "$(in_host dpkg-query -W -f '${Version}' s1spool)" \
	    "$(dpkg-deb -f "$new" Version)"
	wait_for 30 is_active
	[ "$(main_pid)" != "$before" ] || fail "the old one is still running"
	have=$(lines threat)
	wait_for 60 has_lines threat $((have + 6))
	feed_stop
	grep -q '^# edited' "$root/etc/s1spool/s1spool.yml" ||
	    fail "the configuration was written over"
	check_now
}

# What a shipper has delivered is archived, though its registry is root's.
test_prune()
{
	in_host install -d -m 0700 /var/lib/filebeat/registry/filebeat
	mkdir "$dir/shipped"
	"$top_builddir/tests/e2e/fake_shipper" \
	    "$root/var/lib/filebeat/registry/filebeat" "$dir/shipped" \
	    "$root/var/spool/s1spool/acme/[a-z]*/*.ndjson" &
	shipper=$!
	in_host touch /run/s1spool/seal
	wait_for 30 in_host test ! -e /run/s1spool/seal
	kill $shipper
	wait $shipper
	in_host chmod -R go= /var/lib/filebeat
	in_host systemctl start s1spool-prune.service || {
		fail "s1spool-prune.service"
		in_host journalctl -u s1spool-prune --no-pager | tail -n 20
	}
	[ "$(find "$dir/spool/acme/archive/" -name '*.gz' | wc -l)" -gt 3 ] ||
	    fail "nothing was archived"
}

test_remove()
{
	apt remove s1spool
	is "running" "$(unit MainPID)" 0
	for kept in /etc/s1spool/tokens/acme /etc/s1spool/conf.d/acme.yml \
	    /var/lib/s1spool/journal; do
		in_host test -e $kept || fail "$kept is gone"
	done
	is "lines after removal" "$(lines threat)" "$have_threats"
	produce
	apt install /root/new.deb
	wait_for 30 is_active
	check_now
}

test_purge()
{
	apt purge s1spool
	grep -q 'kept in /var/spool/s1spool' "$dir/apt" || {
		fail "no word of what was kept"
		cat "$dir/apt"
	}
	for gone in /etc/s1spool/tokens /etc/s1spool/s1spool.yml \
	    /var/lib/s1spool; do
		in_host test ! -e $gone || fail "$gone is there"
	done
	is "lines after purge" "$(lines threat)" "$have_threats"
	in_host test -e /etc/s1spool/conf.d/acme.yml ||
	    fail "a file of the administrator is gone"
	# With nothing to keep, nothing is left.
	in_host rm -r /var/spool/s1spool /etc/s1spool
	apt install /root/new.deb
	apt purge s1spool
	is "left behind" "$(in_host find / -xdev -name '*s1spool*' \
	    -not -path '/root/*' -not -path '/proc/*' -not -path '/run/*')" ""
}

mock_start --agents 50 --groups 10 --threats 30 --activities 100 --days 5
host_make
make_old
ln -s "$root/var/spool/s1spool" "$dir/spool"
host_start
for t in fresh start closed watched misconfigured credential upgrade; do
	test_$t
	[ "$failed" = 0 ] || break
done
have_threats=$(lines threat)
for t in remove prune; do
	[ "$failed" != 0 ] || test_$t
done
have_threats=$(lines threat)
[ "$failed" != 0 ] || test_purge
[ "$failed" = 0 ] || in_host journalctl --no-pager -u s1spool.service | tail -n 40
mock_stop
finish
