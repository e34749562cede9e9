#compdef siptwin
# SPDX-License-Identifier: MIT
# zsh completion for siptwin

_siptwin_scenario() {
    local -a names
    names=(${(f)"$(siptwin list 2>/dev/null | sed 's/  */:/')"})
    _describe -t scenarios scenario names
    _files -/
}

_siptwin_set() {
    local -a keys
    local word
    # The keys of the scenario that is on the line already, its hosts' names in them; without one, those that need no name.
    for word in ${words[2,-1]}; do
        case $word in -*|*=*|'') continue ;; esac
        keys=(${(f)"$(siptwin keys $word 2>/dev/null | cut -f1)"})
        (( $#keys )) && break
    done
    (( $#keys )) || keys=(${(f)"$(siptwin keys 2>/dev/null | cut -f1 | grep -v -e NAME -e '\[')"})
    compadd -S = -a keys
}

_siptwin() {
    local -a commands color
    commands=(
        'run:simulate a scenario, write its capture, show the flow'
        'compare:tell in what two captures or scenarios differ'
        'ladder:draw the SIP of any capture as a ladder'
        'export:write a scenario as a test for another project'
        'check:keep golden captures of scenarios, and check them'
        'recipe:print the command that makes a capture again'
        'sweep:run a scenario with varied values'
        'list:list the scenarios'
        'new:begin a scenario folder of your own'
        'words:list the words of the languages, and which are simulated'
        'import:make a scenario folder of command lines or a docker-compose.yml'
        'lint:say what would be refused in files'
        'keys:list the keys that a scenario.yaml may have'
    )
    color='--color[when to use colour]:when:(auto always never)'
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    shift words
    (( CURRENT-- ))
    case $words[1] in
    run)
        _arguments '(-w --write)'{-w,--write}'[the capture]:file:_files' '*--set[override a value]:key:_siptwin_set' \
            '-C[another file after so many million bytes]:number:' '-G[another file after so many seconds]:seconds:' \
            '--stats[what the SIPps have counted]:file:_files' '--stats-every[seconds between its rows]:seconds:' \
            '--calls[how many calls]:number:' '--rate[calls a second]:number:' '--arrivals[when the calls come]:how:(regular poisson)' \
            '--uas-delay[the callee thinks that long]:time:' '--start[the first instant]:time:' '--nano[nanoseconds]' \
            '*--ladder[draw the flow]:file:_files' '--format[of the ladder]:format:(txt mmd svg html json)' \
            '--explain[why each datagram was sent]' '--json[JSON for programs]' '--messages[each SIPp'\''s messages]:file:_files' '--all[all rows]' '--recipe[write how it was made]' $color \
            '(-q --quiet)'{-q,--quiet}'[no flow]' '--help[help]' ':scenario:_siptwin_scenario' ;;
    compare)
        _arguments '*--set-a[override a value of A]:key:_siptwin_set' '*--set-b[override a value of B]:key:_siptwin_set' \
            '--tolerance[of times]:tolerance:' '--ignore[fields]:fields:' '--strict[every byte]' '--limit[datagrams shown]:number:' '--html[both ladders as a page]:file:_files' $color \
            '(-q --quiet)'{-q,--quiet}'[only the exit status]' '--help[help]' '*:capture or scenario:_siptwin_scenario' ;;
    ladder)
        _arguments '*'{-o,--output}'[the ladder]:file:_files' '*--name[what to call a host]:address=name:' '--call[only these calls]:text:' \
            '--title[the title]:text:' '--format[of the ladder]:format:(txt mmd svg html json)' $color \
            '(-q --quiet)'{-q,--quiet}'[no summary]' '--help[help]' ':capture:_files' ;;
    check)
        _arguments '--update[write the captures]' '--tap[TAP output]' '--junit[JUnit XML]' '*--set[override a value]:key:_siptwin_set' \
            '--name[of the capture]:name:' $color '--help[help]' ':folder:_files -/' '*:scenario:_siptwin_scenario' ;;
    sweep)
        _arguments '*--vary[a key and its values]:key:_siptwin_set' '--measure[what the table shows]:names:' '--runs[seeds]:number:' \
            '*--set[override a value]:key:_siptwin_set' '--plot[a picture]:file:_files' '(-o --output)'{-o,--output}'[the table]:file:_files' \
            '--jobs[processes]:number:' '--shard[one share]:K/N:' '--help[help]' ':scenario:_siptwin_scenario' ;;
    export)
        _arguments '--name[of the test]:name:' '*--set[override a value]:key:_siptwin_set' '--help[help]' \
            ':project:(suricata-verify zeek)' ':scenario:_siptwin_scenario' ':folder:_files -/' ;;
    recipe) _arguments '--help[help]' ':capture:_files -g "*.pcap"' ;;
    list) _arguments '--help[help]' ':folder:_files -/' ;;
    new) _arguments '--from[the scenario to begin with]:scenario:' '--help[help]' '*:folder:_files -/' ;;
    words) _arguments '--help[help]' ':language:(sipp sipp-options kamailio)' ;;
    import) _arguments '--help[help]' ':folder:_files -/' '*:docker-compose.yml:_files' ;;
    lint) _arguments '--json[as JSON]' '--skip-media[missing media files are no errors]' '--help[help]' '*:file:_files' ;;
    keys) _arguments '--json-schema[for editors]' '--help[help]' ':scenario:_siptwin_scenario' ;;
    esac
}
_siptwin "$@"
