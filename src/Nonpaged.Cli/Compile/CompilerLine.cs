namespace Nonpaged.Cli;

/// <summary>A compiler's command line, as gcc and clang read it.</summary>
internal sealed class CompilerLine
{
    private static readonly string[] s_withValue =
    [
        "-D", "-U", "-o", "-x", "-l", "-L", "-MF", "-MT", "-MQ", "-Xlinker", "-Xpreprocessor", "-Xclang", "-Xassembler",
        "-T", "-u", "-z", "-e", "-target", "--param", "-imacros",
    ];

    private static readonly string[] s_folderOptions = ["-iquote", "-isystem", "-idirafter", "-I"];
    private static readonly string[] s_sources = [".c", ".cpp", ".cxx", ".cc"];

    /// <summary>
    /// Everything, in order. Sources and files of -include are at <see cref="Sources"/> and <see cref="Forced"/>.
    /// </summary>
    public List<string> Arguments { get; } = [];

    public List<int> Sources { get; } = [];

    public List<int> Forced { get; } = [];

    public List<string> QuotedFolders { get; } = [];

    public List<string> Folders { get; } = [];

    /// <summary>Whether it ends with a linked file: not with objects, assembler or preprocessed text.</summary>
    public bool Links { get; private set; } = true;

    /// <summary>Whether it ends with preprocessed text or a list of files, or with none.</summary>
    public bool IsPreprocessing { get; private set; }

    public bool IsShared { get; private set; }

    public bool HasCPlusPlus { get; private set; }

    public static CompilerLine Read(IReadOnlyList<string> arguments)
    {
        var line = new CompilerLine();
        line.Arguments.AddRange(arguments);
        for (int index = 0; index < arguments.Count; index++) index = line.Read(arguments, index);
        return line;
    }

    private int Read(IReadOnlyList<string> arguments, int index)
    {
        string argument = arguments[index];
        if (argument == "-include" && index + 1 < arguments.Count)
        {
            Forced.Add(index + 1);
            return index + 1;
        }

        foreach (string option in s_folderOptions)
        {
            if (!argument.StartsWith(option, StringComparison.Ordinal)) continue;
            bool isApart = argument.Length == option.Length;
            if (isApart && index + 1 == arguments.Count) return index;
            (option == "-iquote" ? QuotedFolders : Folders).Add(isApart ? arguments[index + 1] : argument[option.Length..]);
            return isApart ? index + 1 : index;
        }

        if (s_withValue.Contains(argument)) return index + 1;
        if (argument is "-c" or "-S" or "-E" or "-M" or "-MM" or "-fsyntax-only") Links = false;
        if (argument is "-E" or "-M" or "-MM") IsPreprocessing = true;
        if (argument is "-shared") IsShared = true;
        bool isSource = !argument.StartsWith('-')
            && s_sources.Contains(Path.GetExtension(argument), StringComparer.OrdinalIgnoreCase);
        if (!isSource) return index;
        Sources.Add(index);
        HasCPlusPlus |= !argument.EndsWith(".c", StringComparison.OrdinalIgnoreCase);
        return index;
    }
}
