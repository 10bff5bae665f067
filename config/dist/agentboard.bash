# Completion for agentboard: the program itself knows its words, options and names.
_agentboard()
{
	local IFS=$'\n'
	local words=("${COMP_WORDS[@]:1:COMP_CWORD}")
	# --home decides which names there are, so it stands before "complete".
	local home=()
	if [ "${words[0]-}" = --home ] && [ ${#words[@]} -gt 2 ]; then
		home=(--home "${words[1]}")
		words=("${words[@]:2}")
	fi
	COMPREPLY=($(agentboard "${home[@]}" complete -- "${words[@]}" 2>/dev/null))
	[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
}
complete -o default -F _agentboard agentboard
