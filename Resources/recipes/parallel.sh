#!/usr/bin/env bash
# A batch as shards under GNU parallel. usage: parallel.sh FILMS RESULTS [OPTION of cutroom analyze ...]
#
# In the environment: SHARDS (64), JOBS at once (one a processor), SERVERS (as for --sshlogin: "4/one,8/two"; they see the same folders and have
# cutroom on their PATH). Started again after a stop it goes on, with the films that it found the first time. Exit code 0 all succeeded, 1 some films
# did not, 4 a shard could not be done.
set -euo pipefail
cutroom=${CUTROOM:-cutroom}
films=$(realpath "$1") results=$(realpath -m "$2")
shift 2

mkdir -p "$results"
# The division of the first time stays: a part goes on with its own list.
[ -d "$results/lists" ] || "$cutroom" plan "$films" --shards "${SHARDS:-64}" -o "$results/lists" --quiet

one() { # cutroom, films, parts, list, further options: a film that cannot be analysed is no reason to try the shard again
  local code=0
  "$1" analyze "@$4" --root "$2" -o "$3/$(basename "$4" .txt)" --cpus 1 --resume --quiet "${@:5}" || code=$?
  [ "$code" -le 1 ] || return "$code"
}
export -f one

# An empty list is no work: there may be fewer films than shards.
find "$results/lists" -name 'shard-*.txt' -size +0 | sort |
  parallel --quote --will-cite ${JOBS:+--jobs "$JOBS"} ${SERVERS:+--sshlogin "$SERVERS" --env one} --retries 3 --joblog "$results/jobs.log" \
    one "$cutroom" "$films" "$results/parts" {} "$@" || {
  echo "parallel.sh: $? shards could not be done; $results/jobs.log tells which" >&2
  exit 4
}
exec "$cutroom" merge "$results"/parts/* -o "$results/all" --force
