#!/usr/bin/env bash
# Gets what only tests need: Apache Avro's Python library, an independent reader of our files, and Debian's ClickHouse server, old
# but real, for the HTTP client. Never fails: where something cannot be had, the tests that need it skip and say so.
set -uo pipefail

has_avro() {
    local python
    for python in /usr/bin/python3 python3; do
        command -v "$python" > /dev/null && "$python" -c 'import avro' 2> /dev/null && return 0
    done
    return 1
}

has_clickhouse() { [[ -x /usr/sbin/clickhouse-server || -x /usr/bin/clickhouse-server ]]; }

# The second try is after an update of the package lists.
install() {
    if [[ $(id -u) != 0 ]] || ! command -v apt-get > /dev/null; then
        echo "test-setup: $1 is not installed (apt-get install $1); its tests will skip" >&2
        return
    fi
    echo "test-setup: installing $1" >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get install -y -qq --no-install-recommends "$1" || {
        apt-get update -qq && apt-get install -y -qq --no-install-recommends "$1"; }; } > /dev/null 2>&1 \
        || echo "test-setup: $1 could not be installed; its tests will skip" >&2
}

has_avro || install python3-avro

# Only Debian's own package: it is the version that the tests are written for, and a current one asks for a password on installing.
old_clickhouse_offered() { apt-cache policy clickhouse-server 2> /dev/null | grep -q 'Candidate: 18\.16'; }

if ! has_clickhouse && command -v apt-cache > /dev/null; then
    # A fresh container has no package lists.
    [[ $(id -u) != 0 ]] || old_clickhouse_offered || apt-get update -qq > /dev/null 2>&1
    if old_clickhouse_offered; then RUNLEVEL=1 install clickhouse-server; fi
fi
exit 0
