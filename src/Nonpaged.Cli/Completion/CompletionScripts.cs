namespace Nonpaged.Cli;

/// <summary>What shells need to complete command lines. Where nothing fits, they complete files' names.</summary>
internal static class CompletionScripts
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["bash"] = """
            # In ~/.bashrc: source <(nonpaged completion bash)
            _nonpaged() {
                mapfile -t COMPREPLY < <("$1" '[suggest]' "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
            }
            complete -o default -F _nonpaged nonpaged
            """,
        ["zsh"] = """
            # In ~/.zshrc, after compinit: source <(nonpaged completion zsh)
            _nonpaged() {
                local -a found
                found=(${(f)"$($words[1] '[suggest]' "${words[1,CURRENT-1]} $PREFIX" 2>/dev/null)"})
                compset -P '--*='
                if (( $#found )); then compadd -a found; else _files; fi
            }
            compdef _nonpaged nonpaged
            """,
        ["fish"] = """
            # In ~/.config/fish/config.fish: nonpaged completion fish | source
            function __nonpaged_complete
                set -l words (commandline -opc)
                set -l found (command $words[1] '[suggest]' (commandline -pc) 2>/dev/null)
                if set -q found[1]
                    printf '%s\n' $found
                else
                    __fish_complete_path (commandline -ct)
                end
            end
            complete -c nonpaged -f -a '(__nonpaged_complete)'
            """,
    };
}
