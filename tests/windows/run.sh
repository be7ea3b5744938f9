#!/bin/bash
# run.sh [-r ROOT] [SUITE...]: runs C# suites and the server's tour as Windows programs under Wine 10, and compares with known-failures.txt.
#
#   bash tests/windows/run.sh                                     # all suites and the tour; the first run takes ten minutes
#   bash tests/windows/run.sh Kubernetes Core                     # two suites, without the tour
#   FILTER=AtomicFileTests bash tests/windows/run.sh Kubernetes   # tests whose full name contains this
#
# It finds crashes and wrong assumptions about paths, line endings and files. It is no proof for Windows: Wine has other defects.
#
# Requires Debian or Ubuntu on x64, root, the .NET SDK, mmdebstrap, and the distribution's mirror and NuGet. Wine lives in a root of Debian 13,
# which is made once (about 1 GB) and kept in ROOT (${XDG_CACHE_HOME:-~/.cache}/nodemanager/wine-10), with a copy of this repository, so that
# nothing here changes. Results are in ROOT/root/work/results. Exit code: 0 if nothing but known failures failed, else 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

mirror=http://deb.debian.org/debian suite=trixie
cache=${XDG_CACHE_HOME:-$HOME/.cache}/nodemanager/wine-10
while getopts r: option; do
  case $option in
    r) cache=$OPTARG ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d' >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
all=(Scheduling Controllers SchedulerConfiguration Kubernetes Core Sandbox Providers Server Conformance)
suites=("$@") tour=
if [ $# = 0 ]; then suites=("${all[@]}") tour=1; fi
known=$PWD/tests/windows/known-failures.txt
root=$cache/root work=$cache/root/work
export LC_ALL=C.UTF-8 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NODEMANAGER_CONSOLE=0

say() { echo "windows: $*" >&2; }
die() { say "$*"; exit 2; }
[ "$(id -u)" = 0 ] || die "entering the root of Debian 13 needs root"
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9 || die "another run holds $cache/lock"

if [ ! -e "$root/usr/lib/wine/wine64" ]; then
  command -v mmdebstrap >/dev/null || die "mmdebstrap is missing: apt-get install mmdebstrap"
  say "making the root with Wine"
  rm -rf "$root"
  mmdebstrap --quiet --variant=minbase --include=wine64,wine "$suite" "$root" "$mirror"
fi

say "publishing for Windows"
mkdir -p "$work/home" "$work/source" "$work/results"
git ls-files -z --cached --others --exclude-standard >"$cache/files"
# Files that were deleted or renamed here.
(cd "$work/source" && find . -type d \( -name obj -o -name bin -o -path ./out \) -prune -o -type f -print0 | sed -z 's:^\./::' | sort -z) |
  comm -z -23 - <(sort -z "$cache/files") | (cd "$work/source" && xargs -0r rm --)
tar --null --ignore-failed-read -T "$cache/files" -c 2>/dev/null | tar -x -C "$work/source"
(
  cd "$work/source"
  dotnet publish tests/windows/Runner -v q -o out/tests
  [ -z "$tour" ] || dotnet publish src/NodeManager.Server -r win-x64 --self-contained -v q -o out/server
)

# With AVX-512, .NET misreads data and crashes under Wine 10, probably because registers are lost when the garbage collector stops a thread.
variables=(PATH=/usr/bin:/bin HOME=/work/home WINEPREFIX=/work/home/wine WINEDEBUG=-all XDG_RUNTIME_DIR=/tmp DOTNET_EnableAVX=0)

# wine LIMIT FOLDER PROGRAM ARGUMENT...: runs a program in namespaces of its own, so that all of Wine's processes end with it.
wine() {
  unshare --mount --pid --fork --kill-child bash -c '
    set -e
    root=$1; shift
    mount --rbind /dev "$root/dev"
    mount -t proc proc "$root/proc"
    exec chroot "$root" env -i "$@"
  ' wine "$root" "${variables[@]}" sh -c 'limit=$1; cd "$2"; shift 2; timeout -k 10 "$limit" wine "$@"' wine "$@" </dev/null
}

count() { grep -c "^$1" "$results" || true; }

# Splits failures by the lines "TEXT -- REASON" of known-failures.txt, where TEXT is part of a test's name or of its failure.
compare() {
  awk -F'\t' '
    NR == FNR { if (!/^#/ && (at = index($0, " -- "))) { known[++all] = substr($0, 1, at - 1); reason[all] = substr($0, at + 4) } next }
    $1 != "fail" && $1 != "error" { next }
    {
      for (one = 1; one <= all && !index($0, known[one]); one++);
      if (one <= all) { count[reason[one]]++; next }
      unknown++
      print "  NEW: " $2 " (" $3 ")\n    " substr($4, 1, 400)
    }
    END {
      for (why in count) print "  known: " count[why] " by " why
      exit unknown > 0
    }' "$known" "$results"
}

failed=0 folder=/work/source/out
for name in "${suites[@]}"; do
  results=$work/results/$name.tsv
  rm -f "$results"
  assembly=NodeManager.$name.Tests
  [ "$name" != Conformance ] || assembly=Conformance.Tests
  wine 1800 $folder/tests Runner.exe "$assembly" "Z:\\work\\results\\$name.tsv" ${FILTER:+"$FILTER"} >"${results%.tsv}.log" 2>&1 || true
  [ -e "$results" ] || : >"$results"
  echo "$name: $(count pass) passed, $(count fail) failed, $(count skip) skipped"
  if ! grep -q '^end' "$results"; then
    failed=1
    echo "  DID NOT END, see ${results%.tsv}.log. Running were:"
    awk -F'\t' '$1 == "start" { open[$3] = 1 } $1 ~ /pass|fail|skip/ { delete open[$3] } END { for (one in open) print "    " one }' "$results"
  fi
  compare || failed=1
done

if [ -n "$tour" ]; then
  if wine 300 $folder/server NodeManager.Server.exe demo --once >"$work/results/tour.log" 2>&1 && iconv -f utf-8 "$work/results/tour.log" >/dev/null; then
    echo "Tour: $(wc -l <"$work/results/tour.log") lines"
  else
    failed=1
    echo "  THE TOUR FAILED: $work/results/tour.log"
  fi
fi
exit $failed
