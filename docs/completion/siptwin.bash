# SPDX-License-Identifier: MIT
# bash completion for siptwin

_siptwin_scenarios() { siptwin list 2>/dev/null | cut -d' ' -f1; }

# The keys of the scenario that is on the line already, its hosts' names in them; without one, those that need no name.
_siptwin_keys() {
    local word
    for word in "${COMP_WORDS[@]:2}"; do
        case $word in -*|*=*|'') continue ;; esac
        siptwin keys "$word" 2>/dev/null | cut -f1 | sed 's/$/=/' | grep . && return
    done
    siptwin keys 2>/dev/null | cut -f1 | grep -v -e NAME -e '\[' | sed 's/$/=/'
}

_siptwin() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "run list compare ladder export check recipe sweep lint keys words new import --help --version" -- "$cur")
        return
    fi
    case $prev in
    -w|--write|-o|--output|--ladder|--plot|--html|--messages|--stats) compopt -o default; return ;;
    --set|--set-a|--set-b|--vary) compopt -o nospace; mapfile -t COMPREPLY < <(compgen -W "$(_siptwin_keys)" -- "$cur"); return ;;
    --color) words="auto always never" ;;
    --format) words="txt mmd svg html json" ;;
    --measure)
        words="invites_caller invites_proxy ringing answer outcome final caller_gives_up retransmissions datagrams ringing_lost ringing_late reason successful" ;;
    esac
    if [ -n "$words" ]; then mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur"); return; fi
    case ${COMP_WORDS[1]} in
    run) words="--write -C -G --stats --stats-every --set --uas-delay --calls --rate --arrivals --start --nano --ladder --format --explain --json --messages --all --recipe --color --quiet --help" ;;
    compare) words="--set-a --set-b --tolerance --ignore --strict --limit --html --color --quiet --help" ;;
    ladder) words="--output --name --call --title --format --color --quiet --help" ;;
    check) words="--update --tap --junit --set --name --color --help" ;;
    sweep) words="--vary --measure --runs --set --plot --output --jobs --shard --help" ;;
    new) words="--from --help" ;;
    lint) words="--json --skip-media --help" ;;
    export) words="--name --set --help" ;;
    keys) words="--json-schema --help" ;;
    list|recipe|import) words="--help" ;;
    words) words="sipp sipp-options kamailio --help" ;;
    esac
    case $cur in
    -*) ;;
    *) case ${COMP_WORDS[1]} in export) words="suricata-verify zeek $(_siptwin_scenarios)" ;; run|compare|check|sweep|keys) words=$(_siptwin_scenarios) ;; *) words= ;; esac
       compopt -o default ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _siptwin siptwin
