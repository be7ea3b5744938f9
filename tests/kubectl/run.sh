#!/usr/bin/env bash
# Puts kubectl through the lines of commands/*.txt, in their order, and writes a transcript: each command, how it ended, what it printed.
#   run.sh old|new [FILE…] > transcript      KUBECTL (kubectl) and KUBECONFIG say with what and where, files stand for others than those
# Taken out is what cannot be the same twice: names of nodes, generated suffixes, UIDs, times, addresses, versions, and how wide a
# column is. It exits 1 if a line that must not fail does, or one that must fail does not; a pipe fails with any of its parts.
set -uo pipefail
generation=${1:?old or new}
here=$(cd "$(dirname "$0")" && pwd)
files=("${@:2}")
[ ${#files[@]} -gt 0 ] || files=("$here"/commands/*.txt)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# A folder on the PATH rather than a function: timeout and xargs shall start this kubectl too. No kubectl runs longer than four minutes,
# twice what a line lets it wait for.
mkdir "$scratch/bin"
cat > "$scratch/bin/kubectl" << END
#!/bin/sh
exec 3<&0
$(command -v timeout > /dev/null && echo 'timeout --foreground -k 5 240') '$(command -v "${KUBECTL:-kubectl}")' "\$@" <&3 3<&- &
trap "kill \$! 2> /dev/null" TERM INT
wait \$!
code=\$?
[ \$code -ne 124 ] || echo "in vain: kubectl \$* did not end within 240 s" | tee "$scratch/vain" >&2
exit \$code
END
chmod +x "$scratch/bin/kubectl"
export PATH="$scratch/bin:$PATH"
# What kubectl remembers of servers goes by their address, and another one had this address before.
export KUBECACHEDIR="$scratch/cache"
# Collecting garbage takes a fifth of the CPU time of commands that are this short.
export GOGC=off

# is TEXT COMMAND…: it prints just that. await COMMAND…: within five minutes it succeeds; a line that awaits in vain is wrong, whatever
# it ends with, and the last: those after it would await what it left undone. The pauses grow, as every look starts kubectl.
is() { local text=$1; shift; [ "$("$@" 2> /dev/null)" = "$text" ]; }
await() {
    local last=$((SECONDS + 300)) tenths=1
    until "$@" > /dev/null 2>&1; do
        [ $SECONDS -lt $last ] || { echo "in vain: $*" | tee "$scratch/vain"; return 1; }
        sleep "0.$tenths"
        [ $tenths -ge 8 ] || tenths=$((tenths * 2))
    done
}
# settled APP COUNT: there are so many pods of it, and all run and are ready.
settled() { await is "$2 of $2" ready "$1"; }
ready() { kubectl get pods -n work -l "app=$1" --no-headers | awk '$2 == "1/1" && $3 == "Running" { n++ } END { print n + 0 " of " NR }'; }
# node_of APP, pod_of APP: its first pod's node and name.
node_of() { kubectl get pods -n work -l "app=$1" -o jsonpath='{.items[0].spec.nodeName}'; }
pod_of() { kubectl get pods -n work -l "app=$1" -o jsonpath='{.items[0].metadata.name}'; }
# watching LINES CHANGE COMMAND…: what the command prints that watches or follows, CHANGE being made once it does; until there are so many
# lines, or, if LINES is "end", until the command ends by itself. What kubectl logs of its requests tells when it watches.
watching() {
    local lines=$1 change=$2 code
    shift 2
    : > "$scratch/seen"
    : > "$scratch/log"
    "$@" -v=6 > "$scratch/seen" 2> "$scratch/log" &
    local watcher=$!
    await grep -qE '(watch|follow)=true' "$scratch/log"
    eval "$change" > /dev/null
    [ "$lines" = end ] || { await has_lines "$lines"; kill "$watcher"; }
    wait "$watcher" 2> /dev/null
    code=$?
    grep -vE '^[IWE][0-9]{4} ' "$scratch/log"
    if [ "$lines" = end ]; then cat "$scratch/seen"; return $code; else sed -n "1,${lines}p" "$scratch/seen"; fi
}
has_lines() { [ "$(wc -l < "$scratch/seen")" -ge "$1" ]; }
# Filters: ages of a table, and a number that is not always the same.
ages() { sed -E ':again; s/(^| )([0-9]+[smhdy]){1,2}( \(x[0-9]+ over [0-9smhd]+\))?( ago)?( |$)/\1AGE\5/; t again'; }
# made_up: takes out what a simulated kubelet says of the machine that it is not.
made_up() { sed -E '/node.alpha.kubernetes.io\/ttl|[Mm]achine ?ID|[Ss]ystem ?UUID|[Bb]oot ?ID|[Kk]ernel ?[Vv]ersion|[Cc]ontainer ?[Rr]untime|[Oo][Ss] ?[Ii]mage|kubeProxyVersion|Kube-Proxy|Port: |^Annotations: +<none>|^  annotations:$/ d; s/((cpu|memory|pods|ephemeral-storage): +).*/\1AMOUNT/; s/kubelet (has|is) .*/WORDS/; s/(ADDRESS|([0-9]+\.){3}[0-9]+) +<none> .*/ADDRESS MADE UP/'; }
# bare: takes managedFields out of YAML; those of the parts that are not kubectl's are their own.
bare() { awk '/^  managedFields:/ { skip = 1; next } skip && /^  [a-z]/ { skip = 0 } !skip'; }
some() { sed -E 's/^ *[1-9][0-9]*$/some/'; }

schedulable=$(kubectl get nodes -o go-template='{{range .items}}{{$ready := false}}{{range .status.conditions}}{{if and (eq .type "Ready") (eq .status "True")}}{{$ready = true}}{{end}}{{end}}{{if and $ready (not .spec.unschedulable) (not .spec.taints)}}{{.metadata.name}}{{"\n"}}{{end}}{{end}}')
NODE=$(sed -n 1p <<< "$schedulable")
OTHER=$(sed -n 2p <<< "$schedulable")
[ -n "$OTHER" ] || { echo "it takes two nodes that are ready for pods" >&2; exit 2; }
# grep reads to the end (no -q): with pipefail, kubectl's failure to write the rest would count.
kubectl api-versions | grep -x policy/v1 > /dev/null && POLICY=policy/v1 || POLICY=policy/v1beta1
isSandbox=$(kubectl version -o json | grep -c '"gitVersion": ".*-sandbox')
# Of generated suffixes: their letters hold no vowel, so that they spell no word.
letters='[bcdfghjklmnpqrstvwxz2456789]'
nodes=$(kubectl get nodes -o jsonpath='{range .items[*]}s#\b{.metadata.name}\b#NODE#g{"\n"}{end}')
# Line by line (-u): what came last is known if this is killed.
normal() {
    sed -u -E -e "$nodes" \
        -e "s/-$letters{8,10}-$letters{5}\\b/-SET-POD/g; s/-$letters{8,10}\\b/-SET/g; s/-$letters{5}\\b/-POD/g" \
        -e "s/(pod-template-hash[=:] *\"?)$letters{8,10}/\\1HASH/g" \
        -e 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/UID/g' \
        -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?Z/TIME/g; s/[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-][0-9]{4}/TIME/g' \
        -e 's/\b([0-9]{1,3}\.){3}[0-9]{1,3}\b/ADDRESS/g; s/\bv1\.[0-9]+\.[0-9]+[-+a-z0-9.]*/VERSION/g; s/(resourceVersion"?: *)"[0-9]+"/\1"VERSION"/g' \
        -e "s#$scratch#SCRATCH#g" -e 's#(topology.kubernetes.io/(zone|region)[=:] ?)[-a-z0-9]+#\1HERE#g' \
        -e 's/ {2,}/ /g; s/ $//'
}
while IFS= read -r line; do
    case $line in '' | '#'*) continue ;; esac
    must=succeed command=$line
    case $command in 'ours: '*) [ "$isSandbox" = 1 ] || continue; command=${command#ours: } ;; esac
    case $command in 'new: '* | 'old: '*) [ "$generation" = "${command%%:*}" ] || continue; command=${command#*: } ;; esac
    case $command in 'fails: '*) must=fail command=${command#fails: } ;; esac
    output=$(eval "$command" 2>&1 < /dev/null)
    code=$?
    verdict=ok
    if { [ $must = succeed ] && [ $code -ne 0 ]; } || { [ $must = fail ] && [ $code -eq 0 ]; } || [ -e "$scratch/vain" ]; then
        verdict=WRONG
        : > "$scratch/failed"
    fi
    printf '$ %s\n[%s %s]\n%s\n' "$line" "$verdict" "$code" "$output"
    if [ -e "$scratch/vain" ]; then
        echo "The rest was left out, as this awaited in vain."
        break
    fi
done < <(cat "${files[@]}") | normal
[ ! -e "$scratch/failed" ]
