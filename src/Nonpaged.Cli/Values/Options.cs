using System.CommandLine;
using System.CommandLine.Parsing;

namespace Nonpaged.Cli;

/// <summary>
/// Options take their values as text: a value that makes no sense is a failure of the command, told in the command's own output,
/// while a command line with other words than those that exist is a usage error.
/// </summary>
internal static class Options
{
    public static Option<string?> Text(string name, string valueName, string description)
    {
        var option = new Option<string?>(name) { HelpName = valueName, Description = description };
        option.Validators.Add(RefuseOptionAsValue);
        return option.Completing(Choices(valueName));
    }

    /// <summary>One that may be given again.</summary>
    public static Option<string[]> Texts(string name, string valueName, string description)
    {
        var option = new Option<string[]>(name)
        { HelpName = valueName, Description = description, AllowMultipleArgumentsPerToken = false };
        option.Validators.Add(RefuseOptionAsValue);
        return option.Completing(Choices(valueName));
    }

    /// <summary>Names values that shells complete (<see cref="SuggestAction"/>).</summary>
    public static Option<T> Completing<T>(this Option<T> option, params string[] values)
    {
        option.CompletionSources.Add(values);
        return option;
    }

    public static Option<bool> Flag(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.Zero };

    public static Option<bool> Json() => Flag("--json", "Print one JSON object to standard output.");

    // "qemu|vfio|sysfs".
    private static string[] Choices(string valueName) =>
        valueName.Contains('|', StringComparison.Ordinal) ? valueName.Split('|') : [];

    // "--pcap --jsno" means a misspelt option, not a file of that name.
    private static void RefuseOptionAsValue(OptionResult result)
    {
        foreach (Token token in result.Tokens)
        {
            if (token.Value.StartsWith("--", StringComparison.Ordinal))
                result.AddError($"Option '{result.Option.Name}' needs a value, and '{token.Value}' looks like an option.");
        }
    }
}
