# shellcheck shell=bash
# A release server to try things on. Source lib.sh before; scripts/tools must have run.

PY=$TOOLS/py/bin

# start_server LOG  on an empty database in a temporary directory, stopped and removed when the script ends. Exports ORIGIN,
# OWNER_EMAIL, OWNER_PASSWORD, TOKEN (the owner's), WFC_FILE (two sellers' credentials), PEYVAND_OWN_IDS and PEYVAND_KNOWN_IDS.
start_server() {
  SERVER_LOG=$1
  WORK=$(mktemp -d /tmp/peyvand-contract.XXXXXX)
  trap stop_server EXIT
  local database=sqlite:$WORK/data/peyvand.db
  mkdir -p "$WORK/data"
  export OWNER_EMAIL=owner@contract.test OWNER_PASSWORD
  OWNER_PASSWORD=$("$PY/python" -c 'import secrets; print(secrets.token_urlsafe(18))')
  create_user "$database" "$OWNER_EMAIL" owner
  # A password is its owner's affair: no operation of the API gives one, the console does.
  create_user "$database" seller_a@contract.test seller
  create_user "$database" seller_b@contract.test seller
  # An earlier run's log would tell its address before the new server has opened the file.
  : >"$SERVER_LOG"
  PEYVAND_RATE_LIMITS=off PEYVAND_DRAIN_SECONDS=0 "$PEYVAND" serve --database "$database" --data "$WORK/data" \
    --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 >"$SERVER_LOG" 2>&1 </dev/null &
  SERVER=$!
  wait_for_server
  prepare_people
}

# create_user DATABASE EMAIL ROLE  all with the same password, which lives as long as the run.
create_user() {
  printf '%s\n' "$OWNER_PASSWORD" | "$PEYVAND" user create --database "$1" \
    --email "$2" --name "${2%%@*}" --role "$3" --password-stdin >/dev/null || die "'peyvand user create' failed"
}

# The server says where it listens; its port is the system's choice.
wait_for_server() {
  local tries=0 address
  while :; do
    address=$(sed -nE 's/.*listening on (http:\/\/)?(127\.0\.0\.1:[0-9]+).*/\2/p' "$SERVER_LOG" | head -n 1)
    if [ -n "$address" ]; then break; fi
    kill -0 "$SERVER" 2>/dev/null || { tail -n 20 "$SERVER_LOG" >&2; die "the server ended at its start, see above"; }
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || die "the server did not say 'listening on …' within 30 s; see $SERVER_LOG"
    sleep 0.1
  done
  export ORIGIN=http://$address
}

stop_server() {
  if [ -n "${SERVER:-}" ]; then
    kill -TERM "$SERVER" 2>/dev/null || say "the server ended before it was told to; see $SERVER_LOG"
    wait "$SERVER" 2>/dev/null || say "the server ended with $?"
  fi
  rm -rf "${WORK:?}"
}

prepare_people() {
  local line
  "$PY/python" contract/people.py "$ORIGIN" "$OWNER_EMAIL" "$WORK/wfc.yaml" >"$WORK/people" || die "the people for the run could not be made, see above"
  while IFS= read -r line; do export "${line?}"; done <"$WORK/people"
  export WFC_FILE=$WORK/wfc.yaml
}
