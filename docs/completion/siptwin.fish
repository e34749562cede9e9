# SPDX-License-Identifier: MIT
# fish completion for siptwin

function __siptwin_scenarios
    siptwin list 2>/dev/null | string replace -r '  +' \t
end

# The keys of the scenario that is on the line already, its hosts' names in them; without one, those that need no name.
function __siptwin_keys
    for word in (commandline -opc)[3..-1]
        string match -qr '^-|=' -- $word; and continue
        set -l keys (siptwin keys $word 2>/dev/null); or continue
        printf '%s\n' $keys | string replace -r '\t.*\t' =\t
        return
    end
    siptwin keys 2>/dev/null | string match -rv 'NAME|\[' | string replace -r '\t.*\t' =\t
end

complete -c siptwin -f
complete -c siptwin -n __fish_use_subcommand -a run -d 'simulate a scenario, write its capture, show the flow'
complete -c siptwin -n __fish_use_subcommand -a compare -d 'tell in what two captures or scenarios differ'
complete -c siptwin -n __fish_use_subcommand -a ladder -d 'draw the SIP of any capture as a ladder'
complete -c siptwin -n __fish_use_subcommand -a export -d 'write a scenario as a test for another project'
complete -c siptwin -n __fish_use_subcommand -a check -d 'keep golden captures of scenarios, and check them'
complete -c siptwin -n __fish_use_subcommand -a recipe -d 'print the command that makes a capture again'
complete -c siptwin -n __fish_use_subcommand -a sweep -d 'run a scenario with varied values'
complete -c siptwin -n __fish_use_subcommand -a new -d 'begin a scenario folder of your own'
complete -c siptwin -n '__fish_seen_subcommand_from new' -l from -x -a '(siptwin list 2>/dev/null | string replace -r " .*" "")' -d 'the scenario to begin with'
complete -c siptwin -n __fish_use_subcommand -a words -d "list the words of SIPp's and Kamailio's languages"
complete -c siptwin -n '__fish_seen_subcommand_from words' -f -a 'sipp sipp-options kamailio'
complete -c siptwin -n __fish_use_subcommand -a import -d 'make a scenario folder of command lines or a docker-compose.yml'
complete -c siptwin -n '__fish_seen_subcommand_from import' -F
complete -c siptwin -n __fish_use_subcommand -a lint -d 'say what would be refused in files'
complete -c siptwin -n __fish_use_subcommand -a list -d 'list the scenarios'
complete -c siptwin -n __fish_use_subcommand -a keys -d 'list the keys that a scenario.yaml may have'
complete -c siptwin -l help -d help
complete -c siptwin -n '__fish_seen_subcommand_from keys' -l json-schema -d 'for editors'

complete -c siptwin -n '__fish_seen_subcommand_from run compare check sweep keys export' -a '(__siptwin_scenarios)'
complete -c siptwin -n '__fish_seen_subcommand_from recipe check compare ladder lint' -F
complete -c siptwin -n '__fish_seen_subcommand_from lint' -l json -d 'as JSON'
complete -c siptwin -n '__fish_seen_subcommand_from lint' -l skip-media -d 'missing media files are no errors'
complete -c siptwin -n '__fish_seen_subcommand_from run check sweep export' -l set -x -a '(__siptwin_keys)' -d 'override a value'
complete -c siptwin -n '__fish_seen_subcommand_from run compare ladder check' -l color -x -a 'auto always never' -d 'when to use colour'
complete -c siptwin -n '__fish_seen_subcommand_from run compare ladder' -s q -l quiet -d 'say less'

complete -c siptwin -n '__fish_seen_subcommand_from run' -s w -l write -r -F -d 'the capture'
complete -c siptwin -n '__fish_seen_subcommand_from run' -s C -x -d 'another file after so many million bytes'
complete -c siptwin -n '__fish_seen_subcommand_from run' -s G -x -d 'another file after so many seconds'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l stats -r -d 'what the SIPps have counted'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l stats-every -x -d 'seconds between its rows'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l calls -x -d 'how many calls'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l rate -x -d 'calls a second'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l arrivals -x -a 'regular poisson' -d 'when the calls come'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l uas-delay -x -d 'the callee thinks that long'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l start -x -d 'the first instant'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l nano -d 'time stamps in nanoseconds'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l ladder -r -F -d 'draw the flow'
complete -c siptwin -n '__fish_seen_subcommand_from run ladder' -l format -x -a 'txt mmd svg html json' -d 'of the ladder'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l explain -d 'why each datagram was sent'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l json -d 'JSON for programs'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l messages -r -F -d 'messages of each SIPp'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l all -d 'all rows of the flow'
complete -c siptwin -n '__fish_seen_subcommand_from run' -l recipe -d 'write how it was made'

complete -c siptwin -n '__fish_seen_subcommand_from compare' -l set-a -x -a '(__siptwin_keys)' -d 'override a value of A'
complete -c siptwin -n '__fish_seen_subcommand_from compare' -l set-b -x -a '(__siptwin_keys)' -d 'override a value of B'
complete -c siptwin -n '__fish_seen_subcommand_from compare' -l tolerance -x -d 'of times'
complete -c siptwin -n '__fish_seen_subcommand_from compare' -l ignore -x -d 'fields that may differ'
complete -c siptwin -n '__fish_seen_subcommand_from compare' -l strict -d 'every byte'
complete -c siptwin -n '__fish_seen_subcommand_from compare' -l limit -x -d 'datagrams shown'
complete -c siptwin -n '__fish_seen_subcommand_from compare' -l html -r -F -d 'both ladders as a page'

complete -c siptwin -n '__fish_seen_subcommand_from ladder' -s o -l output -r -F -d 'the ladder'
complete -c siptwin -n '__fish_seen_subcommand_from ladder' -l name -x -d 'what to call a host: ADDRESS=NAME'
complete -c siptwin -n '__fish_seen_subcommand_from ladder' -l call -x -d 'only these calls'
complete -c siptwin -n '__fish_seen_subcommand_from ladder' -l title -x -d 'the title'

complete -c siptwin -n '__fish_seen_subcommand_from check' -l update -d 'write the captures'
complete -c siptwin -n '__fish_seen_subcommand_from check' -l tap -d 'TAP output'
complete -c siptwin -n '__fish_seen_subcommand_from check' -l junit -d 'JUnit XML'
complete -c siptwin -n '__fish_seen_subcommand_from check' -l name -x -d 'of the capture'

complete -c siptwin -n '__fish_seen_subcommand_from export' -a 'suricata-verify zeek'
complete -c siptwin -n '__fish_seen_subcommand_from export' -l name -x -d 'of the test'

complete -c siptwin -n '__fish_seen_subcommand_from sweep' -l vary -x -a '(__siptwin_keys)' -d 'a key and its values'
complete -c siptwin -n '__fish_seen_subcommand_from sweep' -l measure -x -d 'what the table shows'
complete -c siptwin -n '__fish_seen_subcommand_from sweep' -l runs -x -d 'seeds'
complete -c siptwin -n '__fish_seen_subcommand_from sweep' -l plot -r -F -d 'a picture'
complete -c siptwin -n '__fish_seen_subcommand_from sweep' -s o -l output -r -F -d 'the table'
complete -c siptwin -n '__fish_seen_subcommand_from sweep' -l jobs -x -d 'processes'
complete -c siptwin -n '__fish_seen_subcommand_from sweep' -l shard -x -d 'one share'
