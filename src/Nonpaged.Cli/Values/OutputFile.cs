namespace Nonpaged.Cli;

/// <summary>Files that a command writes.</summary>
internal static class OutputFile
{
    /// <summary>
    /// Looks at the name before anything is done; nothing is written yet: an existing file is kept
    /// until there is something to write.
    /// </summary>
    /// <exception cref="CommandException">It is not a file in a folder that there is.</exception>
    public static string Parse(string option, string text, string example)
    {
        string? folder = text.Length == 0 ? null : Path.GetDirectoryName(Path.GetFullPath(text));
        if (folder is not null && Directory.Exists(folder) && !Directory.Exists(text)) return Path.GetFullPath(text);
        throw new CommandException(
            $"{option} '{text}' is not a file that can be written.", folder is null
                ? "a file's name"
                : $"the folder {folder}", $"write, say, {option} {example}",
            FailureKind.Other);
    }
}
