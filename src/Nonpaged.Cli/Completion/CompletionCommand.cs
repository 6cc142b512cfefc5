using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged completion</c>: a script by which a shell completes commands, options and values.</summary>
internal static class CompletionCommand
{
    public static Command Create(Screen screen)
    {
        string names = string.Join(", ", CompletionScripts.All.Keys);
        var shell = new Argument<string>("SHELL") { Description = $"The shell: {names}." };
        shell.CompletionSources.Add([.. CompletionScripts.All.Keys]);
        var command = new CliCommand(
            "completion", "Print a script by which a shell completes commands, options and values.",
            new HelpExample("source <(nonpaged completion bash)", "In ~/.bashrc"),
            new HelpExample("source <(nonpaged completion zsh)", "In ~/.zshrc, after compinit"),
            new HelpExample("nonpaged completion fish | source", "In ~/.config/fish/config.fish")) { shell };
        command.SetAction(parsed =>
        {
            string name = parsed.GetRequiredValue(shell);
            if (CompletionScripts.All.TryGetValue(name, out string? script))
            {
                screen.WriteWhole(script);
                return ExitCode.Success;
            }

            // Standard output is what a shell reads.
            screen.Say($"nonpaged completion: There is no script for '{name}'. The shells are {names}.");
            return ExitCode.Failure;
        });
        return command;
    }
}
